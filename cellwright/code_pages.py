"""Every code's page in one place: `explain CODE` reads it here, and nothing is loaded before it is asked for.

Each room keeps the pages of the codes that it raises, as a mapping `PAGES` from code to `CodePage`. The pages of the loaders
and of what files are refused stand in pages/ beside this file.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Final

from cell.diagnostic import CodePage

ROOMS: Final = (
    "intentlang.codes",
    "planner.codes",
    "planner.motion.codes",
    "planner.proof.codes",
    "controller.codes",
    "controller.attached.codes",
    "cell.order_file",
    "cell.scenario_file",
    "cell_drivers.registry",
)


def find_page(code: str) -> CodePage | None:
    """The page of `code`, in the writing that a diagnostic uses (E310). None where there is no such code."""
    return next((found for pages in _all() if (found := pages.get(code)) is not None), None)


def known_codes() -> tuple[str, ...]:
    """Every code that has a page, sorted."""
    return tuple(sorted({code for pages in _all() for code in pages}))


class _OwnPages(Mapping[str, CodePage]):
    """The Markdown files of pages/: `# CODE title` in the first line, the text below."""

    def __getitem__(self, code: str) -> CodePage:
        page = files("cellwright").joinpath("pages", f"{code}.md")
        if not code.isalnum() or not page.is_file():
            raise KeyError(code)
        first, _, text = page.read_text("utf-8").partition("\n")
        return CodePage(first.removeprefix(f"# {code} "), text.strip() + "\n")

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(p.name.removesuffix(".md") for p in files("cellwright").joinpath("pages").iterdir()))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _all() -> Iterator[Mapping[str, CodePage]]:
    yield _OwnPages()
    for room in ROOMS:
        if importlib.util.find_spec(room) is not None:
            pages: Mapping[str, CodePage] = importlib.import_module(room).PAGES
            yield pages
