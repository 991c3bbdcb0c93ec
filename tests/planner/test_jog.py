"""The way of a jog and its proof, on gantries in a row: it ends before whatever is in the way, and what is edited is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from cell.declared_state import declared_state
from cell.device import LinkLoss
from cell.diagnostic import Outcome
from cell.geometry import frozen
from cell.jog import ALONE, FASTEST, LONGEST, RULE, Jog, WantedJog, ends_because, jog_of, jog_plan, lasts
from cell.motion_plan import ContactAllowance, Motion, MotionPlan, Segment
from cell.plan_file import with_plan_id
from cell.released_plan import ReleasedPlan
from cell.state import PlanningRequest
from cell.steps import AtHome, AtMeasured, Touch
from cell.trajectory import Law, Path
from planner.assembled import assembled
from planner.jog import plan_jog
from planner.proof.release import release
from tests.planner.proof.gantry import SAFE_HEIGHT, VERSIONS
from tests.planner.proof.row_of_gantries import Row, tray, zone

TEXT = (
    tray("infeed", 0, 400, shafts=1)
    + tray("outfeed", 0, -400)
    + zone("shut", (900, -900), (1100, 900)).replace("capacity 1", "keep_out")
    + zone("middle", (-1500, -900), (-900, 900))
)
ROW = Row(TEXT, "move every shaft in infeed to outfeed\n", (("ra", 0.0), ("rb", -1.9)))
FREE = (0.0, -0.1, SAFE_HEIGHT, 0.0)
AWAY = (-1.9, -0.1, SAFE_HEIGHT, 0.0)


def asked(
    jog: Jog,
    at: tuple[float, ...] = FREE,
    other: tuple[float, ...] = AWAY,
    avoid: tuple[str, ...] = (),
    on_link_loss: LinkLoss = "stops",
) -> PlanningRequest:
    request = ROW.request()
    state = replace(declared_state(ROW.cell), stances={"ra": AtMeasured(at), "rb": AtMeasured(other)})
    return replace(request, state=state, jog=WantedJog(jog, avoid, lasts(jog, on_link_loss)))


def joint(axis: int, is_forward: bool = True, speed: float = FASTEST) -> Jog:
    return Jog("ra", "joint", str(axis), is_forward, speed)


def way(request: PlanningRequest) -> tuple[MotionPlan, Motion]:
    found = plan_jog(request, VERSIONS)
    assert found.value is not None, found.diagnostics
    return found.value, next(iter(found.value.motions.values()))


def proved(plan: MotionPlan, request: PlanningRequest) -> Outcome[ReleasedPlan]:
    return release(with_plan_id(plan), request, versions=VERSIONS)


def moved(motion: Motion) -> np.ndarray:  # type: ignore[type-arg]
    return np.asarray(motion.segments[-1].control[-1] - motion.segments[0].control[0])


# --- the way -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("is_forward", [True, False])
def test_a_joint_goes_its_way_alone_and_that_is_proved(number: int, is_forward: bool) -> None:
    request = asked(joint(number, is_forward))
    plan, motion = way(request)
    by = moved(motion)
    assert np.sign(by[number - 1]) == (1.0 if is_forward else -1.0)
    assert not np.delete(by, number - 1).any()
    assert proved(plan, request).value is not None


AXES = [(frame, axis) for frame in ("base", "tool") for axis in ("x", "y", "z", "rz")]
QUICK = (("base", "x"), ("tool", "rz"))


@pytest.mark.parametrize(("frame", "axis"), [pytest.param(*a, marks=[] if a in QUICK else [pytest.mark.slow]) for a in AXES])
def test_the_tool_goes_along_an_axis_or_turns_about_it_and_that_is_proved(frame: str, axis: str) -> None:
    request = asked(Jog("ra", frame, axis, True, 0.1))  # type: ignore[arg-type]
    plan, motion = way(request)
    sign = -1.0 if frame == "tool" and axis in ("y", "z", "rz") else 1.0  # the tool looks down
    wanted = {"x": 0, "y": 1, "z": 2, "rz": 3}[axis]
    by = moved(motion)
    assert by[wanted] * sign > 0.01
    assert np.delete(by, wanted) == pytest.approx(np.zeros(3), abs=1e-6)
    assert proved(plan, request).value is not None


@pytest.mark.parametrize("seed", [pytest.param(k, marks=[pytest.mark.slow] if k else []) for k in range(20)])
def test_a_way_that_is_found_is_proved(seed: int) -> None:
    """Wherever it begins, however fast: what is cut is still what was asked for."""
    drawn, speeds = np.random.default_rng(seed), (0.25, 0.1, 0.03, 0.005)
    for k in range(8):
        low, high = (-0.6, -0.3, 0.75, -3.0), (0.6, 0.3, 1.4, 3.0)
        at = tuple(float(x) for x in drawn.uniform(low, high))
        axis, is_forward, speed = int(drawn.integers(4)), bool(drawn.integers(2)), float(drawn.choice(speeds))
        by_tool = Jog("ra", "tool" if k % 4 else "base", ("x", "y", "z", "rz")[axis], is_forward, speed)
        request = asked(by_tool if k % 2 else joint(axis + 1, is_forward, speed), at)
        released = proved(way(request)[0], request)
        assert released.value is not None, (request.jog, at, released.diagnostics)


def test_no_point_is_faster_than_was_asked_and_the_way_lasts_no_longer_than_it_may() -> None:
    for speed in (FASTEST, 0.01):
        _, motion = way(asked(joint(1, speed=speed)))
        law = Law.of(motion.phases)
        assert law.at(np.linspace(0.0, law.duration, 400)).sd.max() <= speed * (1.0 + 1e-9)
        assert motion.duration <= LONGEST


@pytest.mark.parametrize("speed", [FASTEST, 0.1, 0.01])
@pytest.mark.parametrize("number", [1, 4])
def test_a_robot_that_goes_on_without_its_link_has_ways_of_a_hundred_millimetres_at_most(speed: float, number: int) -> None:
    jog = joint(number, speed=speed)
    request = asked(jog, on_link_loss="finishes its buffer")
    plan, motion = way(request)
    assert motion.duration <= min(LONGEST, ALONE / speed)
    assert gone(motion) <= ALONE
    assert proved(plan, request).value is not None
    if speed > 0.02:
        assert gone(motion) > 0.3 * ALONE
        assert "100 mm are the most" in ends_because(plan)
        longer, _ = way(asked(jog))
        (refused,) = proved(longer, request).diagnostics
        assert refused.code == "E683"
        assert f"{ALONE / speed:.3g} s is the most" in refused.message


def gone(motion: Motion) -> float:
    """m that the corner of its block which goes furthest goes on the way."""
    path = Path.of(motion.segments)
    q = path.at(np.linspace(0.0, path.length, 400)).q
    link = ROW.request().robots["ra"].chain.link_poses(q)[:, -1]
    corners = np.array([[x, y, z, 1.0] for x in (-0.15, 0.15) for y in (-0.05, 0.05) for z in (-0.1, 0.1)])
    at = np.einsum("nij,mj->nmi", link, corners)[..., :3]
    return float(np.linalg.norm(np.diff(at, axis=0), axis=-1).sum(axis=0).max())


def test_a_turning_joint_is_as_slow_as_its_outermost_point() -> None:
    _, motion = way(asked(joint(4, speed=0.02)))
    law = Law.of(motion.phases)
    fastest = float(law.at(np.linspace(0.0, law.duration, 400)).sd.max())
    assert fastest * np.hypot(0.15, 0.05) <= 0.02 * (1.0 + 1e-6)  # the corner of its block
    assert fastest > 0.1


def test_it_ends_before_what_stands_there_and_says_what_that_is() -> None:
    request = asked(joint(3, is_forward=False), at=(0.0, 0.4, 0.45, 0.0))
    plan, motion = way(request)
    assert "infeed" in ends_because(plan)
    assert 0.001 < -moved(motion)[2] < 0.45
    assert proved(plan, request).value is not None
    (refused,) = proved(longer(plan, 0.05), request).diagnostics
    assert refused.code == "E686"


def longer(plan: MotionPlan, by: float) -> MotionPlan:
    """The same way, gone on with by so much, in three times the time."""
    motion = next(iter(plan.motions.values()))
    first, last = motion.segments[0].control[0], motion.segments[-1].control[-1]
    length = sum(segment.length for segment in motion.segments)
    end, factor = last + (last - first) / length * by, (length + by) / length
    phases = tuple(replace(phase, duration=3.0 * phase.duration, jerk=phase.jerk * factor / 27.0) for phase in motion.phases)
    need = replace(motion.need, end=AtMeasured(tuple(float(x) for x in end)))
    line = (Segment(frozen([first, end]), length + by),)
    duration = sum(phase.duration for phase in phases)
    return edited(plan, lambda m: replace(m, need=need, segments=line, phases=phases, duration=duration))


def test_where_nothing_is_left_there_is_no_way_and_what_is_in_it_is_said() -> None:
    request = asked(joint(3, is_forward=False), at=(0.0, 0.4, 0.45, 0.0))
    _, motion = way(request)
    there = tuple(float(x) for x in motion.segments[-1].control[-1])
    found = plan_jog(asked(joint(3, is_forward=False), at=there), VERSIONS)
    assert found.value is None
    assert [d.code for d in found.diagnostics] == ["E686"]
    assert "infeed" in found.diagnostics[0].message
    assert way(asked(joint(3), at=there))[1].duration > 0.1  # and back


def test_it_ends_at_the_limit_of_a_joint() -> None:
    found = plan_jog(asked(joint(1), at=(1.7, -0.1, SAFE_HEIGHT, 0.0)), VERSIONS)
    assert found.value is not None
    assert ends_because(found.value) == "joint 1 comes to its limit"


def test_it_ends_before_a_keep_out_zone() -> None:
    request = asked(joint(1), at=(0.7, -0.1, 0.7, 0.0))
    plan, motion = way(request)
    assert "zone shut" in ends_because(plan)
    assert moved(motion)[0] < 0.2
    assert proved(plan, request).value is not None
    (refused,) = proved(longer(plan, 0.2), request).diagnostics
    assert refused.code == "E687"


def test_it_ends_before_a_zone_that_is_closed_now_and_visits_it_else() -> None:
    at = (-0.7, -0.1, 0.7, 0.0)
    opened, closed = asked(joint(1, is_forward=False), at), asked(joint(1, is_forward=False), at, avoid=("middle",))
    plan, motion = way(opened)
    assert [visit.zone for visit in motion.visits] == ["middle"]
    assert proved(plan, opened).value is not None
    assert proved(plan, closed).value is None
    plan, motion = way(closed)
    assert "zone middle" in ends_because(plan)
    assert motion.visits == ()
    assert proved(plan, closed).value is not None


def test_another_robot_is_in_the_way_where_it_stands_and_not_at_its_home() -> None:
    beside = (0.45, -0.1, SAFE_HEIGHT, 0.0)
    request = asked(joint(1), other=beside)
    plan, motion = way(request)
    assert "rb/" in ends_because(plan)
    assert moved(motion)[0] < 0.3
    assert proved(plan, request).value is not None
    (refused,) = proved(way(asked(joint(1)))[0], request).diagnostics
    assert refused.code == "E686"
    _, parked = way(asked(joint(1, is_forward=False), at=(-1.55, -0.3, SAFE_HEIGHT, 0.0), other=(1.9, -0.1, SAFE_HEIGHT, 0.0)))
    assert moved(parked)[0] < -0.4  # over where the other one parks, which is elsewhere


# --- what is refused -----------------------------------------------------------------------------------------------------


def edited(plan: MotionPlan, edit: Callable[[Motion], Motion]) -> MotionPlan:
    """With another motion, and everything that follows from it made again."""
    motion, (step,) = edit(next(iter(plan.motions.values()))), plan.tasks.steps
    tasks = jog_plan(motion.need, step.because, motion.duration, plan.tasks.seed)
    return assembled(tasks, {motion.need: motion}, ROW.request(), VERSIONS)


def touching(motion: Motion) -> Motion:
    touch = Touch("fingers and part", "infeed[1]", "grip_ra.a", "shaft", 0, "end")
    return replace(motion, contacts=(ContactAllowance(touch, 0.0, 0.01, 0.1, 10.0),))


def turned(motion: Motion) -> Motion:
    """Another joint goes along."""
    segments = tuple(
        Segment(frozen(np.asarray(s.control) + np.linspace(0, 1e-3, len(s.control))[:, None] * np.eye(4)[3]), s.length)
        for s in motion.segments
    )
    end = AtMeasured(tuple(float(x) for x in segments[-1].control[-1]))
    return replace(motion, segments=segments, need=replace(motion.need, end=end))


EDITS: dict[str, tuple[Callable[[Motion], Motion], str, str]] = {
    "with a contact": (touching, "E683", "no contact"),
    "faster than its bound": (lambda m: replace(m, need=replace(m.need, speed_limit=0.05)), "E685", "the TCP moves at"),
    "bound to nothing": (lambda m: replace(m, need=replace(m.need, speed_limit=None)), "E683", "not bound"),
    "bound to more": (lambda m: replace(m, need=replace(m.need, speed_limit=0.3)), "E683", "not bound"),
    "with another joint": (turned, "E683", "does not go along"),
    "with another tool": (lambda m: replace(m, need=replace(m.need, tool=None)), "E683", "another tool"),
    "from elsewhere": (
        lambda m: replace(m, need=replace(m.need, start=AtMeasured((0.1, *FREE[1:])))),
        "E683",
        "does not stand there",
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_a_way_that_was_edited_is_refused(name: str) -> None:
    edit, code, words = EDITS[name]
    request = asked(joint(1, speed=0.1))
    plan, _ = way(request)
    assert proved(edited(plan, lambda m: m), request).value is not None
    refused = proved(edited(plan, edit), request).diagnostics
    assert refused[0].code == code
    assert any(words in d.message for d in refused)


def test_a_point_beside_the_tool_that_is_faster_than_the_bound_is_refused() -> None:
    request = asked(joint(4, speed=0.02))
    plan, _ = way(request)
    refused = proved(edited(plan, lambda m: replace(m, need=replace(m.need, speed_limit=0.01))), request).diagnostics
    assert [d.code for d in refused] == ["E685"]
    assert "link 4 moves at 0.0" in refused[0].message


def test_a_way_is_no_answer_to_another_jog() -> None:
    plan, _ = way(asked(joint(1)))
    for other in (joint(2), joint(1, is_forward=False), Jog("ra", "base", "y", True, FASTEST)):
        assert proved(plan, asked(other)).value is None
    assert proved(plan, asked(joint(1, speed=0.1))).value is None
    assert proved(plan, replace(asked(joint(1)), jog=None)).value is None
    assert proved(plan, asked(replace(joint(1), speed=0.251))).value is None


def test_a_tool_that_goes_beside_its_axis_is_refused() -> None:
    request = asked(Jog("ra", "base", "x", True, 0.1))
    plan, _ = way(request)
    assert proved(edited(plan, lambda m: m), request).value is not None
    refused = proved(edited(plan, turned_a_little), request).diagnostics
    assert [d.code for d in refused] == ["E683"]
    assert "beside" in refused[0].message


def turned_a_little(motion: Motion) -> Motion:
    """By 40 mrad at its end, and all joins kept."""
    length = sum(s.length for s in motion.segments)
    done, segments = 0.0, []
    for segment in motion.segments:
        share = (done + segment.length * np.linspace(0.0, 1.0, len(segment.control))) / length
        segments.append(Segment(frozen(np.asarray(segment.control) + 0.04 * share[:, None] * np.eye(4)[3]), segment.length))
        done += segment.length
    end = AtMeasured(tuple(float(x) for x in segments[-1].control[-1]))
    return replace(motion, segments=tuple(segments), need=replace(motion.need, end=end))


def test_nothing_is_proved_of_robots_that_nobody_sees() -> None:
    request = asked(joint(1))
    plan, _ = way(request)
    unseen = replace(request, state=replace(request.state, stances={**request.state.stances, "rb": AtHome()}))
    refused = proved(plan, unseen).diagnostics
    assert [d.code for d in refused] == ["E683"]
    assert "nobody sees where rb stands" in refused[0].message
    nowhere = replace(request, state=replace(request.state, stances={**request.state.stances, "ra": AtHome()}))
    assert plan_jog(nowhere, VERSIONS).value is None


def test_the_reason_why_it_ends_is_all_that_may_be_said_freely() -> None:
    request = asked(joint(1))
    plan, _ = way(request)
    (step,) = plan.tasks.steps
    said = replace(step, because=replace(step.because, rule=f"{RULE}: it likes to"))
    assert proved(replace(plan, tasks=replace(plan.tasks, steps=(said,))), request).value is not None
    other = replace(step, because=replace(step.because, rule="it likes to"))
    assert proved(replace(plan, tasks=replace(plan.tasks, steps=(other,))), request).value is None
    assert jog_of(plan) is not None


def test_the_proof_says_how_far_it_goes_and_how_near_it_comes() -> None:
    request = asked(joint(3, is_forward=False), at=(0.0, 0.4, 0.45, 0.0))
    plan, motion = way(request)
    released = proved(plan, request).expect()
    margins = {o.id: o.margin for o in released.proof.obligations}
    assert margins["reach"] == pytest.approx(-moved(motion)[2])
    assert margins["room"] is not None
    assert margins["room"] == pytest.approx(0.012, abs=0.002)
    assert Path.of(motion.segments).length == pytest.approx(margins["reach"])
