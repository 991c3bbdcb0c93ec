"""The figures of runs that are worked out by hand: the time by cause adds up, OEE and takt are what their definitions say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cell.commands import Subject
from cell.conclusions import CommandSent, StateChanged, StepConfirmed
from cell.events import Event, LinkReported, PlanReleased, RunOpened, RunResumed, SupplyReported, TimeMarked
from cell.scenario import FrozenState, GripLost, PersonEnters, Reject
from cell.steps import Step
from controller.figures.figures import Figures, by_cause
from controller.figures.link_quality import LinkQuality
from controller.figures.planned_time import confirmed, counted, total
from controller.journal.report import report
from controller.rehearsal import Ask, rehearsed
from controller.sums import Cause, PlannedTime, Spell
from controller.tally import figures_of
from tests.controller.small_planner import cell, small_plan
from tests.controller.tending import POLICIES, SmallPlanner, Tended, released, spec, tend, world
from tests.journals.packing import recordings, unpacked

OF = Subject("test")
SECOND = 1_000_000_000


def seconds(figures: Figures, cause: Cause, detail: str = "") -> float:
    return sum(spent for spell, spent in figures.spells if spell == Spell(cause, detail)) / SECOND


def executing(run: Tended) -> float:
    """Seconds in Execute, read off the changes of state."""
    entered, spent = 0, 0
    for change in run.all(StateChanged):
        if change.after == "Execute":
            entered = change.at
        if change.before == "Execute":
            spent += change.at - entered
    return spent / SECOND


def before(run: Tended, skip: int = 8) -> list[Event]:
    """The events of the run up to the command with that number."""
    found: list[Event] = []
    for event in run.record.events:
        if isinstance(event, CommandSent):
            if skip == 0:
                return found
            skip -= 1
        found.append(event)
    raise AssertionError(skip)


def adds_up(events: Sequence[Event], figures: Figures) -> bool:
    return sum(spent for _, spent in figures.spells) == figures.total == events[-1].at - events[0].at


def test_undisturbed_the_time_is_running_and_oee_is_the_product_of_its_factors() -> None:
    run = tend()
    found = figures_of(run.record.events)
    assert adds_up(run.record.events, found)
    assert {spell.cause for spell, _ in found.spells} == {"running", "starting"}
    assert seconds(found, "running") == pytest.approx(executing(run))
    assert (
        0.95 * executing(run) < found.planned <= executing(run)
    )  # all that was wanted was done, some of it quicker than declared
    assert found.availability == pytest.approx(executing(run) * SECOND / found.total)
    assert found.effectiveness == pytest.approx(found.planned / executing(run))
    assert found.quality == 1.0
    assert (found.output.good, found.output.bad) == (3, 0)
    assert found.oee == pytest.approx(found.planned / (found.total / SECOND))


def step(name: str, duration: float, *before: str) -> Step:
    made: Step = tend().all(PlanReleased)[0].plan.tasks.steps[0]
    return replace(made, id=name, duration=duration, predecessors=before)


def confirm(steps: Sequence[Step], **moments: float) -> float:
    times, known = PlannedTime(), {one.id: one for one in steps}
    for name, moment in moments.items():
        times = counted(times, known, name, round(moment * SECOND))
    return total(times)


def test_a_step_that_took_longer_than_declared_counts_as_declared() -> None:
    assert confirm((step("a", 2.0), step("b", 3.0, "a")), a=2.0, b=9.0) == 5.0


def test_a_quick_step_makes_up_for_no_slow_one() -> None:
    assert confirm((step("a", 2.0), step("b", 8.0, "a")), a=4.0, b=5.0) == 3.0


def test_what_comes_before_its_latest_moment_was_waited_for_as_long_as_it_took() -> None:
    """A belt that brings a part within 20 s has brought it after 7."""
    assert confirm((step("comes", 20.0), step("taken", 1.0, "comes")), comes=7.0, taken=8.0) == 8.0


def test_what_goes_on_side_by_side_takes_the_longer_of_both() -> None:
    steps = (step("a", 4.0), step("b", 6.0), step("c", 1.0, "a", "b"))
    assert confirm(steps, a=4.0, b=6.0, c=7.5) == 7.0


def test_a_branch_that_was_not_taken_takes_no_time() -> None:
    steps = (step("a", 2.0), step("left", 50.0, "a"), step("right", 1.0, "a"), step("last", 1.0, "left", "right"))
    assert confirm(steps, a=2.0, right=3.0, last=4.0) == 4.0
    assert confirm((step("a", 2.0), step("left", 50.0, "a"), step("last", 1.0, "left")), a=2.0, last=3.0) == 3.0


def test_what_another_plan_did_is_none_of_this_one() -> None:
    progress = tend().state.progress
    assert progress.plan is not None
    name = next(iter(progress.plan.steps))
    assert total(confirmed(PlannedTime(), progress, Subject("r", "another", name), 2 * SECOND)) == 0.0
    assert total(confirmed(PlannedTime(), progress, Subject("r", progress.plan.plan.plan_id, name), 2 * SECOND)) > 0.0


SECONDS = st.floats(0.0, 9.0)


@given(st.lists(st.tuples(SECONDS, SECONDS, st.sets(st.integers(0, 9), max_size=3)), min_size=1, max_size=10))
def test_whatever_takes_however_long_the_ideal_is_no_longer_than_the_time_itself(
    drawn: list[tuple[float, float, set[int]]],
) -> None:
    """(declared, took, which of the steps before it)"""
    named = [(declared, tuple(f"s{j}" for j in sorted(before) if j < k)) for k, (declared, _, before) in enumerate(drawn)]
    steps = [step(f"s{k}", declared, *before) for k, (declared, before) in enumerate(named)]
    ends: dict[str, float] = {}
    for one, (_, took, _) in zip(steps, drawn, strict=True):
        ends[one.id] = max((ends[name] for name in one.predecessors), default=0.0) + took
    assert confirm(steps, **dict(sorted(ends.items(), key=lambda entry: entry[1]))) <= max(ends.values()) + 1e-6


def test_what_was_rejected_is_produced_and_bad() -> None:
    found = figures_of(tend(Reject(1)).record.events)
    assert (found.output.good, found.output.bad) == (3, 1)
    assert found.quality == 0.75


def test_what_is_under_way_is_not_produced() -> None:
    run = tend()
    assert figures_of(before(run, 8)).output.produced == 0
    assert figures_of(before(run, 8)).oee is None


def test_what_an_operator_holds_is_the_operators() -> None:
    run = tend(asks=(Ask(12.0, "hold"), Ask(20.0, "resume")))
    found = figures_of(run.record.events)
    assert adds_up(run.record.events, found)
    assert seconds(found, "held by an operator") == pytest.approx(8.0, abs=0.2)
    assert found.availability == pytest.approx(seconds(found, "running") * SECOND / found.total)


def test_a_fault_is_told_by_its_code_and_planning_again_by_itself() -> None:
    run = tend(GripLost("grip", 1, "on the way"), asks=(Ask(100.0, "resume"),))
    found = figures_of(run.record.events)
    assert adds_up(run.record.events, found)
    held = [(spell.detail, spent) for spell, spent in found.spells if spell.cause == "held"]
    assert held == [] or all(code.startswith("R7") for code, _ in held)
    assert seconds(found, "planning") > 0.0


def stopped_for_a_person() -> Tended:
    zone = replace(cell().zones["aisle"], when_occupied="stop")
    given = replace(spec(), cell=replace(cell(), zones={**cell().zones, "aisle": zone}))
    plan, planner, drivers = small_plan(given.state, 3), SmallPlanner(3), world(PersonEnters("aisle", 6.0, 20.0))
    assert plan is not None
    record, state = rehearsed(given, released(plan), drivers, planner, (Ask(30.0, "resume"),))
    return Tended(record, state, drivers, planner)


def test_a_person_costs_their_time_and_what_comes_until_the_resume_is_held() -> None:
    run = stopped_for_a_person()
    found = figures_of(run.record.events)
    assert adds_up(run.record.events, found)
    assert seconds(found, "a person", "aisle") == pytest.approx(14.0, abs=1e-6)
    assert seconds(found, "held", "R715") == pytest.approx(10.0, abs=0.2)


def test_slower_for_a_person_is_running_and_counted_apart() -> None:
    found = figures_of(tend(PersonEnters("aisle", 5.0, 25.0)).record.events)
    assert seconds(found, "slowed for a person", "aisle") == pytest.approx(20.0, abs=1e-6)


@pytest.mark.parametrize("cause", ["starved", "blocked"])
def test_what_does_not_come_or_leave_is_told_as_such(cause: Literal["starved", "blocked"]) -> None:
    """The parts are there again after 7 s; a motion has not ended by then, so the run cannot go on for 2 s more."""
    events = before(tend())
    at = events[-1].at
    events += [
        SupplyReported(at + 1 * SECOND, OF, cause, "infeed", False),
        SupplyReported(at + 8 * SECOND, OF, cause, "infeed", True),
        TimeMarked(at + 10 * SECOND, OF, ""),
    ]
    found = figures_of(events)
    assert adds_up(events, found)
    assert seconds(found, cause, "infeed") == 9.0


def test_a_stop_is_stopped_time_until_the_end() -> None:
    run = tend(asks=(Ask(9.0, "stop"),))
    found = figures_of(run.record.events)
    assert adds_up(run.record.events, found)
    stopping = next(c.at for c in run.all(StateChanged) if c.after == "Stopping")
    assert seconds(found, "stopped") * SECOND == run.record.events[-1].at - stopping


def test_time_without_a_controller_is_told_in_the_clock_of_the_next_one() -> None:
    events = before(tend())
    last, shift = events[-1].at, 500 * SECOND
    opened = next(e.at for e in events if isinstance(e, RunOpened))
    events.append(RunResumed(last + shift + 33 * SECOND, OF, "", "", "virtual", shift, opened + shift))
    found = figures_of(events)
    assert seconds(found, "without a controller") == 33.0
    assert found.total == last + 33 * SECOND - opened == sum(spent for _, spent in found.spells)


def test_takt_is_the_mean_from_one_end_to_the_next_beside_its_target() -> None:
    head = """
