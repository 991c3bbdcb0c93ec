"""Laws of the time that a robot tells beside the time of receipt: its own, where that is declared, else none of its own."""

from __future__ import annotations

from cell.device import RobotState
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.motions import Rig, rig
from cell_drivers.conformance.seen import Broken, demand

LONG, SHORT = 3.0, 0.6
"""s of states, in real and in virtual time."""
SOME = 0.3
"""s of states, whose times of receipt differ by themselves."""
OFF = 0.1
"""Of a second in a second. Clocks drift by a ten-thousandth of that; a unit that is another is further off."""
TRIES = 3
"""In real time: a machine that is busy makes states late, and not each time."""


def no_clock(bed: Bed, robot: str) -> str:
    return "" if bed.capabilities(robot).device_clock else "exempt because device_clock is False"


def a_clock(bed: Bed, robot: str) -> str:
    return "exempt because device_clock is True" if bed.capabilities(robot).device_clock else ""


@law(
    "motion",
    "Who declares a device clock tells its time: it goes on as time does, a sample keeps the time that it has, and that is "
    "not when it was received.",
    exempt=no_clock,
)
def a_device_time_goes_on_as_time_does(bed: Bed, robot: str) -> str:
    moving, rate = rig(bed, robot, is_active=False), 0.0
    if bed.drivers.virtual is None and not bed.bench.is_ideal:
        _is_not_the_time_of_receipt(moving.watch(SOME))
    for _ in range(1 if bed.drivers.virtual is not None else TRIES):
        states = _looks(moving)
        _each_keeps_its_time(states)
        rate = _rate(states)
        if abs(rate - 1.0) <= OFF:
            return f"{rate:.4g} s of its own in a second"
    raise Broken(f"in a second its `device_time` goes on by {rate:.4g} s")


def _looks(moving: Rig) -> list[RobotState]:
    """The newest state at each look, also where it is the one of before."""
    found: list[RobotState] = []
    seconds = LONG if moving.bed.drivers.virtual is None else SHORT
    moving.bed.wait(seconds, moving.period, lambda: found.append(moving.robot.state()))
    return found


def _each_keeps_its_time(states: list[RobotState]) -> None:
    known: dict[int, RobotState] = {}
    for state in states:
        first = known.setdefault(state.seq, state)
        for what in ("device_time", "received"):
            one, other = getattr(first, what), getattr(state, what)
            demand(one == other, f"asked twice, the state with `seq` {state.seq} has `{what}` {one} and {other}")


def _is_not_the_time_of_receipt(states: list[RobotState]) -> None:
    """What is on its way is so for longer or shorter, where only so many nanoseconds are counted."""
    apart = {state.received - state.device_time for state in states}
    demand(len(states) > 1, f"for {SOME:g} s the newest state stays the same")
    demand(len(apart) > 1, f"`received` is always {min(apart)} ns after `device_time`, to the last digit: that is one clock")


def _rate(states: list[RobotState]) -> float:
    """s of the device's time in one of receipt. Between the most punctual sample of the first third and that of the last: what is
    busy makes samples late and never early. Raises Broken where there is nothing to tell it from."""
    began, over = states[0].received, states[-1].received
    third = (over - began) / 3
    first = [state for state in states if state.received <= began + third]
    last = [state for state in states if state.received >= over - third]
    one, other = (min(some, key=lambda state: state.received - state.device_time) for some in (first, last))
    demand(other.received > one.received, "no state came in all that time")
    return (other.device_time - one.device_time) / (other.received - one.received)


@law("motion", "Who declares no device clock gives the time of receipt for the device's.", exempt=a_clock)
def no_device_time_is_the_time_of_receipt(bed: Bed, robot: str) -> str:
    states = rig(bed, robot, is_active=False).watch(0.5)
    for state in states:
        apart = state.received - state.device_time
        demand(apart == 0, f"`device_clock` is False, and a state has a `device_time` {apart} ns before it was received")
    return f"in {len(states)} states it is the time of receipt"
