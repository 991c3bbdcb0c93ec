"""The pages of the codes that this package raises: E1xx text, E2xx names and units, E4xx zones and safety, W warnings.

One Markdown file a code in pages/, title in its first line. The tests run the example on each page and expect its code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files

from cell.diagnostic import CodePage


class _Pages(Mapping[str, CodePage]):
    """Reads a page when it is asked for: `check` starts without any of them."""

    def __getitem__(self, code: str) -> CodePage:
        page = files("intentlang").joinpath("pages", f"{code}.md")
        if not code.isalnum() or not page.is_file():
            raise KeyError(code)
        first, _, text = page.read_text("utf-8").partition("\n")
        return CodePage(first.removeprefix(f"# {code} "), text.strip() + "\n")

    def __iter__(self) -> Iterator[str]:
        pages = files("intentlang").joinpath("pages").iterdir()
        return iter(sorted(p.name.removesuffix(".md") for p in pages if p.name.endswith(".md")))

    def __len__(self) -> int:
        return sum(1 for _ in self)


PAGES: Mapping[str, CodePage] = _Pages()


def title(code: str) -> str:
    """The title of a page; raises KeyError for a code that is not ours."""
    return PAGES[code].title
