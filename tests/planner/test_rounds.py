"""The rounds of schedule, motions and certification, with motions and certificates that are made up here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import pytest

import planner.first_look
import planner.meetings
import planner.plan
from cell.codec import canonical
from cell.diagnostic import error
from cell.motion_plan import Motion
from cell.presence import Conflicts, Moving, Presence, Resting, in_order
from cell.state import PlanningRequest
from cell.steps import AtHome, AtHub, AtPlace, MotionNeed, Move
from planner.assembled import needs_of
from planner.motion.estimate import estimated_duration
from planner.motion.plan_motions import Found
from planner.motion.store import MemoryStore
from planner.plan import MAX_CONFLICT_ROUNDS, Means, plan
from planner.tasks.coinciding import coinciding
from planner.tasks.crew import resting_at_start
from tests.planner.tasks.cells import TEND, TENDING, program_of, request_of, seconds
from tests.planner.tasks.robots import cell_text, intent_text, place_of

VERSIONS = (("test", "1"),)
ALONE = "for each s in left_in {\n  move s to left_out\n}\n"
Pairs = Iterable[tuple[Presence, Presence]]


class World:
    """Stands in for the search of motions and for certification. `bad` says which pairs cannot be certified; `asked` counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bad: set[tuple[Presence, Presence]] = set()
        self.never: frozenset[MotionNeed] = frozenset()
        self.is_there: Callable[[MotionNeed], bool] = lambda need: need not in self.never
        self.least = 0.0
        self.asked: list[int] = []
        self.found: set[MotionNeed] = set()
        self.rounds = 0
        self.duration: Callable[[MotionNeed], float] = seconds
        monkeypatch.setattr(planner.plan, "plan_motions", self.motions)
        monkeypatch.setattr(planner.plan, "uncertified", self.uncertified)
        monkeypatch.setattr(planner.plan, "out_of_reach", lambda *_: frozenset())
        monkeypatch.setattr(planner.plan, "least_duration", lambda _, __, found: lambda need: self.least if found else 0.0)
        monkeypatch.setattr(planner.first_look, "MOST_LOOKS", 0)

    def motions(self, needs: Iterable[MotionNeed], *_: object) -> Found:
        self.found.update(needs)
        self.rounds += 1
        known = {n: Motion(n, (), (), (), (), self.duration(n)) for n in needs if self.is_there(n)}
        return Found(known, {n: (error("E300", "no way"),) for n in needs if not self.is_there(n)})

    def uncertified(
        self, pairs: Iterable[tuple[Presence, Presence]], motions: Mapping[MotionNeed, Motion], *_: object
    ) -> Conflicts:
        wanted = list(pairs)
        self.asked.append(len(wanted))
        for presence in (p for pair in wanted for p in pair):
            assert not isinstance(presence, Moving) or presence.need in motions
        return frozenset(pair for pair in wanted if pair in self.bad)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def means() -> Means:
    return Means(MemoryStore(), map, lambda *_: None)


def two(parts: int = 2, **more: object) -> PlanningRequest:
    return request_of(intent_text(2), cell_text(2, 1, parts), iterations=10, **more)


def free_pairs(request: PlanningRequest, how: Means) -> list[tuple[Presence, Presence]]:
    tasks = plan(request, how, VERSIONS).expect().tasks
    return list(coinciding(tasks, [resting_at_start(request, name) for name in request.cell.robots]))


def some_of(pairs: list[tuple[Presence, Presence]]) -> set[tuple[Presence, Presence]]:
    """A fifth, but for both at home."""
    return {pair for pair in pairs[::5] if not all(isinstance(p, Resting) and p.stance == AtHome() for p in pair)}


def test_what_cannot_be_certified_does_not_coincide_in_the_plan(world: World) -> None:
    request = two()
    world.bad = some_of(free_pairs(request, means()))
    world.asked.clear()
    assert set(free_pairs(request, means())) & world.bad == set()
    assert 2 <= len(world.asked) <= MAX_CONFLICT_ROUNDS + 1


def test_it_gives_up_after_its_rounds_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner.plan, "MAX_CONFLICT_ROUNDS", 1)
    monkeypatch.setattr(planner.plan, "EXACT_ROUNDS", 9)

    def growing(wanted: Pairs, *_: object) -> Conflicts:
        return frozenset([pair for pair in wanted if all(isinstance(p, Moving) for p in pair)][:1])

    monkeypatch.setattr(planner.plan, "uncertified", growing)
    outcome = plan(two(parts=4), means(), VERSIONS)
    assert [d.code for d in outcome.diagnostics] == ["E692"]
    assert "after 1 schedules" in outcome.diagnostics[0].message


