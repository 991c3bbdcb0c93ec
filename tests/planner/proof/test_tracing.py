"""The proof of a motion along a path: a good one is proved, one that strays, hurries, presses, skips or rests wrongly is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from cell.geometry import Body, Cylinder, Pose
from cell.motion_plan import Motion, Phase
from cell.steps import Along, AtHub, MotionNeed
from cell.trajectory import Law, Path
from planner.proof.contact import check_contact
from planner.proof.finding import Refusal
from planner.proof.limits import check_joins
from planner.proof.surroundings import Surroundings, surroundings_of
from planner.proof.time_law import joint_motion, pieces_of
from tests.constructs.bench import Bench
from tests.constructs.test_paths import CELL, INTENT, TOOL

RIM = Along("nest", "grip.a", "frame", "rim", "deburr", 0.02, 25.0, (0.5, 0.25))
NEED = MotionNeed("g1", AtHub("nest"), AtHub("nest"), (), RIM, 1.0, (), "grip")


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench.of(CELL, TOOL, INTENT)


@pytest.fixture(scope="module")
def motion(bench: Bench) -> Motion:
    return bench.motion_for(NEED)


@pytest.fixture(scope="module")
def around(bench: Bench) -> Surroundings:
    return surroundings_of(bench.request(), "g1", "grip")


def refused(motion: Motion, around: Surroundings) -> str:
    path, law = Path.of(motion.segments), Law.of(motion.phases)
    pieces = pieces_of(path, law)
    joints = joint_motion(path, pieces)
    found = (*check_joins(path, pieces, around.arm.model), *check_contact(motion, path, pieces, joints, around))
    return "; ".join(f.message for f in found if isinstance(f, Refusal))


def test_a_motion_that_follows_the_path_is_proved(motion: Motion, around: Surroundings) -> None:
    assert refused(motion, around) == ""


def shifted(x: float, y: float, z: float, turn: float = 0.0) -> Callable[[Motion], Motion]:
    offset = np.array([x, y, z, turn])
    return lambda m: replace(m, segments=tuple(replace(s, control=s.control + offset) for s in m.segments))


def contact(**changes: object) -> Callable[[Motion], Motion]:
    return lambda m: replace(m, contacts=(replace(m.contacts[0], **changes),))  # type: ignore[arg-type]


def asked(**changes: object) -> Callable[[Motion], Motion]:
    def change(m: Motion) -> Motion:
        assert isinstance(m.need.touch, Along)
        touch = replace(m.need.touch, **changes)  # type: ignore[arg-type]
        return replace(m, need=replace(m.need, touch=touch), contacts=(replace(m.contacts[0], touch=touch, force=touch.force),))

    return change


def cut_short(m: Motion) -> Motion:
    """The last leg of the path is left out: the tool leaves from the corner."""
    start, end = m.contacts[0].between or (0.0, 0.0)
    return contact(between=(start, start + 0.6 * (end - start)))(m)


def hurried(m: Motion) -> Motion:
    return replace(m, phases=tuple(Phase(p.duration / 2.0, p.jerk * 8.0) if p.jerk else p for p in m.phases))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (shifted(0.0, 0.0003, 0.0), "from the first point of rim"),
        (shifted(0.0, 0.0, -0.0005), "from the first point of rim"),
        (cut_short, "from the last point of rim"),
        (hurried, "is allowed"),
        (contact(between=None), "exactly the contact"),
        (contact(force=5.0), "25 N is asked for"),
        (contact(speed=0.3), "0.25 m/s is the most"),
        (asked(force=400.0), "150 N is the most"),
        (asked(feed=0.01), "0.0100 m/s is allowed"),
        (asked(dwells=(2.0, 0.25)), "2.000 s is asked for"),
        (asked(feature="joint"), "joint"),
        (asked(feature="spot"), "is a spot"),
        (asked(feature="none"), "no none of a frame"),
    ],
)
def test_a_motion_along_a_path_that_is_wrong_is_refused(
    motion: Motion, around: Surroundings, change: Callable[[Motion], Motion], words: str
) -> None:
    assert words in refused(change(motion), around)


def test_contact_that_reaches_far_before_the_path_is_refused(motion: Motion, around: Surroundings) -> None:
    first = motion.contacts[0].first - 0.1
    assert "mm is the most" in refused(contact(first=first)(motion), around)


def test_a_tool_that_reaches_beyond_its_tip_is_refused(motion: Motion, around: Surroundings) -> None:
    longer = Body("a", Cylinder(0.03, 0.2), Pose.from_xyz_rpy((-0.12, 0.0, -0.1)))
    arm = replace(around.arm, tool_bodies=(longer,))
    assert "beyond its tip" in refused(motion, replace(around, arm=arm))


def test_a_path_inside_the_part_is_refused(motion: Motion, around: Surroundings) -> None:
    taller = tuple(
        (kind, replace(shape, size=(0.12, 0.08, 0.06)) if kind == "frame" else shape) for kind, shape in around.arm.shapes
    )  # type: ignore[arg-type]
    assert "inside the frame" in refused(motion, replace(around, arm=replace(around.arm, shapes=taller)))


def test_a_corner_that_is_passed_at_speed_is_refused(motion: Motion, around: Surroundings) -> None:
    """The same corner, of straight legs without a rest of their own."""
    straight = tuple(replace(s, control=np.linspace(s.control[0], s.control[-1], 6)) for s in motion.segments)
    assert "their velocity differs" in refused(replace(motion, segments=straight), around)
