"""Laws of a robot's I/O points and of its faults."""

from __future__ import annotations

from cell.device import FaultCleared, FaultRaised
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.seen import demand
from cell_drivers.conformance.trying import is_not_seen, refusal


def no_points(bed: Bed, robot: str) -> str:
    return "" if bed.capabilities(robot).io_points else "exempt because it declares no I/O points"


@law("motion", "`set_io` names a state to reach, and every declared point can be set.", exempt=no_points)
def set_io_reaches_its_value(bed: Bed, robot: str) -> str:
    driver = bed.drivers.motion[robot]
    for point in bed.capabilities(robot).io_points:
        before = driver.state().io.get(point)
        wanted = not before if isinstance(before, bool) else True if before is None else before
        for command in (bed.id(), bed.id()):
            driver.set_io(command, point, wanted)
            bed.done(robot, command, 5.0)
            reached = bed.until(lambda p=point, w=wanted: driver.state().io.get(p) == w, 1.0)  # type: ignore[misc]
            demand(reached, f"{point} was set to {wanted!r} and is {driver.state().io.get(point)!r}")
        if before is not None:
            driver.set_io(bed.id(), point, before)
    return ", ".join(bed.capabilities(robot).io_points)


@law("motion", "An I/O point that the device does not have is refused.")
def an_unknown_io_point_is_refused(bed: Bed, robot: str) -> str:
    command = bed.id()
    refusal(lambda: bed.drivers.motion[robot].set_io(command, "no such point", True), "a point that there is not")
    is_not_seen(bed, robot, command)
    return "refused"


@law(
    "device",
    "A fault is told when it is raised, and is in the state until it is cleared; `acknowledge` does that once its cause is gone, "
    "and twice is as good as once.",
)
def a_fault_is_told_and_acknowledged(bed: Bed, device: str) -> str:
    fault = bed.fault(device)
    bed.wait(0.5)
    raised = [e for e in bed.events if isinstance(e, FaultRaised) and (e.device, e.fault) == (device, fault)]
    demand(len(raised) == 1, f"the fault {fault!r} was told {len(raised)} times")
    demand(_is_in_state(bed, device, fault) is not False, f"the fault {fault!r} was told, and the state has nothing of it")
    for _ in range(2):
        bed.device(device).acknowledge(fault, "the conformance kit")
        bed.wait(0.5)
    cleared = [e for e in bed.events if isinstance(e, FaultCleared) and (e.device, e.fault) == (device, fault)]
    demand(len(cleared) == 1, f"acknowledged twice, it was told {len(cleared)} times that {fault!r} is cleared")
    demand(_is_in_state(bed, device, fault) is not True, f"{fault!r} was told to be cleared, and the state still has it")
    return f"{fault}: raised, cleared"


def _is_in_state(bed: Bed, device: str, fault: str) -> bool | None:
    """None where its state tells of no faults."""
    drivers = bed.drivers
    if device in drivers.motion:
        return fault in drivers.motion[device].state().faults
    if device in drivers.grippers:
        hands = bed.bench.assembly.cell.tools[device].hands
        return any(fault in drivers.grippers[device].state(hand.name).faults for hand in hands)
    if device in drivers.machines:
        return drivers.machines[device].state().alarm is not None
    return drivers.stations[device].state().alarm is not None if device in drivers.stations else None
