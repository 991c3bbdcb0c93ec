"""Everything that the fuzzer has kept, and every text of the language's own tests, is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.text import one
from tests.language.cases import cases

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())
TEXTS = [(("c" if case.is_cell else "i") + case.text).encode("utf-8") for case in cases() if len(case.text) < 2000]


@pytest.mark.parametrize("file", CORPUS, ids=[f.name for f in CORPUS])
def test_what_the_fuzzer_kept_is_answered(file: Path) -> None:
    one(file.read_bytes())


def test_every_claim_about_the_language_is_answered_and_formatted() -> None:
    for text in TEXTS:
        one(text)


@pytest.mark.parametrize("bytes_", [b"", b"i", b"c", b"i\xff", b"c\x00", b"i" + b"{" * 300, b'ihold "'])
def test_the_least_that_there_can_be_is_answered(bytes_: bytes) -> None:
    one(bytes_)
