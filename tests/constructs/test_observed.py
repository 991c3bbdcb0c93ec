"""A `when` on what is observed of the cell, outside of loops: decided when what stands before it is done."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from cell.events import PlanRequested
from cell.plan_file import with_plan_id
from cell.scenario import GripLost, Reject
from cell.state import DeviceState
from controller.rehearsal import Ask
from tests.constructs.bench import Bench
from tests.constructs.test_rework import CELL
from tests.planner.proof.mutants import plan_mutants

INTENT = """
for each s in infeed {
  inspect s at gauge
  when s.verdict is reject {
    move s to scrap
  } otherwise {
    move s to outfeed
  }
}
when outfeed.count >= 3 parts {
  move shaft from outfeed to gauge
} otherwise when outfeed.count < 2 parts {
  move shaft from outfeed to scrap
}
"""
NOW = """
when infeed.count >= 3 parts and brush.door is closed {
  move shaft from infeed to outfeed
} otherwise {
  move shaft from infeed to scrap
}
"""


@cache
def bench(intent: str = INTENT) -> Bench:
    return Bench.of(CELL, "shaft", intent)


def test_a_plan_ends_before_what_is_not_decided_yet_and_says_so() -> None:
    released = bench().released().expect()
    tasks = released.motion_plan.tasks
    assert (tasks.decided, len(tasks.undecided)) == ((), 1)
    assert all(o.serves for o in tasks.operations)
    assert any(a.startswith("the `when` of line 10 is decided when") for a in released.proof.assumptions)


@pytest.mark.parametrize(
    ("rejects", "where"),
    [((), ("outfeed", 2, "gauge", 1)), ((1,), ("outfeed", 2, "gauge", 0)), ((1, 2), ("outfeed", 0, "scrap", 3))],
)
def test_the_branch_is_taken_by_what_is_there_when_it_is_reached(
    rejects: tuple[int, ...], where: tuple[str, int, str, int]
) -> None:
    ran = bench().run(*(Reject(k) for k in rejects))
    assert ran.record.summary.state == "Complete"
    assert (len(ran.lying.get(where[0], ())), len(ran.lying.get(where[2], ()))) == (where[1], where[3])
    assert len(ran.asked) == 1
    assert ran.truth.violations == ()


def test_what_is_known_at_once_is_decided_at_once_and_read() -> None:
    b = bench(NOW)
    shut = replace(b.start, devices={**b.start.devices, "brush": DeviceState(False, False, False)})
    plan = b.released(shut).expect().motion_plan
    assert plan.tasks.decided == (("w1", 0),)
    assert {("count infeed", "3"), ("door brush", "shut")} <= {(r.name, r.value) for r in plan.tasks.reads}
    opened = replace(b.start, devices={**b.start.devices, "brush": DeviceState(True, False, False)})
    assert {d.code for d in b.proved(plan, opened).diagnostics} == {"E681"}
    assert b.released(opened).expect().motion_plan.tasks.decided == (("w1", 1),)


def test_what_nobody_knows_yet_is_left_open() -> None:
    b = bench(NOW)
    unknown = replace(b.start, devices={**b.start.devices, "brush": DeviceState()})
    tasks = b.released(unknown).expect().motion_plan.tasks
    assert (tasks.steps, tasks.decided, tasks.undecided) == ((), (), ("w1",))


def test_the_choice_stays_whatever_is_observed_later() -> None:
    """The hand loses the part that it has taken out of the outfeed: two lie there then, and the first branch is still the one."""
    ran = bench(INTENT + 'on grip_lost: hold "look"\n').run(GripLost("grip", 7, "on the way"), asks=(Ask(900.0, "resume"),))
    states = [e.state for e in ran.all(PlanRequested)]
    assert states[0].decided == {}
    assert all(dict(state.decided) == {"w2": 0} for state in states[1:])
    assert len(states) >= 2


def test_a_branch_that_is_not_decided_may_not_be_planned() -> None:
    b = bench()
    plan = b.planned().expect()
    early = replace(plan.tasks, undecided=(), decided=(("w2", -1),), assumptions=())
    assert b.proved(with_plan_id(replace(plan, tasks=early))).value is None


@pytest.mark.parametrize("intent", [INTENT, NOW])
@pytest.mark.long
def test_changed_plans_are_refused(intent: str) -> None:
    b = bench(intent)
    state = replace(b.start, devices={**b.start.devices, "brush": DeviceState(False, False, False)})
    plan = b.planned(state).expect()
    found = (m for m in plan_mutants(plan, 40, 3) if m.plan is not None and b.proved(m.plan, state).value)
    survived = [f"{m.field}: {m.what}" for m in found]
    assert [s for s in survived if "one_by_one" not in s and "predecessors" not in s] == []


def test_lines_that_wait_for_it_are_planned_with_it() -> None:
    text = "in order {" + INTENT.replace("\n", "\n  ").rstrip() + "\n  move shaft from outfeed to scrap\n}\n"
    first = bench(text).planned().expect().tasks
    assert all(o.serves for o in first.operations)
    ran = bench(text).run()
    assert ran.record.summary.state == "Complete"
    assert (len(ran.lying["outfeed"]), len(ran.lying["gauge"]), len(ran.lying["scrap"])) == (1, 1, 1)


@pytest.mark.parametrize(
    "intent",
    [
        INTENT.replace("outfeed.count < 2 parts", "g1.speed < 2 mm/s"),
        NOW.replace(
            "move shaft from infeed to scrap", "for each s in infeed until scrap.count >= 1 parts {\n    move s to scrap\n  }"
        ),
    ],
)
def test_what_is_not_observed_when_a_plan_is_made_stays_unsupported(intent: str) -> None:
    assert "E690" in {d.code for d in bench(intent).planned().diagnostics}
