"""Laws of what a device says that cannot be so: it is no state and no value, and nothing is sent on it."""

from __future__ import annotations

from itertools import pairwise

from cell.driver_errors import DriverError
from cell_drivers.conformance.bed import SECOND, Bed
from cell_drivers.conformance.bench import Nonsense
from cell_drivers.conformance.law import law
from cell_drivers.conformance.laws.sampling import is_whole
from cell_drivers.conformance.motions import rig
from cell_drivers.conformance.seen import Broken, demand


@law("motion", "A state that is not finite is none: it is not told, and nothing is sent while nothing else comes.")
def what_is_not_finite_is_no_state(bed: Bed, robot: str) -> str:
    return _is_no_state(bed, robot, "not finite")


@law("motion", "A state whose time runs back is none: it is not told, and nothing is sent while nothing else comes.")
def what_runs_back_is_no_state(bed: Bed, robot: str) -> str:
    return _is_no_state(bed, robot, "back in time")


def _is_no_state(bed: Bed, robot: str, what: Nonsense) -> str:
    moving = rig(bed, robot)
    way, newest = moving.way(), moving.watch(0.1)[-1]
    longest = 2.0 * moving.declared.max_age + 0.5
    with bed.nonsense(robot, what):
        told = moving.watch(longest)
        for state in told:
            is_whole(state, len(moving.declared.joints))
        for one, next in pairwise((newest, *told)):
            before, after = one.device_time, next.device_time
            demand(before <= after, f"after a state of {before} ns of the device's time comes one of {after} ns")
        age = (bed.now() - moving.robot.state().received) / SECOND
        allowed = moving.declared.max_age
        demand(age > allowed, f"for {longest:.2g} s nothing comes that can be so, and the newest state is only {age:.3g} s old")
        try:
            moving.prepared(way)
        except DriverError as refused:
            return f"the newest state was {age:.3g} s old, and a motion refused: {refused.text}"
    raise Broken(f"nothing comes that can be so, and a motion is taken on a state that is {age:.3g} s old")


@law("signals", "A value that is not finite is not known.")
def what_is_not_finite_is_not_known(bed: Bed, device: str) -> str:
    return _is_not_known(bed, device, "not finite")


@law("signals", "A value whose time runs back is not known until a newer one comes.")
def what_runs_back_is_not_known(bed: Bed, device: str) -> str:
    return _is_not_known(bed, device, "back in time")


def _is_not_known(bed: Bed, device: str, what: Nonsense) -> str:
    bed.wait(2.0 * bed.capabilities(device).max_age)
    known = {signal for signal in bed.drivers.signals.signals if _is_known(bed, signal)}
    with bed.nonsense(device, what):
        bed.wait(2.0 * bed.capabilities(device).max_age)
        lost = sorted(signal for signal in known if not _is_known(bed, signal))
    demand(bool(lost), f"something is told that is {what}, and every signal is as known as before")
    return f"not known any more: {', '.join(lost)}"


def _is_known(bed: Bed, signal: str) -> bool:
    sample = bed.drivers.signals.read(signal)
    return sample.value is not None and not sample.is_stale(bed.now())
