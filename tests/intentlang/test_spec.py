"""The language's rules, written in the language: each block in spec/*.md is a file, its comments name the codes of their line.

All errors of a file at once, none spurious: the lists have to be equal, not only to overlap.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.intentlang.cells import BASE, cell_of, lines, program_of

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks() -> list[tuple[str, str, str]]:
    found = []
    for page in sorted((Path(__file__).parent / "spec").glob("*.md")):
        text = page.read_text("utf-8")
        for match in _BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append((f"{page.name}:{line}", match[1], match[2]))
    return found


def _expected(text: str) -> list[tuple[int, str]]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        comment = line.rpartition("#")[2]
        found += [(number, code) for code in re.findall(r"\b[EW]\d{3}\b", comment)]
    return found


@pytest.mark.parametrize(("where", "language", "text"), blocks(), ids=[b[0] for b in blocks()])
def test_finds_every_error_of_a_file_and_no_other(where: str, language: str, text: str) -> None:
    found = lines(cell_of(BASE, text), "b.cell") if language == "cell" else lines(program_of(text), "test.intent")
    missing = Counter(_expected(text)) - Counter(found)
    spurious = Counter(found) - Counter(_expected(text))
    assert (sorted(missing), sorted(spurious)) == ([], [])


@pytest.mark.parametrize(("where", "language", "text"), blocks(), ids=[b[0] for b in blocks()])
def test_every_finding_says_what_would_help(where: str, language: str, text: str) -> None:
    outcome = cell_of(BASE, text) if language == "cell" else program_of(text)
    assert [d for d in outcome.diagnostics if not d.help and d.fix is None] == []
