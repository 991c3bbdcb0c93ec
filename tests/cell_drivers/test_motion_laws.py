"""The laws of docs/drivers.md for motion, on the simulated robot."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cell.device import CommandChanged, Prepared, ReadbackBlock, StopKind, Trajectory
from cell.driver_errors import Refusal, Refused
from cell.geometry import frozen
from cell.motion_plan import Phase, Segment
from cell.trajectory import Law, Path, combined
from cell.trajectory_check import motion_finding, trajectory_finding
from cell_drivers.simulated.playback import AHEAD, PERIOD
from tests.cell_drivers.gantry import HOME, JOINTS, SECOND, VELOCITY, Desk, gantry_model, over, straight

FAR = np.array([1.0, -0.6, 0.4, 2.0])
STOPS: tuple[StopKind, ...] = ("hold", "quick", "power")


def there() -> Trajectory:
    return straight(np.array(HOME), FAR, "there")


def started(desk: Desk, command: str = "m") -> Prepared:
    prepared = desk.robot.prepare(command, there())
    desk.robot.start(prepared)
    return prepared


def stands(desk: Desk) -> bool:
    before = desk.robot.state().q.copy()
    desk.wait(1.0)
    return bool(np.array_equal(before, desk.robot.state().q))


# --- opening, power ---


def test_open_and_close_neither_move_nor_power() -> None:
    desk = Desk()
    fresh = desk.cell.motion["g1"]
    fresh.close()
    fresh.close()
    fresh.open()
    assert fresh.state().mode == "idle", "it was active before and nothing has changed that"
    assert stands(desk)


def test_nothing_is_accepted_by_a_closed_driver() -> None:
    desk = Desk()
    desk.robot.close()
    with pytest.raises(Refused) as refused:
        desk.robot.prepare("m", there())
    assert refused.value.code is Refusal.NOT_OPEN
    assert desk.robot.status("m").state == "not seen"


def test_without_power_nothing_is_prepared() -> None:
    desk = Desk()
    desk.robot.deactivate("off")
    assert desk.robot.status("off").state == "done"
    with pytest.raises(Refused) as refused:
        desk.robot.prepare("m", there())
    assert refused.value.code is Refusal.NOT_ACTIVE


def test_activation_takes_time_and_is_done_once() -> None:
    desk = Desk()
    desk.robot.deactivate("off")
    desk.robot.activate("on")
    assert desk.robot.status("on").state == "running"
    assert desk.robot.state().mode == "off"
    desk.robot.activate("on")
    desk.until(desk.robot, "on")
    assert desk.robot.state().mode == "idle"
    assert desk.cell.record().executions["on"] == 1


# --- prepare: all refusals, no motion ---


def with_control(change: Any) -> Trajectory:
    whole = there()
    control = whole.segments[0].control.copy()
    control[-1] = change
    return replace(whole, segments=(Segment(control, whole.segments[0].length),))


def faster(factor: float) -> Trajectory:
    return replace(there(), phases=tuple(Phase(p.duration / factor, p.jerk * factor**3) for p in there().phases))


def corner() -> Trajectory:
    """Two straight segments at an angle, passed at speed."""
    whole = there()
    middle = np.array([FAR[0], HOME[1], HOME[2], HOME[3]])
    half = whole.segments[0].length / 2
    return replace(
        whole, segments=(Segment(frozen(np.stack([HOME, middle])), half), Segment(frozen(np.stack([middle, FAR])), half))
    )


def gap() -> Trajectory:
    whole = there()
    half, middle = whole.segments[0].length / 2, (np.array(HOME) + FAR) / 2
    return replace(whole, segments=(Segment(frozen(np.stack([HOME, middle])), half), Segment(frozen([middle + 0.1, FAR]), half)))


def hidden() -> Trajectory:
    """All of the motion within a ten millionth of the path, passed between two instants of any grid."""
    whole, length = there(), there().segments[0].length
    start, eps = np.array(HOME), 1e-7
    ease = Segment(frozen([start, start, start, FAR, FAR, FAR]), eps)
    first, last = (Segment(frozen([q, q]), share * length - eps / 2) for q, share in ((start, 0.377), (FAR, 0.623)))
    return replace(whole, segments=(first, ease, last))


def cut_short() -> Trajectory:
    """The law ends a millionth before the path does, and the motion lies in that millionth."""
    whole, length = there(), there().segments[0].length
    start = np.array(HOME)
    ease = Segment(frozen([start, start, start, FAR, FAR, FAR]), length * 1e-6 / 2)
    return replace(whole, segments=(Segment(frozen([start, start]), length), ease))


REFUSED = [
    (hidden, None),
    (cut_short, Refusal.NOT_AT_REST),
    (lambda: straight(np.array(HOME) + 2e-3, FAR), Refusal.START_DIFFERS),
    (lambda: with_control([np.nan, 0, 0, 0]), Refusal.NOT_FINITE),
    (lambda: replace(there(), phases=(*there().phases[:-1], Phase(float("inf"), 1.0))), Refusal.NOT_FINITE),
    (lambda: replace(there(), segments=(Segment(there().segments[0].control, float("nan")),)), Refusal.NOT_FINITE),
    (lambda: replace(there(), phases=(Phase(0.0, 1.0), *there().phases)), Refusal.TIMES),
    (lambda: replace(there(), phases=(Phase(-1.0, 1.0), *there().phases)), Refusal.TIMES),
    (lambda: replace(there(), phases=()), Refusal.TIMES),
    (lambda: replace(there(), segments=()), Refusal.TIMES),
    (lambda: replace(there(), segments=(Segment(there().segments[0].control, -1.0),)), Refusal.TIMES),
    (lambda: replace(there(), joints=("x", "y", "z", "twist")), Refusal.JOINTS),
    (lambda: replace(there(), joints=("x", "y", "z")), Refusal.JOINTS),
    (lambda: replace(there(), joints=("x", "y", "z", "z")), Refusal.JOINTS),
    (lambda: replace(there(), segments=(Segment(frozen(np.stack([HOME[:3], FAR[:3]])), 1.0),)), Refusal.JOINTS),
    (lambda: replace(there(), phases=there().phases[:-1]), Refusal.NOT_AT_REST),
    (lambda: replace(there(), phases=there().phases[:2]), Refusal.NOT_AT_REST),
    (lambda: straight(np.array(HOME), np.array([0.0, 0.0, 3.5, 0.0])), Refusal.POSITION_LIMIT),
    (gap, Refusal.VELOCITY_LIMIT),
    (corner, Refusal.ACCELERATION_LIMIT),
    (lambda: faster(1.5), None),
]


@pytest.mark.parametrize(("make", "code"), REFUSED, ids=range(len(REFUSED)))
def test_prepare_refuses_and_nothing_moves(make: object, code: Refusal | None) -> None:
    desk = Desk()
    with pytest.raises(Refused) as refused:
        desk.robot.prepare("m", make())  # type: ignore[operator]
    limits = (Refusal.VELOCITY_LIMIT, Refusal.ACCELERATION_LIMIT, Refusal.JERK_LIMIT)
    assert refused.value.code is code or (code is None and refused.value.code in limits)
    assert refused.value.command == "m"
    assert desk.robot.status("m").state == "not seen"
    assert stands(desk)
    assert desk.cell.record().motions == ()
    assert "m" not in desk.cell.record().executions


@pytest.mark.parametrize(
    ("limit", "derivative", "code"),
    [
        ("velocity", "qd", Refusal.VELOCITY_LIMIT),
        ("acceleration", "qdd", Refusal.ACCELERATION_LIMIT),
        ("jerk", "qddd", Refusal.JERK_LIMIT),
    ],
)
def test_each_limit_is_looked_at_by_itself(limit: str, derivative: str, code: Refusal) -> None:
    path, law = Path.of(there().segments), Law.of(there().phases)
    reached = np.abs(getattr(combined(path, law, np.linspace(0.0, law.duration, 20001)), derivative)).max(axis=0)
    much = np.full(4, 1e9)
    generous = replace(gantry_model(), velocity=much, acceleration=much, jerk=much)
    assert motion_finding(path, law, generous) is None
    assert motion_finding(path, law, replace(generous, **{limit: reached * 1.001})) is None
    finding = trajectory_finding(there(), replace(generous, **{limit: reached * 0.999}))
    assert finding is not None
    assert finding[0] is code


def test_a_trajectory_at_the_limits_is_accepted() -> None:
    desk = Desk()
    assert desk.robot.prepare("m", there()).duration == pytest.approx(sum(p.duration for p in there().phases))


def test_joints_are_matched_by_name() -> None:
    desk = Desk()
    whole = there()
    turned = replace(
        whole, joints=JOINTS[::-1], segments=tuple(Segment(frozen(s.control[:, ::-1]), s.length) for s in whole.segments)
    )
    desk.robot.start(desk.robot.prepare("m", turned))
    desk.until(desk.robot, "m")
    assert np.allclose(desk.robot.state().q, FAR, atol=1e-4)


# --- ids ---


def test_a_second_prepare_of_an_id_is_a_no_op() -> None:
    desk = Desk()
    assert desk.robot.prepare("m", there()) is desk.robot.prepare("m", there())
    assert desk.robot.status("m").state == "queued"


def test_a_second_start_of_an_id_is_a_no_op() -> None:
    desk = Desk()
    prepared = started(desk)
    desk.wait(0.5)
    middle = desk.robot.state().q.copy()
    desk.robot.start(prepared)
    assert np.array_equal(desk.robot.state().q, middle)
    desk.until(desk.robot, "m")
    desk.robot.start(prepared)
    assert stands(desk)
    record = desk.cell.record()
    assert record.executions["m"] == 1
    assert len(record.motions) == 1


def test_an_id_is_not_taken_for_another_thing() -> None:
    desk = Desk()
    started(desk)
    with pytest.raises(Refused) as refused:
        desk.robot.prepare("m", straight(np.array(HOME), FAR, "elsewhere"))
    assert refused.value.code is Refusal.ID_REUSED


def test_what_was_not_prepared_does_not_start() -> None:
    desk = Desk()
    with pytest.raises(Refused) as refused:
        desk.robot.start(Prepared("g1", "m", "there", 1.0))
    assert refused.value.code is Refusal.NOT_PREPARED
    assert stands(desk)


def test_one_motion_at_a_time() -> None:
    desk = Desk()
    one, two = desk.robot.prepare("one", there()), desk.robot.prepare("two", there())
    desk.robot.start(one)
    with pytest.raises(Refused) as refused:
        desk.robot.start(two)
    assert refused.value.code is Refusal.BUSY
    desk.until(desk.robot, "one")
    with pytest.raises(Refused) as refused:
        desk.robot.start(two)
    assert refused.value.code is Refusal.START_DIFFERS


def test_status_tells_the_whole_life_of_a_command() -> None:
    desk = Desk()
    desk.cell.poll()
    assert desk.robot.status("m").state == "not seen"
    started(desk)
    desk.wait(0.7)
    running = desk.robot.status("m")
    assert running.state == "running"
    assert running.at is not None
    assert 0.0 < running.at < there().segments[0].length
    done = desk.until(desk.robot, "m")
    assert done.state == "done"
    assert done.at == pytest.approx(there().segments[0].length)
    told = [e.status.state for e in desk.cell.poll() if isinstance(e, CommandChanged) and e.command == "m"]
    assert told == ["queued", "running", "done"]


# --- motion ---


def test_done_means_there_and_settled() -> None:
    desk = Desk()
    desk.move(over("infeed[2]"))
    state = desk.robot.state()
    assert np.allclose(state.q, over("infeed[2]"), atol=1e-5)
    assert not np.any(state.qd)
    assert state.command is None


def test_no_step_beyond_the_velocity_limit() -> None:
    desk = Desk()
    desk.move(FAR)
    desk.move(np.array(HOME))
    for motion in desk.cell.record().motions:
        steps = np.abs(np.diff(motion.q, axis=0))
        assert np.all(steps <= VELOCITY * PERIOD * (1 + 1e-9))
        assert np.all(np.diff(motion.time) == round(PERIOD * SECOND))


@pytest.mark.parametrize("kind", STOPS)
@pytest.mark.parametrize("after", [0.0, 0.004, 0.3, 0.9, 1.4])
def test_stop_stands_within_the_declared_time_on_the_path(kind: StopKind, after: float) -> None:
    desk = Desk()
    declared = desk.robot.capabilities().standstill[kind]
    started(desk)
    desk.wait(after)
    asked = desk.cell.now()
    desk.robot.stop(kind)
    assert desk.robot.state().mode in ("stopping", "idle")
    status = desk.until(desk.robot, "m")
    assert (desk.cell.now() - asked) / SECOND <= declared + 1e-9
    assert status.state == "aborted"
    assert stands(desk)
    q = desk.robot.state().q
    along = (q - np.array(HOME)) / (FAR - np.array(HOME))
    assert np.allclose(along, along[0], atol=1e-4)
    assert status.at == pytest.approx(along[0] * there().segments[0].length, abs=1e-4)
    assert desk.robot.state().mode == ("off" if kind == "power" else "idle")
    assert desk.cell.record().motions[0].outcome == "aborted"


def test_stop_is_idempotent_and_the_harder_one_wins() -> None:
    def stopped_after(*kinds: StopKind) -> int:
        desk = Desk()
        started(desk)
        desk.wait(0.9)
        asked = desk.cell.now()
        for kind in kinds:
            desk.robot.stop(kind)
            desk.wait(0.02)
        desk.until(desk.robot, "m")
        return desk.cell.now() - asked

    hold, quick = stopped_after("hold"), stopped_after("quick")
    assert quick < hold
    assert stopped_after("hold", "hold", "hold") == hold
    assert stopped_after("quick", "hold", "hold") == quick
    assert stopped_after("hold", "quick") < hold


def test_stop_at_rest_changes_nothing() -> None:
    desk = Desk()
    desk.move(FAR)
    desk.robot.stop("hold")
    desk.robot.stop("quick")
    assert desk.robot.state().mode == "idle"
    assert desk.robot.status("c2").state == "done"


def test_stop_drops_what_is_only_prepared() -> None:
    desk = Desk()
    prepared = desk.robot.prepare("m", there())
    desk.robot.stop("hold")
    assert desk.robot.status("m").state == "aborted"
    with pytest.raises(Refused) as refused:
        desk.robot.start(prepared)
    assert refused.value.code is Refusal.NOT_PREPARED
    assert stands(desk)


# --- speed scaling ---


def test_scaling_slows_and_there_is_no_catching_up() -> None:
    def took(*changes: tuple[float, float]) -> float:
        desk = Desk()
        began = desk.now
        started(desk)
        for after, scaling in changes:
            desk.wait(after)
            desk.robot.scale_speed(desk.id(), scaling)
        desk.until(desk.robot, "m")
        motion = desk.cell.record().motions[0]
        assert np.all(np.abs(np.diff(motion.q, axis=0)) <= VELOCITY * PERIOD * (1 + 1e-9))
        return desk.now - began

    full = took()
    assert took((0.0, 0.5)) == pytest.approx(2 * full, rel=0.02)
    slowed = took((0.5, 0.25), (2.0, 1.0))
    assert full + 1.2 < slowed < full + 1.8


def test_scaling_to_zero_holds_on_the_path_and_goes_on() -> None:
    desk = Desk()
    started(desk)
    desk.wait(0.6)
    desk.robot.scale_speed("hold", 0.0)
    desk.wait(1.0)
    assert stands(desk)
    assert desk.robot.status("m").state == "running"
    assert desk.robot.state().speed_scaling == 0.0
    desk.robot.scale_speed("hold", 0.0)
    desk.wait(5.0)
    desk.robot.scale_speed("go", 1.0)
    assert desk.until(desk.robot, "m").state == "done"
    before, after = desk.robot.readback()
    assert before.first_seq + len(before.time) < after.first_seq
    for block in (before, after):
        assert np.array_equal(block.first_seq + np.arange(len(block.time)), block.time // round(PERIOD * SECOND))
    motion = desk.cell.record().motions[0]
    assert np.all(np.abs(np.diff(motion.q, axis=0)) <= VELOCITY * PERIOD * (1 + 1e-9))
    assert np.all(np.diff(motion.time) > 0)
    assert np.allclose(motion.q[-1], FAR, atol=1e-5)
    rests = np.flatnonzero(np.diff(motion.time) > round(PERIOD * SECOND))
    assert len(rests) == 1, "the standstill is one gap between two equal samples"
    assert np.array_equal(motion.setpoint[rests[0]], motion.setpoint[rests[0] + 1])


@pytest.mark.parametrize("scaling", [-0.1, 1.1, float("nan")])
def test_a_scaling_outside_0_to_1_is_refused(scaling: float) -> None:
    desk = Desk()
    with pytest.raises(Refused) as refused:
        desk.robot.scale_speed("s", scaling)
    assert refused.value.code is Refusal.OUT_OF_RANGE
    assert desk.robot.state().speed_scaling == 1.0


def test_scaling_lasts_over_motions() -> None:
    desk = Desk()
    desk.robot.scale_speed("slow", 0.25)
    began = desk.now
    started(desk)
    desk.until(desk.robot, "m")
    assert desk.now - began == pytest.approx(4 * there_duration(), rel=0.01)


def test_however_slow_a_motion_is_it_arrives() -> None:
    """Longer than what is worked out at once, and no sample is missing or twice where the pieces meet."""
    desk = Desk()
    desk.robot.scale_speed("slow", 0.02)
    started(desk)
    assert desk.until(desk.robot, "m").state == "done"
    motion = desk.cell.record().motions[0]
    assert len(motion.time) > 2 * AHEAD
    assert np.all(np.diff(motion.time) == round(PERIOD * SECOND))
    assert np.allclose(motion.q[-1], FAR, atol=1e-5)


def test_a_motion_costs_one_event_however_long_it_is() -> None:
    """No tick of 125 Hz is simulated one by one."""
    desk = Desk()
    started(desk)
    end = desk.cell.next_event_time()
    assert end is not None
    assert end / SECOND > there_duration()
    desk.cell.advance_to(end)
    assert desk.robot.status("m").state == "done"
    assert desk.cell.next_event_time() is None
    assert len(desk.cell.record().motions[0].time) > 100


def there_duration() -> float:
    return sum(phase.duration for phase in there().phases)


# --- states ---


def test_states_are_numbered_by_time_and_never_interpolated() -> None:
    desk = Desk()
    started(desk)
    desk.wait(0.5033)
    state = desk.robot.state()
    assert state.device_time % round(PERIOD * SECOND) == 0
    assert state.seq * round(PERIOD * SECOND) == state.device_time
    assert desk.cell.now() - state.device_time < PERIOD * SECOND
    motion = desk.cell.record().motions[0]
    row = int(np.flatnonzero(motion.time == state.device_time)[0])
    assert np.array_equal(motion.q[row], state.q)


def test_readback_hands_out_every_sample_once() -> None:
    desk = Desk()
    started(desk)
    blocks: list[ReadbackBlock] = []
    for _ in range(7):
        desk.wait(0.17)
        blocks += desk.robot.readback()
    desk.until(desk.robot, "m")
    blocks += desk.robot.readback()
    assert desk.robot.readback() == ()
    motion = desk.cell.record().motions[0]
    assert np.array_equal(np.concatenate([b.time for b in blocks]), motion.time)
    assert np.array_equal(np.concatenate([b.q for b in blocks]), motion.q)
    assert all(b.first_seq * round(PERIOD * SECOND) == b.time[0] for b in blocks)
    assert {b.command for b in blocks} == {"m"}


def test_virtual_time_does_not_go_back() -> None:
    desk = Desk()
    with pytest.raises(ValueError, match="does not go back"):
        desk.cell.advance_to(0)
