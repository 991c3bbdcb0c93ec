"""The pages of docs/language.md and docs/language/: their blocks, their links to the claims, their sections.

A block is marked like a claim's: `# E412` at the end of a line, `#> sentence` for what `check --explain` says of it. The word
behind `intent` names the cell that it speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cell.model import CellModel
from cell.standard_verbs import STANDARD
from intentlang.understood import understood
from intentlang.world import World
from tests.intentlang.cells import BASE, ROOT, assembly, base, cell_of, lines, program_of
from tests.language.cases import HERE, marked

CONTENTS = ROOT / "docs" / "language.md"
WRITTEN = ROOT / "docs" / "language" / "vocabulary.md"
"""Made from the schemas, see `vocabulary_page.py`."""
_EXAMPLES = {
    "palletizing": "03_palletizing/palletizing",
    "kitting": "05_kitting_with_a_person/kitting",
    "sorting": "07_sorting/sorting",
    "deburring": "09_deburring/deburring",
}
_BLOCK = re.compile(r"^```(\w+) ?(\w*)\n((?:(?!```).*\n)*)```$", re.MULTILINE)
_LINK = re.compile(r"tests/language/([0-9]\w*\.md)#([\w-]+)\)")
_LIBRARY = ROOT / "intentlang" / "library" / "tasks.intent"


def pages() -> tuple[Path, ...]:
    """Those that somebody wrote."""
    return (CONTENTS, *(p for p in sorted((ROOT / "docs" / "language").glob("*.md")) if p != WRITTEN))


@dataclass(frozen=True, slots=True)
class Block:
    where: str
    language: str
    cell: str
    text: str


def blocks() -> Iterator[Block]:
    for page in pages():
        content = page.read_text("utf-8")
        for match in _BLOCK.finditer(content):
            line = content.count("\n", 0, match.start()) + 1
            yield Block(f"{page.name}:{line}", match[1], match[2], match[3])


@cache
def cell_named(name: str) -> CellModel:
    match name:
        case "" | "library":
            return base()
        case "assembly":
            return assembly()
        case "first":
            return cell_of(*(block.text for block in blocks() if (block.language, block.cell) == ("cell", "first"))).expect()
        case _:
            return cell_of((ROOT / "examples" / f"{_EXAMPLES[name]}.cell").read_text("utf-8")).expect()


def found_and_meant(block: Block) -> tuple[object, object]:
    """(line, code) and (line, sentence) as they are, and as the block says; of the sentences only those that it says."""
    codes, says = marked(block.text)
    if block.language == "cell" and block.cell:
        return (lines(cell_of(block.text), "a.cell"), []), (sorted(codes), says)
    if block.language == "cell":
        return (lines(cell_of(BASE, block.text), "b.cell"), []), (sorted(codes), says)
    cell = cell_named(block.cell)
    imported = (_LIBRARY.read_text("utf-8"),) if block.cell == "library" else ()
    outcome = program_of(block.text, cell, None, imported)
    said = set()
    if outcome.is_ok and outcome.value is not None:
        said = {(u.span.start.line, sentence) for u in understood(outcome.value, World(cell, STANDARD)) for sentence in u.says}
    return (lines(outcome, "test.intent"), [one for one in says if one in said]), (sorted(codes), says)


def claims() -> Mapping[tuple[str, str], str]:
    """(page, anchor) -> the claim."""
    return {
        (page.name, anchor(line[3:])): line[3:]
        for page in sorted(HERE.glob("[0-9]*.md"))
        for line in page.read_text("utf-8").splitlines()
        if line.startswith("## ")
    }


def anchor(heading: str) -> str:
    """As a code host makes it of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def linked() -> set[tuple[str, str]]:
    return {(match[1], match[2]) for page in pages() for match in _LINK.finditer(page.read_text("utf-8"))}


def sections() -> Iterator[tuple[str, str]]:
    """(page and heading, text) of the pages below the contents."""
    for page in pages()[1:]:
        for part in page.read_text("utf-8").split("\n## ")[1:]:
            heading, _, text = part.partition("\n")
            yield f"{page.name}: {heading}", text
