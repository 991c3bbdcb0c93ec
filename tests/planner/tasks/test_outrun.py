"""What taking parts off a conveyor takes at least is never longer than it takes in a plan, and what it refutes has no plan."""

from __future__ import annotations

import pytest

from planner.tasks.crew import Known
from planner.tasks.decompose import decompose
from planner.tasks.findings import Findings
from planner.tasks.outrun import _departures, _Taking, refute_waiting
from planner.tasks.plan_tasks import plan_tasks
from planner.tasks.supplies import _departures as planned_departures
from planner.tasks.supplies import backing_up
from tests.planner.tasks.cells import request_of, seconds
from tests.planner.tasks.test_palletizing import CELL, FREE, ORDERED

ONE_HAND = CELL.replace("  hand b at (220 mm, 0 mm, 300 mm)\n", "")


@pytest.mark.parametrize(
    ("intent", "cell"), [(ORDERED, CELL), (FREE, CELL), (ORDERED, ONE_HAND)], ids=["two hands", "in any order", "one hand"]
)
def test_no_part_leaves_before_it_can(intent: str, cell: str) -> None:
    quick = cell.replace("every 10 s", "every 0.1 s")  # so that nobody waits for a part
    request = request_of(intent, quick)
    tasks = plan_tasks(request, Known(seconds)).expect()
    left = sorted(planned_departures(tasks, "line1"))
    least = _departures(request, decompose(request.cell, request.state, request.program, Findings()), Known(seconds), "line1")
    assert len(least) == len(left) == 24
    assert all(early <= late for early, late in zip(least, left, strict=True))
    assert least[-1] > 0.5 * left[-1], "a bound that says something"


@pytest.mark.parametrize(
    ("robots", "hands", "least"),
    [(1, 1, (1.0, 1 + 2 + 1 + 1.0, 9.0)), (1, 2, (1.0, 2.0, 2 + 2 + 1 + 1.0, 8.0, 12.0)), (2, 1, (0.5, 1.0, 2.5, 4.5))],
    ids=["one hand: there, put, back, take", "two hands: a way for each two", "two robots: spread over them"],
)
def test_so_many_have_left_when_a_robot_does_nothing_else(robots: int, hands: int, least: tuple[float, ...]) -> None:
    taking = _Taking(take=1.0, put=1.0, trip=2.0, robots=robots, hands=robots * hands, most_hands=hands)
    assert [taking.least(k + 1) for k in range(len(least))] == list(least)


def test_a_law_that_a_plan_keeps_is_not_refuted_and_one_far_below_is() -> None:
    text = ORDERED + "ensure line1.waiting < 6 parts\n"
    said = {every: _refuted(text, CELL.replace("every 10 s", f"every {every} s")) for every in (2, 4, 6, 8, 10)}
    assert said[2] == ["E503"]
    assert said[10] == []
    for every, codes in said.items():
        request = request_of(ORDERED, CELL.replace("every 10 s", f"every {every} s"))
        tasks = plan_tasks(request, Known(seconds)).expect()
        kept = not backing_up(request.cell, request_of(text, CELL).program, tasks)
        assert not (kept and codes), every


def _refuted(text: str, cell: str) -> list[str]:
    request, found = request_of(text, cell), Findings()
    refute_waiting(request, decompose(request.cell, request.state, request.program, found), Known(seconds), found)
    return [d.code for d in found.errors]
