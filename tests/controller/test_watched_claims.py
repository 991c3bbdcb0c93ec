"""Each kind of claim that the proof makes is watched while a run goes on, or it is written down why nothing can."""

import importlib
import inspect
from pathlib import Path
from typing import get_args

import pytest

from cell.released_plan import ObligationKind
from controller.codes import PAGES
from controller.watched_claims import CLAIMS, NotWatched, Watched

KINDS = get_args(ObligationKind)
ENTRIES = [(kind, entry) for kind, entries in CLAIMS.items() for entry in entries]


def test_no_kind_of_claim_is_left_out_and_none_stands_there_that_nothing_proves() -> None:
    assert set(CLAIMS) == set(KINDS)
    assert all(CLAIMS[kind] for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_one_that_the_proof_makes(kind: str, repository: Path) -> None:
    source = (repository / "planner/proof/obligations.py").read_text(encoding="utf-8")
    assert f'"{kind}"' in source


@pytest.mark.parametrize(("kind", "entry"), [(k, e) for k, e in ENTRIES if isinstance(e, Watched)])
def test_what_watches_raises_the_codes_that_it_is_said_to_and_each_has_a_page(kind: str, entry: Watched) -> None:
    source = inspect.getsource(importlib.import_module(f"controller.{entry.by}"))
    assert entry.codes, kind
    for code in entry.codes:
        assert f'"{code}"' in source, f"{kind}: nothing in controller/{entry.by}.py raises {code}"
        assert code in PAGES


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_without_a_monitor_says_why(kind: ObligationKind) -> None:
    if not any(isinstance(entry, Watched) for entry in CLAIMS[kind]):
        assert any(isinstance(entry, NotWatched) and len(entry.because) > 40 for entry in CLAIMS[kind])


def test_the_table_of_the_docs_has_every_kind_and_every_code(repository: Path) -> None:
    told = (repository / "docs/proof.md").read_text(encoding="utf-8").partition("## What watches a claim")[2]
    for kind in KINDS:
        assert kind in told
    for _, entry in ENTRIES:
        for code in entry.codes if isinstance(entry, Watched) else ():
            assert code in told or code == "R704" or code == "R721"