param batch = 3 parts
for each s in infeed until outfeed.count >= batch {
  process s at lathe using OP10
  inspect s at gauge
  when s.verdict is reject {
    move s to scrap
  } otherwise {
    move s to outfeed
  }
  every 100 s
}
"""
    run = tend(head=head, tail=POLICIES)
    takt = figures_of(run.record.events).takts[0]
    ends = _ends(run)
    assert (takt.loop, takt.target, takt.ended) == ("infeed", 100.0, 3)
    assert takt.actual == pytest.approx((ends[-1] - ends[0]) / 2 / SECOND, abs=0.01)


def _ends(run: Tended) -> list[int]:
    """When the last step of each shaft was confirmed."""
    last: dict[str, int] = {}
    for event in run.all(StepConfirmed):
        if event.of.part is not None:
            last[event.of.part] = event.at
    return sorted(last.values())


def test_a_link_is_told_by_its_answers_its_silence_and_its_cuts() -> None:
    events = before(tend(), 20)
    at = events[-1].at
    events += [
        LinkReported(at + 1 * SECOND, OF, "lathe", False, "unplugged"),
        LinkReported(at + 2 * SECOND, OF, "lathe", False, "still"),
        LinkReported(at + 5 * SECOND, OF, "lathe", True, ""),
        LinkReported(at + 6 * SECOND, OF, "lathe", False, "unplugged"),
        TimeMarked(at + 9 * SECOND, OF, ""),
    ]
    links = {link.device: link for link in figures_of(events).links}
    assert (links["lathe"].cuts, links["lathe"].down) == (2, 7.0)
    assert links["g1"].commands > 0
    assert (links["g1"].unknown, links["g1"].silences) == (0, 0)


def test_silence_is_counted_while_it_lasts() -> None:
    run = tend(FrozenState("g1", 6.0, 20.0), asks=(Ask(40.0, "resume"),))
    found: LinkQuality = next(link for link in figures_of(run.record.events).links if link.device == "g1")
    assert found.silences == 1
    assert found.silent == pytest.approx(14.0, abs=2.5)


@pytest.mark.parametrize("recorded", recordings()[::3], ids=lambda path: path.name.partition(".")[0])
def test_of_recorded_runs_the_time_adds_up_and_the_shares_are_shares(recorded: Path, tmp_path: Path) -> None:
    events = tuple(unpacked(recorded, tmp_path).journal().events())
    found = figures_of(events)
    assert adds_up(events, found)
    assert sum(by_cause(found).values()) == pytest.approx(found.total / SECOND)
    assert all(share is None or 0.0 <= share <= 1.0 for share in (found.availability, found.effectiveness, found.quality))


def test_a_report_has_the_figures() -> None:
    told = report(tend(Reject(1)).record.events)
    assert "  produced 4: 3 good, 1 bad\n" in told
    assert "quality 75 %" in told
    assert "  running\n" in told
    assert "    g1: " in told
