"""docs/drivers.md says of every driver what it was run against, in its own words; the guide names laws that there are."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from cell_drivers.conformance import LAWS
from cell_drivers.conformance.laws import hushing, telling

WORDS = ("VERIFIED_AGAINST", "VERIFIED")


def drivers(repository: Path) -> dict[str, Path]:
    """The folder of each driver that this package brings, by its name in a cell file."""
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    targets: dict[str, str] = project["entry-points"]["cell_drivers"]
    return {name: repository / target.partition(":")[0].replace(".", "/") for name, target in targets.items()}


def said(folder: Path) -> Iterator[str]:
    """What the modules of a driver say in a constant VERIFIED…, or where they make their capabilities."""
    texts = (path.read_text("utf-8") for path in sorted(folder.rglob("*.py")))
    for text in (text for text in texts if "VERIFIED" in text or "verified_against" in text):
        for node in ast.walk(ast.parse(text)):
            named = isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id in WORDS for t in node.targets)
            given = isinstance(node, ast.keyword) and node.arg == "verified_against"
            value = getattr(node, "value", None)
            if (named or given) and isinstance(value, ast.Tuple):
                yield from (str(word) for word in ast.literal_eval(value))


def rows(repository: Path) -> str:
    return "".join(f"| `{name}` | {'; '.join(dict.fromkeys(said(folder)))} |\n" for name, folder in drivers(repository).items())


def documented(text: str) -> tuple[int, int]:
    """Where the rows of the table begin and end."""
    rule = "|---|---|\n"
    begin = text.index(rule, text.index("## What the drivers here were run against")) + len(rule)
    return begin, text.index("\n\n", begin) + 1


def test_the_documentation_repeats_what_each_driver_was_run_against(repository: Path) -> None:
    """`python -m tests.conformance.test_documented` writes the table anew."""
    silent = [name for name, folder in drivers(repository).items() if not list(said(folder))]
    assert silent == [], "a driver says what it was run against by a tuple of texts, VERIFIED_AGAINST"
    text = (repository / "docs/drivers.md").read_text("utf-8")
    begin, end = documented(text)
    assert text[begin:end] == rows(repository), "python -m tests.conformance.test_documented writes it anew"


HEAD = """# The laws that the kit tries

In the order in which they are tried, written by `python -m tests.conformance.test_documented` from
`cell_drivers/conformance/laws`. What each call of the contract owes is in [drivers.md](drivers.md).

| law | binds | says |
|---|---|---|
"""


def law_page() -> str:
    return HEAD + "".join(f"| `{law.name}` | {law.binds} | {law.says} |\n" for law in LAWS)


def test_the_documentation_lists_every_law(repository: Path) -> None:
    """`python -m tests.conformance.test_documented` writes the page anew."""
    assert (repository / "docs/driver_laws.md").read_text("utf-8") == law_page()


def test_the_guide_names_laws_that_there_are(repository: Path) -> None:
    names = {law.name for law in LAWS}
    text = (repository / "docs/how_to/add_a_driver.md").read_text("utf-8")
    named = set(re.findall(r"^\| `([a-z-]+-[a-z-]+)` \|", text, re.MULTILINE)) | set(re.findall(r"--law ([a-z-]+)", text))
    assert named
    assert named - names == set()


def test_how_long_a_call_may_wait_is_said_as_the_kit_has_it(repository: Path) -> None:
    said = f"within {1e3 * telling.AT_ONCE:.0f} ms"
    assert said in (repository / "docs/drivers.md").read_text("utf-8")
    assert said in (repository / "docs/how_to/add_a_driver.md").read_text("utf-8")
    assert said in hushing.no_call_waits_for_a_silent_device.says


PAGES = ("docs/how_to/add_a_driver.md", "docs/drivers.md")


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_imports_of_ours_is_there(repository: Path, page: str) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", (repository / page).read_text("utf-8"), re.DOTALL | re.MULTILINE)
    named = [node for block in blocks for node in ast.walk(ast.parse(block)) if isinstance(node, ast.ImportFrom)]
    ours = [(node.module, alias.name) for node in named for alias in node.names if str(node.module).startswith("cell")]
    assert ours
    assert [(module, name) for module, name in ours if not hasattr(import_module(str(module)), name)] == []


if __name__ == "__main__":
    root = Path(__file__).resolve().parents[2]
    page = root / "docs/drivers.md"
    before = page.read_text("utf-8")
    begin, end = documented(before)
    page.write_text(before[:begin] + rows(root) + before[end:], "utf-8")
    (root / "docs/driver_laws.md").write_text(law_page(), "utf-8")
