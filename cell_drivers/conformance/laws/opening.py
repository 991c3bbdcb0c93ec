"""Laws of `open` and `close`, of the link, and of what every device has."""

from __future__ import annotations

import math

from cell.device import Capabilities, FaultCleared, RobotState
from cell.driver_errors import DriverError
from cell.kinematic_chain import JointKind
from cell_drivers.conformance.bed import SECOND, Bed, devices
from cell_drivers.conformance.law import law
from cell_drivers.conformance.motions import rig
from cell_drivers.conformance.seen import Broken, demand
from cell_drivers.conformance.trying import unsent


@law("motion", "`open` and `close` never move.")
def open_and_close_never_move(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    before = moving.q()
    bed.drivers.open()
    demand(moving.stands(), "it moves after a second `open`")
    bed.drivers.close()
    bed.drivers.open()
    bed.wait(0.3)
    away = moving.distance(moving.q(), before)
    demand(away <= moving.still and moving.stands(), f"it has moved by {away:.3g} after `close` and `open`")
    return f"stands within {away:.2g} through open, close, open"


@law("motion", "`open` and `close` never power.")
def open_never_powers(bed: Bed, robot: str) -> str:
    driver = rig(bed, robot).robot
    command = bed.id()
    driver.deactivate(command)
    bed.done(robot, command)
    bed.drivers.close()
    bed.drivers.open()
    bed.wait(0.5)
    demand(driver.state().mode == "off", f"it was off; after `close` and `open` its mode is {driver.state().mode}")
    return "off before, off after"


@law("motion", "`open` comes back with a state, or raises; the state stands in the ranges of the robot's model.")
def open_brings_a_state(bed: Bed, robot: str) -> str:
    bed.drivers.close()
    bed.drivers.open()
    try:
        state = bed.drivers.motion[robot].state()
    except DriverError as none:
        raise Broken(f"right after `open` there is none: {none}") from none
    age = (bed.now() - state.received) / SECOND
    demand(age <= bed.capabilities(robot).max_age, f"right after `open` the newest state is {age:.3g} s old")
    _stands_in_its_model(bed, robot, state)
    return f"{1e3 * age:.3g} ms old"


def _stands_in_its_model(bed: Bed, robot: str, state: RobotState) -> None:
    """Raises Broken where a joint is beyond its range: mostly it is told in another unit."""
    model = bed.bench.assembly.robots[robot]
    room = bed.capabilities(robot).start_tolerance
    for joint, told, (low, high) in zip(model.chain.joints, state.q, model.position, strict=False):
        turns = joint.kind is JointKind.REVOLUTE
        unit, other = ("rad", "degrees") if turns else ("m", "millimetres")
        inside = not (told < low - room or told > high + room)
        demand(inside, f"{joint.name} stands at {told:.6g} {unit}, outside of the model's {low:.6g} to {high:.6g}; {other}?")


@law("device", "`close` never raises, twice is as good as once, and nothing has to be open.")
def close_never_raises(bed: Bed, device: str) -> str:
    never_opened = bed.bench.make()
    for drivers, times in ((never_opened, 1), (bed.drivers, 3)):
        for _ in range(times):
            try:
                drivers.close()
                devices(drivers)[device].close()
            except Exception as raised:  # it is the law that nothing comes out of it
                raise Broken(f"`close` raises {type(raised).__name__}: {raised}") from raised
    return "closed before it was open, and three times after"


@law("motion", "`close` never raises: it runs on every exit, also in the middle of a motion.")
def close_in_motion_never_raises(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    moving.halfway()
    try:
        bed.drivers.close()
    except Exception as raised:  # as above
        raise Broken(f"`close` raises {type(raised).__name__}: {raised}") from raised
    bed.reconnect()
    return "closed in mid-motion, and open again"


@law("motion", "A driver that is not open sends nothing.")
def nothing_is_taken_while_closed(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way, command = moving.way(), bed.id()
    bed.drivers.close()
    unsent(lambda: moving.robot.prepare(command, way), "prepare")
    unsent(lambda: moving.robot.activate(bed.id()), "activate")
    bed.drivers.open()
    demand(moving.stands(), "it moves once it is open again")
    return "prepare and activate are refused"


@law("device", "Capabilities are whole and declare what can be true.")
def capabilities_are_whole(bed: Bed, device: str) -> str:
    declared = bed.capabilities(device)
    wrong = [text for text, claim in _claims(declared, device) if not claim]
    demand(not wrong, "; ".join(wrong))
    return f"fresh states at {declared.rate:g} Hz, stale after {declared.max_age:g} s"


def _claims(declared: Capabilities, device: str) -> list[tuple[str, bool]]:
    moves, stops = bool(declared.joints), {"hold", "quick", "power"}
    return [
        (f"`device` is {declared.device!r}", declared.device == device),
        ("`verified_against` is empty, where it says at least that it was run against nothing", bool(declared.verified_against)),
        (f"`rate` is {declared.rate}", declared.rate > 0.0),
        (f"`max_age` is {declared.max_age}", declared.max_age > 0.0),
        (f"`max_age` {declared.max_age} s is shorter than 1 / `rate`", declared.max_age * declared.rate >= 1.0),
        ("it moves, and `feeding` is none", not moves or declared.feeding != "none"),
        ("it has no joints, and `feeding` is not none", moves or declared.feeding == "none"),
        ("it is streamed, and `look_ahead` is None", declared.feeding != "streamed" or declared.look_ahead is not None),
        (f"`look_ahead` is {declared.look_ahead}", declared.look_ahead is None or 0.0 < declared.look_ahead < math.inf),
        ("`standstill` lacks a kind of stop", not moves or declared.standstill.keys() >= stops),
        ("a `standstill` is negative", all(seconds >= 0.0 for seconds in declared.standstill.values())),
        ("`start_tolerance` is not positive", not moves or declared.start_tolerance > 0.0),
        ("a joint has no range", all(joint.low < joint.high for joint in declared.joints)),
        ("a joint's limit is not positive", all(min(j.velocity, j.acceleration, j.jerk) > 0.0 for j in declared.joints)),
        ("two joints have one name", len({joint.name for joint in declared.joints}) == len(declared.joints)),
        ("it stops on link loss, and `standstill_on_link_loss` is None",
         not moves or declared.on_link_loss != "stops" or declared.standstill_on_link_loss is not None),
    ]  # fmt: skip


@law("motion", "Joints are called as in the robot's model, and in its order.")
def joints_are_the_models(bed: Bed, robot: str) -> str:
    declared = tuple(joint.name for joint in bed.capabilities(robot).joints)
    model = bed.bench.assembly.robots[robot].chain.joint_names
    demand(declared == model, f"declared {', '.join(declared)}; the model has {', '.join(model)}")
    return ", ".join(declared)


@law("device", "`heartbeat` changes nothing.")
def heartbeat_changes_nothing(bed: Bed, device: str) -> str:
    bed.poll()
    at = bed.now()
    for _ in range(10):
        bed.device(device).heartbeat()
    new = [event for event in bed.drivers.poll() if event.device == device]
    demand(not new and bed.now() - at < SECOND, f"ten of them brought {', '.join(type(event).__name__ for event in new)}")
    return "ten of them brought no news"


@law("device", "A fault that is not there is a no-op to acknowledge, and so is a second time.")
def acknowledging_nothing_is_nothing(bed: Bed, device: str) -> str:
    for _ in range(2):
        bed.device(device).acknowledge("no such fault", "the conformance kit")
    cleared = [event for event in bed.poll() if isinstance(event, FaultCleared)]
    demand(not cleared, "it tells that a fault is cleared which was never there")
    return "twice, and nothing was told"


@law("device", "A command that the device never got is `not seen`; where the device cannot tell, `unknown`.")
def a_strangers_command_is_not_seen(bed: Bed, device: str) -> str:
    found = bed.device(device).status(bed.id()).state
    expected = "not seen" if bed.capabilities(device).command_status else "unknown"
    demand(
        found == expected, f"`command_status` is {bed.capabilities(device).command_status}; an id that was never sent is {found}"
    )
    return found
