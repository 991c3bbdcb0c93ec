"""What docs/language.md shows is so: its examples check, and no kind, verb or reserved word is left out."""

from __future__ import annotations

import re

from cell.standard_verbs import STANDARD
from intentlang.words import RESERVED
from tests.intentlang.cells import BASE, ROOT, cell_of, codes, program_of

TEXT = (ROOT / "docs" / "language.md").read_text("utf-8")


def test_the_examples_check() -> None:
    blocks = re.findall(r"```(intent|cell)\n(.*?)```", TEXT, re.DOTALL)
    assert len(blocks) >= 3
    for language, text in blocks:
        found = codes(cell_of(BASE, text) if language == "cell" else program_of(text))
        assert set(found) <= {"W202"}, text


def test_every_word_is_named() -> None:
    kinds = {k.name for k in STANDARD.kinds.values() if k.record != "member"}
    for word in {*kinds, *STANDARD.verbs, *STANDARD.objectives, *RESERVED}:
        assert re.search(rf"\b{word}\b", TEXT), word
