"""docs/language.md and the pages below it are complete, what they show is so, and each claim is linked from them."""

from __future__ import annotations

import re

import pytest

from cell.standard_verbs import STANDARD
from intentlang.words import RESERVED
from tests.intentlang.cells import ROOT
from tests.language.reference import WRITTEN, blocks, claims, found_and_meant, linked, pages, sections
from tests.language.vocabulary_page import page

BLOCKS = [block for block in blocks() if block.language in ("intent", "cell")]
TEXT = "\n".join(p.read_text("utf-8") for p in pages())


@pytest.mark.parametrize("block", BLOCKS, ids=[block.where for block in BLOCKS])
def test_a_block_gets_the_codes_and_the_sentences_that_it_says(block: object) -> None:
    found, meant = found_and_meant(block)  # type: ignore[arg-type]
    assert found == meant


def test_every_link_to_a_claim_leads_to_one() -> None:
    assert linked() - set(claims()) == set()


def test_every_claim_is_linked_from_a_page() -> None:
    assert set(claims()) - linked() == set()


def test_every_section_says_why() -> None:
    assert [where for where, text in sections() if "*Why" not in text] == []


def test_every_page_is_in_the_contents() -> None:
    contents = pages()[0].read_text("utf-8")
    below = [WRITTEN, *pages()[1:]]
    assert [p.name for p in below if f"(language/{p.name})" not in contents] == []


def test_no_page_is_longer_than_a_reader() -> None:
    assert [p.name for p in pages() if len(p.read_text("utf-8").splitlines()) > 900] == []


def _words() -> set[str]:
    verbs, kinds = STANDARD.verbs.values(), STANDARD.kinds.values()
    return {
        *RESERVED,
        *STANDARD.kinds,
        *STANDARD.verbs,
        *STANDARD.objectives,
        *STANDARD.clause_events,
        *STANDARD.role_words,
        *(word for verb in verbs for outcome in verb.tells for word in (outcome.name, *outcome.values) if word != "*"),
        *(event for verb in verbs for event in verb.raises),
        *(event.name for kind in kinds for event in kind.events),
    }


@pytest.mark.parametrize("word", sorted(_words()))
def test_every_word_of_the_language_stands_in_the_pages(word: str) -> None:
    assert re.search(rf"(?<![\w]){word}(?![\w])", TEXT)


@pytest.mark.parametrize("unit", sorted(STANDARD.units))
def test_every_unit_stands_in_the_page_of_quantities(unit: str) -> None:
    assert f"`{unit}`" in (ROOT / "docs" / "language" / "quantities.md").read_text("utf-8")


def test_every_code_that_the_pages_name_has_a_page() -> None:
    from cellwright.code_pages import known_codes

    named = set(re.findall(r"\b[EWR]\d{3}\b", TEXT))
    assert named - set(known_codes()) == set()


def test_the_page_of_the_vocabulary_is_written_from_the_schemas() -> None:
    assert WRITTEN.read_text("utf-8") == page(), "run `python -m tests.language.vocabulary_page`"
