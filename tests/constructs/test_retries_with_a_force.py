"""A retry with a force that a line cannot be done with is refused before anything is begun, and no other is. Shafts have a grip
of 60 N."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cell.diagnostic import Diagnostic
from planner.tasks.findings import Findings
from planner.tasks.groundwork import routes_for
from tests.constructs.bench import Bench
from tests.constructs.test_rework import CELL
from tests.constructs.test_rungs_with_full_hands import INTENT, bench, goals_of


def found(b: Bench) -> tuple[Diagnostic, ...]:
    routes_for(b.request(), told := Findings())
    return told.errors


def lines_of(told: tuple[Diagnostic, ...]) -> list[set[int]]:
    return [{span.start.line for span in one.spans} for one in told]


@pytest.mark.parametrize("event", ["grip_lost", "part_missing or grip_lost"])
def test_a_retry_with_less_than_the_grip_of_the_part_is_refused_at_its_force(event: str) -> None:
    (one,) = found(bench(INTENT + f'on {event}: retry 1, then retry 2 force 20 N, then hold "look"\n'))
    assert one.code == "E602"
    assert "gripped with 60 N" in one.message
    assert "20 N" in one.message
    lines = INTENT.splitlines()
    (said,) = lines_of((one,))
    assert {k for k, line in enumerate(lines, 1) if line.strip().startswith(("process", "inspect", "move"))} < said
    assert len(lines) + 1 in said


@pytest.mark.parametrize(
    "text",
    [
        INTENT + 'on grip_lost: retry 2 force 60 N, then hold "look"\n',
        INTENT + 'on grip_lost: retry 2 speed 10 mm/s, then hold "look"\n',
        INTENT + 'on reject: retry 2 force 20 N, then hold "look"\n',  # the gauge's own block has that event
    ],
)
def test_one_that_can_be_is_not(text: str) -> None:
    assert found(bench(text)) == ()


def test_the_innermost_policy_counts() -> None:
    outer = 'on grip_lost: retry 2 force 20 N, then hold "look"\n'
    text = INTENT
    for line in ("process s at brush using DEBURR", "move s to outfeed"):
        text = text.replace(f"{line}\n", f"{line} {{\n    on grip_lost: hold\n  }}\n")
    text = text.replace("on reject: move", "on grip_lost: hold\n    on reject: move")
    assert found(bench(text + outer)) == ()
    (one,) = found(bench(text.replace("on grip_lost: hold\n  }\n}", "on grip_lost: retry 1 force 20 N\n  }\n}")))
    assert one.code == "E602"


def test_what_nothing_can_grip_at_all_is_not_told_of_its_retry() -> None:
    heavy = CELL.replace("grip 60 N", "grip 200 N")
    retry = 'on grip_lost: retry 2 force 20 N, then hold "look"\n'
    told, alone = (found(Bench.of(heavy, "shaft", text)) for text in (INTENT + retry, INTENT))
    assert {d.code for d in alone} == {"E602"}
    assert lines_of(told) == lines_of(alone)


def test_a_run_that_goes_on_is_not_refused_for_it() -> None:
    b = bench(INTENT + 'on grip_lost: retry 2 force 20 N, then hold "look"\n')
    first, *others = b.request().state.parts
    reached = frozenset((goals_of(b)[0].id,))
    state = replace(b.request().state, parts=(replace(first, reached=reached), *others))
    routes_for(replace(b.request(), state=state), told := Findings())
    assert not told.has_errors
