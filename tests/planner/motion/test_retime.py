"""Laws against the limits they were made for: densely sampled, as recorded at 125 Hz, and with planted violations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cell.geometry import Array, frozen
from cell.motion_plan import Phase, Segment
from cell.trajectory import Law, Path, combined, derivative_bounds, split
from planner.motion.arm import Arm
from planner.motion.curves import Spot, quintic
from planner.motion.double_s import phases
from planner.motion.retime import JointLimits, Piece, retime
from planner.motion.timing import pieces

LIMITS = JointLimits(np.array([2.1, 2.1, 3.1, 3.1]), np.array([2.0, 2.0, 3.0, 5.0]), np.array([20.0, 20.0, 30.0, 50.0]))


def cornered(seed: int) -> tuple[Segment, ...]:
    """A straight line, a quintic corner, a straight line, in random directions."""
    rng = np.random.default_rng(seed)
    a, corner, b = rng.uniform(-1.0, 1.0, (3, 4))
    first, last, share = (corner - a) / 0.6, (b - corner) / 0.5, float(rng.uniform(0.05, 0.4))
    none = np.zeros(4)
    start, end = Spot(corner - first * share, first, none), Spot(corner + last * share, last, none)
    return (
        Segment(frozen([a, start.q]), 0.6 - share),
        quintic(start, end, 2.0 * share),
        Segment(frozen([end.q, b]), 0.5 - share),
    )


def pieces_of(path: tuple[Segment, ...], speed: float = np.inf) -> tuple[Piece, ...]:
    cut = [part for segment in path for part in _parts(segment)]
    return tuple(Piece(size, derivative_bounds(control, size), speed) for control, size in cut)


def _parts(segment: Segment) -> list[tuple[Array, float]]:
    """As planner/motion/timing.py cuts them: a corner in four."""
    if len(segment.control) == 2:
        return [(np.asarray(segment.control), segment.length)]
    parts = [np.asarray(segment.control)]
    for _ in range(2):
        parts = [half for part in parts for half in split(part, 0.5)]
    return [(part, segment.length / 4) for part in parts]


def excess(path: tuple[Segment, ...], law: tuple[Phase, ...]) -> Array:
    """How much of each limit is used at most: velocity, acceleration, jerk."""
    curve, run = Path.of(path), Law.of(law)
    at = combined(curve, run, np.linspace(0.0, run.duration, 20001))
    pairs = ((at.qd, LIMITS.velocity), (at.qdd, LIMITS.acceleration), (at.qddd, LIMITS.jerk))
    return np.array([float((np.abs(values) / limit).max()) for values, limit in pairs])


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_no_limit_is_exceeded_between_samples(seed: int) -> None:
    path = cornered(seed)
    law = retime(pieces_of(path), LIMITS)
    assert np.all(excess(path, law) <= 1.0 + 1e-9)


@settings(max_examples=10)
@given(st.integers(0, 10**6))
def test_a_recording_at_125_hz_exceeds_nothing(seed: int) -> None:
    path = cornered(seed)
    run = Law.of(retime(pieces_of(path), LIMITS))
    t = np.arange(0.0, run.duration, 0.008)
    q = combined(Path.of(path), run, t).q
    for order, limit in enumerate((LIMITS.velocity, LIMITS.acceleration, LIMITS.jerk), start=1):
        rate = np.abs(np.diff(q, order, axis=0)) / 0.008**order
        assert np.all(rate <= limit * (1.0 + 1e-9) + 1e-7)


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_law_goes_from_rest_to_rest_along_the_whole_path(seed: int) -> None:
    path = cornered(seed)
    run = Law.of(retime(pieces_of(path), LIMITS))
    np.testing.assert_allclose(run.states[-1], [Path.of(path).length, 0.0, 0.0], atol=1e-11)
    at = run.at(np.linspace(0.0, run.duration, 5001))
    assert np.all(np.diff(at.s) >= -1e-12)


def test_a_straight_joint_line_is_run_in_the_least_time() -> None:
    delta = np.array([0.7, -0.3, 1.1, 0.2])
    path = (Segment(frozen([np.zeros(4), delta]), 1.0),)
    ours = sum(phase.duration for phase in retime(pieces_of(path), LIMITS))
    v, a, j = (float((limit / np.abs(delta)).min()) for limit in (LIMITS.velocity, LIMITS.acceleration, LIMITS.jerk))
    assert ours == pytest.approx(sum(phase.duration for phase in phases(1.0, 0.0, 0.0, v, a, j)), rel=1e-5)


@pytest.mark.parametrize("seed", [0, 1, 10, 11])
def test_a_wide_corner_is_passed_without_stopping_and_that_is_quicker(seed: int) -> None:
    path = cornered(seed)
    run = Law.of(retime(pieces_of(path), LIMITS))
    t = np.linspace(0.02 * run.duration, 0.98 * run.duration, 500)
    assert run.at(t).sd.min() > 0.0
    a, corner, b = np.random.default_rng(seed).uniform(-1.0, 1.0, (3, 4))
    legs = [(Segment(frozen([a, corner]), 0.5),), (Segment(frozen([corner, b]), 0.5),)]
    assert run.duration < sum(phase.duration for leg in legs for phase in retime(pieces_of(leg), LIMITS))


@pytest.mark.parametrize("speed", [0.1, 0.4, 1.0])
def test_a_cap_on_the_rate_is_kept(speed: float) -> None:
    path = cornered(11)
    run = Law.of(retime(pieces_of(path, speed), LIMITS))
    assert run.at(np.linspace(0.0, run.duration, 5001)).sd.max() <= speed


def test_a_slow_stretch_is_slow_and_the_rest_is_not() -> None:
    path = (Segment(frozen([np.zeros(4), np.full(4, 1.0)]), 1.0),)
    bounds = derivative_bounds(path[0].control, 1.0)
    run = Law.of(retime((Piece(0.8, bounds, np.inf), Piece(0.2, bounds, 0.2)), LIMITS))
    at = run.at(np.linspace(0.0, run.duration, 5001))
    assert at.sd[at.s > 0.8 + 1e-6].max() <= 0.2
    assert at.sd.max() > 0.5


@pytest.mark.parametrize(("order", "factor"), [(0, 1.02), (1, 1.02), (2, 1.02)])
def test_a_quicker_law_breaks_a_limit_that_the_law_uses(order: int, factor: float) -> None:
    """The planted violation: time compressed by 2 % has to show, else the tests above would see nothing."""
    delta = np.array([3.0, 0.3, 0.3, 0.3]) if order == 0 else np.array([0.7, -0.3, 0.5, 0.2])
    path = (Segment(frozen([np.zeros(4), delta]), 1.0),)
    law = retime(pieces_of(path), LIMITS)
    quick = tuple(Phase(p.duration / factor, p.jerk * factor**3) for p in law)
    assert excess(path, quick)[order] > 1.0 + 1e-3


def test_no_jerk_of_one_section_acts_in_the_next() -> None:
    """At each joint of the path the law cruises, so that rounding cannot put a jerk into a segment it was not meant for."""
    path = cornered(3)
    run = Law.of(retime(pieces_of(path), LIMITS))
    for border in Path.of(path).starts[1:-1]:
        t = np.interp(border, run.at(grid := np.linspace(0.0, run.duration, 200001)).s, grid)
        k = int(np.argmin(np.abs(run.states[:, 0] - border)))
        if abs(run.states[k, 0] - border) < 1e-6:
            at = run.at(run.times[max(k - 1, 0) : k + 2]).sddd
            assert np.any(at == 0.0), t


def test_refuses_an_empty_path() -> None:
    with pytest.raises(ValueError, match="nothing to retime"):
        retime((), LIMITS)


def test_pieces_cover_the_path(arm_5: Arm) -> None:
    rng = np.random.default_rng(1)
    path = (Segment(frozen(rng.uniform(-1, 1, (6, 6))), 0.7), Segment(frozen(rng.uniform(-1, 1, (2, 6))), 0.5))
    assert sum(piece.length for piece in pieces(arm_5, path, ())) == pytest.approx(1.2)
