"""The proof of ways out: of a pocket, off a path of a part, and past another robot that stands away from its home. Each is
released as it is, and refused where one thing about it is otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from cell.geometry import Array, frozen
from cell.motion_plan import ContactAllowance, Motion, MotionPlan, Segment
from cell.retreat import BARELY, RULE, SPEED, left, retreat_plan
from cell.shelves import presentation
from cell.state import CellState, InHand, InPlace, PlanningRequest
from cell.steps import Along, AtHome, AtHub, AtMeasured, AtPlace, AtPocket, Because, Carried, Docking, MotionNeed, Stance, Touch
from planner.assembled import assembled
from planner.proof.release import release
from tests.constructs.bench import Bench
from tests.constructs.test_paths import CELL, INTENT, TOOL
from tests.planner.proof import changing, two_gantries
from tests.planner.proof.gantry import CONTACT, SAFE_HEIGHT, VERSIONS, slow_enough
from tests.planner.proof.hand_made import rest_to_rest

RIM = Along("nest", "grip.a", "frame", "rim", "deburr", 0.02, 25.0, (0.5, 0.25))


def measured(q: Array) -> AtMeasured:
    return AtMeasured(tuple(float(x) for x in q))


def across(need: MotionNeed, points: list[Array]) -> Motion:
    """At rest at every point; contact on the first leg where the need has one."""
    legs = [(a, b) for a, b in pairwise(points) if float(np.abs(b - a).max()) > 1e-9]
    segments = tuple(Segment(frozen([a, a, a, b, b, b]), float(np.linalg.norm(b - a))) for a, b in legs)
    length = sum(s.length for s in segments)
    free = replace(need, touch=None)
    seconds = max(slow_enough(free, segments, length), 2.0 * length / SPEED)
    force = 0.0 if isinstance(need.touch, Along) else 20.0
    contacts = () if need.touch is None else (ContactAllowance(need.touch, 0.0, segments[0].length, 0.25, force),)
    return Motion(need, segments, rest_to_rest(length, seconds), contacts, (), seconds)


def plan_of(motion: Motion, asked: PlanningRequest) -> MotionPlan:
    need = motion.need
    tasks = retreat_plan(need, Because(asked.cell.robots[need.robot].span, RULE), motion.duration, asked.seed)
    return assembled(tasks, {need: motion}, asked, VERSIONS)


def stopped_on(need: MotionNeed, request: PlanningRequest, **bounds: object) -> PlanningRequest:
    """Asked on behalf of a robot that was stopped on a motion which was bound like `need`, or as `bounds` say."""
    return replace(request, stopped=(replace(need, **bounds),))  # type: ignore[arg-type]


def said(motion: Motion, asked: PlanningRequest) -> str:
    """Why it is not released, "" where it is."""
    found = release(plan_of(motion, asked), asked, versions=VERSIONS)
    return "; ".join(d.message for d in found.diagnostics) if found.value is None else ""


def up_from(q: Array, low: float = CONTACT) -> list[Array]:
    """Out of contact first, then to where it goes across."""
    near, high = q.copy(), q.copy()
    near[2], high[2] = q[2] + low, SAFE_HEIGHT
    return [q, near, high]


# --- off a path ---------------------------------------------------------------------------------------------------------


@cache
def bench() -> Bench:
    return Bench.of(CELL, TOOL, INTENT)


def on_the_rim(x: float, y: float = -0.04, z: float = 0.04) -> Array:
    """The flange where the tip of the first hand is at that point of the frame in the nest."""
    tip = bench().cell.places["nest"].frame.apply(np.array([[x, y, z]]))[0]
    hand = bench().cell.tools["grip"].hands[0]
    return np.array([*(tip - hand.T_flange_tcp.translation), 0.0])


def off_the_rim(q: Array, **changes: object) -> tuple[Motion, PlanningRequest]:
    need = MotionNeed("g1", measured(q), AtHub("nest"), (), left(RIM), SPEED, (), "grip")
    need = replace(need, **changes)  # type: ignore[arg-type]
    motion = across(need, [*up_from(q), bench().configuration(AtHub("nest"))])
    return motion, stopped_on(need, bench().request(standing_at(bench().start, {"g1": measured(q)})))


def standing_at(state: CellState, stances: dict[str, Stance], **more: object) -> CellState:
    return replace(state, stances={**state.stances, **stances}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("at", [(0.0,), (0.06, 0.01), (-0.06, -0.04, 0.045)], ids=["one side", "another", "above its start"])
def test_a_tool_comes_straight_off_the_path_on_which_it_was_stopped(at: tuple[float, ...]) -> None:
    assert said(*off_the_rim(on_the_rim(*at))) == ""


@pytest.mark.parametrize(
    "at", [(0.0, -0.036), (0.0, -0.04, 0.038), (0.0, -0.04, 0.085)], ids=["beside it", "beneath it", "far above it"]
)
def test_it_is_refused_where_the_tool_stands_elsewhere(at: tuple[float, ...]) -> None:
    assert "does not stand on the straight way off rim" in said(*off_the_rim(on_the_rim(*at)))


def sideways(m: Motion) -> Motion:
    """It slides along the part while it rises."""
    first, second, *others = m.segments
    end = np.array(first.control[-1])
    end[0] += 0.004
    start = first.control[0]
    moved = Segment(frozen([start, start, start, end, end, end]), float(np.linalg.norm(end - start)))
    last = second.control[-1]
    on = Segment(frozen([end, end, end, last, last, last]), float(np.linalg.norm(last - end)))
    length = moved.length + on.length + sum(s.length for s in others)
    contact = replace(m.contacts[0], last=moved.length)
    return replace(m, segments=(moved, on, *others), phases=rest_to_rest(length, m.duration), contacts=(contact,))


def contact(**changes: object) -> Callable[[Motion], Motion]:
    return lambda m: replace(m, contacts=(replace(m.contacts[0], **changes),))  # type: ignore[arg-type]


def touching(touch: Along) -> Callable[[Motion], Motion]:
    return lambda m: replace(
        m, need=replace(m.need, touch=touch), contacts=(replace(m.contacts[0], touch=touch, force=touch.force),)
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (sideways, "off the straight way out of the place"),
        (contact(force=5.0), "does nothing else and does not press"),
        (touching(replace(left(RIM), verb="deburr")), "does nothing else and does not press"),  # type: ignore[arg-type, type-var]
        (touching(replace(left(RIM), feed=0.02)), "does nothing else and does not press"),  # type: ignore[arg-type, type-var]
        (contact(last=0.2), "contact is allowed over"),
        (contact(first=0.001), "is not at the start"),
        (contact(speed=0.3), "0.25 m/s is the most"),
        (contact(between=(0.0, 0.01)), "does not list exactly the contact"),
    ],
    ids=["sideways", "pressing", "working", "following", "far", "late", "quick", "along"],
)
def test_a_way_off_a_path_is_refused_with_one_thing_otherwise(change: Callable[[Motion], Motion], why: str) -> None:
    motion, asked = off_the_rim(on_the_rim(0.0))
    assert why in said(change(motion), asked)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"end": AtHub("infeed")}, "it does not end before nest"),
        ({"touch": replace(left(RIM), feature="groove")}, "the cell has no groove of a frame at nest"),  # type: ignore[arg-type]
    ],
)
def test_a_way_off_a_path_is_refused_with_another_need(changes: dict[str, object], why: str) -> None:
    motion, asked = off_the_rim(on_the_rim(0.0), **changes)
    assert why in said(motion, asked)


# --- what was asked ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bounds", "why"),
    [
        ({"avoid": ("bay",)}, "it may come into zones that are closed"),
        ({"speed_limit": 0.1}, "it is not bound to 0.1 m/s"),
        ({"force_limit": 10.0}, "its contact may take 10.0 N, not None"),
        ({"robot": "g2"}, "nobody has asked for it"),
    ],
    ids=["zones", "speed", "force", "other robot"],
)
def test_what_bound_a_robot_when_it_was_stopped_binds_its_way_out(bounds: dict[str, object], why: str) -> None:
    motion, request = off_the_rim(on_the_rim(0.0))
    assert why in said(motion, stopped_on(motion.need, request, **bounds))


# --- out of a pocket -----------------------------------------------------------------------------------------------------

WIDE, FLAT = "rack.wide", "rack.flat"
HAS_WIDE, BARE = {"wide": "g1", "flat": "rack"}, {"wide": "rack", "flat": "rack"}


def in_pocket(pocket: str, up: float = 0.005, aside: float = 0.0) -> Array:
    q = changing.Motions(changing.cell())._configuration(AtPocket(pocket))
    return np.array([q[0] + aside, q[1], q[2] + up, q[3]])


def undocked(
    pair: str, pocket: str, tool: str | None, mounts: dict[str, str], stands: str = "", up: float = 0.005, aside: float = 0.0
) -> tuple[Motion, PlanningRequest]:
    """`stands`: the pocket above which it is, where that is another one."""
    q = in_pocket(stands or pocket, up, aside)
    touch = Docking(pair, pocket, "start")  # type: ignore[arg-type]
    need = MotionNeed("g1", measured(q), AtHub("rack"), (), touch, SPEED, (), tool)
    hub = changing.Motions(changing.cell())._configuration(AtHub("rack"))
    asked = changing.request(state=standing_at(changing.request().state, {"g1": measured(q)}, mounts=mounts))
    return across(need, [*up_from(q), hub]), stopped_on(need, asked)


def test_a_robot_comes_out_of_a_pocket_with_the_tool_that_it_was_bringing() -> None:
    assert said(*undocked("tool and pocket", WIDE, "wide", HAS_WIDE)) == ""


def test_a_bare_flange_comes_away_from_the_tool_that_it_came_for() -> None:
    assert said(*undocked("flange and tool", FLAT, None, BARE)) == ""


def barely(m: Motion) -> Motion:
    return contact(last=BARELY)(m)


def test_a_robot_above_the_pocket_of_its_own_tool_meets_it_empty() -> None:
    """It is out of contact, and what it has at its flange does not stand there as well."""
    motion, asked = undocked("tool and pocket", WIDE, "wide", HAS_WIDE, up=0.06)
    assert "straight way out of rack.wide" in said(motion, asked)
    assert said(barely(motion), asked) == ""
    without = replace(motion, need=replace(motion.need, touch=None), contacts=())
    assert "1 mm is needed" in said(without, asked)


def test_contact_over_next_to_nothing_lets_nothing_through() -> None:
    """In the pocket the tool touches what it stands on."""
    motion, asked = undocked("tool and pocket", WIDE, "wide", HAS_WIDE, up=0.0)
    assert said(motion, asked) == ""
    assert "1 mm is needed" in said(barely(motion), asked)


@pytest.mark.parametrize(
    ("given", "stands", "why"),
    [
        (("tool and pocket", WIDE, "wide", BARE), {}, "it has another tool at its flange"),
        (("flange and tool", WIDE, "wide", HAS_WIDE), {}, "wide is at its flange"),
        (("tool and pocket", FLAT, None, BARE), {}, "flat is not at its flange"),
        (("tool and pocket", WIDE, "wide", HAS_WIDE), {"aside": 0.005}, "straight way out of rack.wide"),
        (("tool and pocket", WIDE, "wide", HAS_WIDE), {"up": -0.003}, "straight way out of rack.wide"),
        (("tool and pocket", FLAT, "wide", HAS_WIDE), {"stands": WIDE}, "flat is not at its flange"),
        (("tool and pocket", "rack.none", "wide", HAS_WIDE), {"stands": WIDE}, "a pocket which it leaves"),
    ],
    ids=["other tool", "tool there", "no tool", "aside", "beneath", "other pocket", "no pocket"],
)
def test_a_way_out_of_a_pocket_is_refused(
    given: tuple[str, str, str | None, dict[str, str]], stands: dict[str, object], why: str
) -> None:
    assert why in said(*undocked(*given, **stands))  # type: ignore[arg-type]


# --- out of a bin --------------------------------------------------------------------------------------------------------

BAGS = """
part bag {
  mass 0.2 kg
  shape box (80 mm, 60 mm, 40 mm)
  grip 20 N
}
shelf bins {
  at (0 mm, 600 mm, 100 mm)
  holds [bag]
  contains bag 3 parts
}
tray out {
  at (0 mm, -600 mm, 100 mm)
  grid 1x3
  pitch [200 mm, 200 mm]
  holds bag
}
"""


@cache
def bagging() -> Bench:
    return Bench.of(BAGS, "bag", "for each b in bins {\n  move b to out\n}\n")


def lifted(place: str, others: int) -> tuple[Motion, PlanningRequest]:
    """With a bag that was just gripped there, and where so many `others` lie still."""
    there, hub = AtPlace(place, "grip.a", "bag", 0), AtHub(bagging().cell.places[place].equipment)
    q = bagging().configuration(there) + np.array([0.0, 0.0, 0.005, 0.0])
    touch = Touch("part and place", place, "grip.a", "bag", 0, "start")
    need = MotionNeed("g1", measured(q), hub, (Carried("grip.a", "bag", 0),), touch, SPEED, (), "grip")
    lying = tuple(replace(part, location=InPlace(place)) for part in bagging().start.parts[:others])
    held = replace(bagging().start.parts[0], id="bag#9", location=InHand("grip.a", 0))
    state = standing_at(bagging().start, {"g1": measured(q)}, parts=(*lying, held))
    return across(need, [*up_from(q), bagging().configuration(hub)]), stopped_on(need, bagging().request(state))


@pytest.mark.parametrize(("place", "others"), [("bins.bag", 0), ("bins.bag", 2), ("out[1]", 0)])
def test_a_part_comes_out_of_its_bin_whatever_lies_behind_it(place: str, others: int) -> None:
    """And a plan that takes one from there takes the same for granted."""
    motion, asked = lifted(place, others)
    assert said(motion, asked) == ""
    proof = release(plan_of(motion, asked), asked, versions=VERSIONS).expect().proof
    assert [text for text in proof.assumptions if "comes to the front" in text] == [presentation(place)] * (place == "bins.bag")


@pytest.mark.parametrize(("place", "others"), [("bins.bag", 3), ("out[1]", 1)])
def test_a_part_that_is_held_is_not_where_as_many_lie_as_can(place: str, others: int) -> None:
    assert f"something lies at {place}, where the part in its hand would be" in said(*lifted(place, others))


# --- past another robot --------------------------------------------------------------------------------------------------


def past(other: Stance, **standing: tuple[float, ...]) -> tuple[Motion, PlanningRequest]:
    """The left gantry goes up from over the gauge to before it; the right one stands as given."""
    start = np.array([0.0, 0.0, 0.9, 0.0])
    need = MotionNeed("left", measured(start), AtHub("in_l"), (), None, SPEED, (), "grip_l")
    hub = two_gantries.configuration("left", AtHub("in_l"))
    state = standing_at(two_gantries.request().state, {"left": measured(start), "right": other}, standing=standing)
    return across(need, [*up_from(start), hub]), stopped_on(need, two_gantries.request(state=state))


def aside() -> tuple[float, ...]:
    return tuple(float(x) for x in two_gantries.configuration("right", AtHub("in_r")))


OVER = (0.05, 0.05, SAFE_HEIGHT, 0.0)
"""Where the left one comes by."""


def test_a_robot_comes_out_past_one_that_stands_clear() -> None:
    assert said(*past(AtHome())) == ""
    assert said(*past(AtMeasured(aside()))) == ""
    assert said(*past(AtHub("in_r"), right=aside())) == ""


@pytest.mark.parametrize(("other", "standing"), [(AtMeasured(OVER), {}), (AtHub("in_r"), {"right": OVER})])
def test_it_is_refused_past_one_that_is_seen_to_stand_in_the_way(other: Stance, standing: dict[str, tuple[float, ...]]) -> None:
    assert "1 mm is needed" in said(*past(other, **standing))


def test_it_is_refused_where_nobody_says_where_the_other_stands() -> None:
    assert "nobody says in which joint positions right stands" in said(*past(AtHub("in_r")))
    assert "nobody says in which joint positions right stands" in said(*past(AtHub("in_r"), right=(0.0, 0.0)))
