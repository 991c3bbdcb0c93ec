"""The claims about the language hold, each by one rule, and each falls when its rule is taken away."""

from __future__ import annotations

from functools import cache

import pytest

from tests.language.cases import Answer, Case, answered, cases, holds
from tests.language.rules import RULES, without
from tests.language.sites import Site, all_sites, watched

CASES = cases()
IDS = [case.where for case in CASES]
ELSEWHERE = {
    "E104": "tests/intentlang/test_limits.py: the size of a file",
    "E107": "tests/intentlang/test_limits.py: an encoding",
    "E110": "tests/intentlang/test_limits.py: too many errors",
    "E113": "tests/intentlang/test_gather.py: too many files",
    "E114": "tests/intentlang/test_program.py: what a used file may hold",
    "E121": "tests/intentlang/test_gather.py: a file that uses itself",
    "E122": "tests/intentlang/test_gather.py: what may be used",
}
"""Codes that take more than one file, or bytes that are no text."""


@cache
def seen(case: Case) -> tuple[Answer, tuple[Site | None, ...]]:
    """What is answered, and the place of the program that each finding came from."""
    with watched() as site_of:
        found, said = answered(case)
        return (found, said), tuple(site_of(d) for d in found)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_the_claim_holds(case: Case) -> None:
    (found, said), _ = seen(case)
    got = sorted((d.spans[0].start.line, d.code, d.message) for d in found)
    assert holds(case, found, said), (case.claim, got, sorted(said))


@pytest.mark.parametrize("case", [c for c in CASES if c.codes], ids=[c.where for c in CASES if c.codes])
def test_its_codes_come_from_one_place(case: Case) -> None:
    """So that it is about one rule, and falls with it."""
    assert len(set(seen(case)[1])) == 1
    assert None not in seen(case)[1]


@pytest.mark.parametrize("case", [c for c in CASES if c.rule], ids=[c.where for c in CASES if c.rule])
def test_it_falls_with_the_rule_that_it_names(case: Case) -> None:
    with without(case.rule):
        assert not holds(case, *answered(case)), f"{case.claim}: holds without `{case.rule}`"


def test_every_claim_names_its_rule() -> None:
    assert [c.where for c in CASES if not c.codes and not c.rule] == []
    assert set(RULES) == {case.rule for case in CASES if case.rule}


def test_every_place_that_raises_a_code_has_a_claim() -> None:
    hit = {site for case in CASES if case.codes for site in seen(case)[1]}
    missing = {site: code for site, code in all_sites().items() if site not in hit and code and code not in ELSEWHERE}
    assert missing == {}


def test_there_are_as_many_claims_as_the_pages_have_headings() -> None:
    """A block that the reader of the pages does not see would hold nothing."""
    headings = sum(line.startswith("## ") for page in {c.where.split(":")[0] for c in CASES} for line in _lines(page))
    assert len(CASES) == headings >= 150


def _lines(page: str) -> list[str]:
    from tests.language.cases import HERE

    return (HERE / page).read_text("utf-8").splitlines()