def test_with_too_many_pairs_to_look_at_a_conflict_speaks_for_its_whole_area(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pairs of contacts at their own trays are found out one in a round; there are more of them than rounds."""
    monkeypatch.setattr(planner.meetings, "MOST_PAIRS", 0)

    def bad(pair: tuple[Presence, Presence]) -> bool:
        left, right = ((place_of(presence) or "") for presence in pair)
        return left.startswith("left") and right.startswith("right")

    monkeypatch.setattr(planner.plan, "uncertified", lambda wanted, *_: frozenset([p for p in wanted if bad(p)][:1]))
    assert plan(two(parts=4), means(), VERSIONS).is_ok
    monkeypatch.setattr(planner.plan, "EXACT_ROUNDS", 9)
    assert [d.code for d in plan(two(parts=4), means(), VERSIONS).diagnostics] == ["E692"]


def test_once_two_are_in_each_others_way_all_that_they_could_do_is_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No two contacts may be at once, so what was free in the first schedule is not all that the last one has."""
    looked: set[tuple[Presence, Presence]] = set()

    def no_two_contacts(wanted: Pairs, *_: object) -> Conflicts:
        pairs = list(wanted)
        looked.update(pairs)
        return frozenset(p for p in pairs if all(isinstance(x, Moving) and x.need.touch is not None for x in p))

    monkeypatch.setattr(planner.plan, "uncertified", no_two_contacts)
    made = plan(two(parts=4), means(), VERSIONS).expect().tasks
    needs = [s.action.need for s in made.steps if isinstance(s.action, Move)]
    own, others = ([Moving(n) for n in needs if n.robot == robot] for robot in two().cell.robots)
    assert {(x, y) for x in own for y in others} <= looked


def test_robots_that_are_too_near_at_the_start_are_told_at_once(world: World) -> None:
    pairs = free_pairs(two(), means())
    world.bad = {pair for pair in pairs if all(isinstance(p, Resting) and p.stance == AtHome() for p in pair)}
    world.asked.clear()
    (found,) = plan(two(), means(), VERSIONS).diagnostics
    assert found.code == "E619"
    assert {span.start.line for span in found.spans} == {unit.span.start.line for unit in two().cell.robots.values()}
    assert len(world.asked) == 1


def test_where_no_motion_tells_where_one_stands_they_are_not_said_to_be_too_near(world: World) -> None:
    """Its way home cannot be found; beside that, of two that stay where they are nothing is asked."""
    request = replace(two(), without=frozenset({"right"}))
    request = replace(request, state=replace(request.state, stances={"right": AtHub("right_in")}))
    rests = in_order(*(resting_at_start(request, name) for name in request.cell.robots))
    world.bad = {(rests[0], rests[1])}
    (found,) = plan(replace(request, program=program_of(ALONE, cell_text(2))), means(), VERSIONS).diagnostics
    assert (found.code, found.message) == (
        "E690", "no motion tells where right stands at the start, so nobody can say what is clear of it",
    )  # fmt: skip
    chore = cell_text(2, 1, 2).replace("  offers inspect for 4 s\n", "  offers inspect for 4 s\n  offers calibrate for 5 s\n")
    still = replace(request_of("calibrate nest\n", chore, iterations=10), without=request.without, state=request.state)
    assert plan(still, means(), VERSIONS).is_ok


def test_known_motions_are_not_left_for_others_that_are_only_estimated_to_be_quicker(world: World) -> None:
    """All take a third longer than estimated, so the other hand, for which none is known, seems quicker until that counts."""
    request = request_of(TEND.format(batch=4), TENDING, iterations=10)
    world.duration = lambda need: 1.33 * estimated_duration(need, request.cell, request.robots)
    assert plan(request, means(), VERSIONS).is_ok
    assert world.rounds == 1


def test_motions_and_schedule_that_never_agree_end_in_e691(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner.plan, "MAX_ROUNDS", 0)
    assert [d.code for d in plan(two(), means(), VERSIONS).diagnostics] == ["E691"]


def test_the_last_round_takes_the_motions_that_were_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner.plan, "MAX_ROUNDS", 1)
    assert plan(two(), means(), VERSIONS).is_ok
    assert world.rounds == 1


def test_planned_again_it_is_the_same_in_one_round(world: World) -> None:
    request, how = two(), means()
    world.bad = some_of(free_pairs(request, means()))
    first = plan(request, how, VERSIONS).expect()
    world.asked.clear()
    found = len(world.found)
    assert canonical(plan(request, how, VERSIONS).expect()) == canonical(first)
    assert len(world.asked) == 1
    assert len(world.found) == found


def test_planned_again_nothing_that_was_refused_is_looked_for(world: World) -> None:
    request, how = two(), means()
    needs = [s.action.need for s in plan(request, means(), VERSIONS).expect().tasks.steps if isinstance(s.action, Move)]
    world.never = frozenset(n for n in needs if n.touch is not None and n.robot == "left" and n.touch.place == "left_in[1]")
    first = plan(request, how, VERSIONS).expect()
    assert world.never & world.found
    world.found.clear()
    assert canonical(plan(request, how, VERSIONS).expect()) == canonical(first)
    assert not world.never & world.found


def test_a_single_robot_asks_for_no_certificate(world: World) -> None:
    request = request_of(intent_text(1), cell_text(1, 1, 2))
    assert plan(request, means(), VERSIONS).is_ok
    assert world.asked == []


def test_without_a_robot_it_says_how_much_longer_it_takes(world: World) -> None:
    how = means()
    both = plan(two(), how, VERSIONS).expect().tasks.bounds.makespan
    outcome = plan(two(without=frozenset(("right",))), how, VERSIONS)
    alone = outcome.expect().tasks.bounds.makespan
    (note,) = outcome.diagnostics
    assert (note.code, note.is_error) == ("N601", False)
    assert f"without right this takes {alone:.1f} s, with every robot {both:.1f} s: {alone / both:.2f} times" in note.message


def test_what_all_robots_take_is_planned_for_the_comparison(world: World) -> None:
    """Not estimated: the figure is the one that planning with every robot comes to, and it comes from there."""
    how = means()
    (note,) = plan(two(without=frozenset(("right",))), how, VERSIONS).diagnostics
    found = set(world.found)
    both = plan(two(), how, VERSIONS).expect().tasks.bounds.makespan
    assert f"with every robot {both:.1f} s" in note.message
    assert world.found == found
    assert any(need.robot == "right" for need in found)


def test_a_run_that_plans_again_compares_nothing(world: World) -> None:
    how = Means(MemoryStore(), map, lambda *_: None, compares=False)
    assert plan(two(without=frozenset(("right",))), how, VERSIONS).diagnostics == ()
    assert {need.robot for need in world.found} == {"left"}


def test_without_a_plan_with_every_robot_no_figure_is_made_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def where_right_moves(wanted: Pairs, *_: object) -> Conflicts:
        return frozenset(pair for pair in wanted if any(isinstance(p, Moving) and p.robot == "right" for p in pair))

    monkeypatch.setattr(planner.plan, "uncertified", where_right_moves)
    monkeypatch.setattr(planner.plan, "MAX_CONFLICT_ROUNDS", 0)
    outcome = plan(two(without=frozenset(("right",))), means(), VERSIONS)
    assert outcome.is_ok
    first, *_ = outcome.diagnostics
    assert (first.code, first.is_error) == ("N601", False)
    assert "there is no plan to compare it with" in first.message
    assert "times as fast" not in first.message


def test_a_deadline_that_no_motion_can_save_is_refused_before_any_is_looked_for(world: World) -> None:
    request = request_of(intent_text(1) + "within 3 s\n", cell_text(1, 1, 2))
    outcome = plan(request, means(), VERSIONS)
    assert ([d.code for d in outcome.diagnostics], world.found) == (["E501"], set())
    assert outcome.why is not None
    assert (outcome.why.kind, len(outcome.why.cores)) == ("proved impossible", 1)
    assert "feasible" not in outcome.diagnostics[0].help, "for that it would have to be planned"


# --- the first look ------------------------------------------------------------------------------------------------------

SMALL = request_of(TEND.format(batch=4), TENDING, iterations=10)


@pytest.fixture
def all_needs(world: World, monkeypatch: pytest.MonkeyPatch) -> tuple[MotionNeed, ...]:
    """Those of the plan without a first look; from now on there is one."""
    needs = needs_of(plan(SMALL, means(), VERSIONS).expect().tasks)
    world.found.clear()
    monkeypatch.setattr(planner.first_look, "MOST_LOOKS", 8)
    return needs


def test_a_first_look_changes_no_plan(world: World, all_needs: tuple[MotionNeed, ...]) -> None:
    assert needs_of(plan(SMALL, means(), VERSIONS).expect().tasks) == all_needs


def test_a_place_that_nothing_serves_costs_a_few_motions(world: World, all_needs: tuple[MotionNeed, ...]) -> None:
    world.is_there = lambda need: need.touch is None or place_of(Moving(need)) != "gauge"
    outcome = plan(SMALL, means(), VERSIONS)
    assert outcome.value is None
    assert len(world.found) < len(all_needs) / 3


def test_where_every_motion_is_stored_there_is_no_first_look(
    world: World, all_needs: tuple[MotionNeed, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planner.plan, "not_stored", lambda *_: ())
    before = world.rounds
    assert needs_of(plan(SMALL, means(), VERSIONS).expect().tasks) == all_needs
    assert world.rounds == before + 1


def test_what_kinematics_rules_out_is_looked_for_first(all_needs: tuple[MotionNeed, ...]) -> None:
    beyond = frozenset(s for n in all_needs for s in (n.start, n.end) if isinstance(s, AtPlace) and s.place == "gauge")
    look = planner.first_look.FirstLook(SMALL.cell, lambda key: beyond if key[2] == "gauge" else frozenset())
    (first,) = look.few_of(all_needs)
    assert place_of(Moving(first)) == "gauge"


def test_a_deadline_that_shows_at_the_first_motions_costs_no_others(world: World, all_needs: tuple[MotionNeed, ...]) -> None:
    """What joints and TCP need at least between the ends of few motions is enough for it."""
    world.least = 60.0
    request = replace(SMALL, program=program_of(TEND.format(batch=4) + "within 20 min\n"))
    outcome = plan(request, means(), VERSIONS)
    assert [d.code for d in outcome.diagnostics] == ["E501"]
    assert 0 < len(world.found) < len(all_needs) / 3
    assert "feasible" not in outcome.diagnostics[0].help
