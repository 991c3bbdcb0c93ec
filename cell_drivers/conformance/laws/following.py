"""Laws of those that follow a robot of another driver: what they decide they decide where that robot is, or not at all."""

from __future__ import annotations

from dataclasses import replace

from cell.device import CommandStatus, RobotState
from cell.driver import Follower
from cell.driver_errors import DriverError
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.laws.gripping import between, force_of, hand_of, opened, parted
from cell_drivers.conformance.seen import demand

AWAY = 0.2
"""rad or m, each joint: a hand that is so far from a part does not close on it."""
SEEN = 0.3
"""s in which every follower has taken note of where a robot is."""
OUT_OF_SIGHT = 2.0
"""s after which nobody may act on what was last told."""
BEFORE = 100_000_000
"""ns that what is old is older."""


def _follows_nobody(bed: Bed, tool: str) -> str:
    robot = bed.bench.assembly.cell.tools[tool].mount
    follows = bed.drivers.follows if isinstance(bed.drivers, Follower) else frozenset()
    return "" if robot in follows else "exempt because it follows no robot of another driver that holds the tool"


@law(
    "gripper",
    "A hand at a robot of another driver closes where that robot is, and on nothing where it is not.",
    exempt=_follows_nobody,
)
def a_hand_closes_where_its_robot_is(bed: Bed, tool: str) -> str:
    robot = _robot_of(bed, tool)
    _, hand = opened(bed, tool)
    between(bed, tool, hand, is_there=True)
    bed.foreign.put(robot, bed.foreign.away(robot, AWAY))
    bed.wait(SEEN)
    elsewhere = _closed(bed, tool)
    demand(elsewhere == "empty", f"{robot} is {AWAY:g} from the part in every joint, and the hand is {elsewhere}")
    opened(bed, tool)
    bed.foreign.put(robot, bed.foreign.home(robot))
    bed.wait(SEEN)
    there = _closed(bed, tool)
    demand(there == "held", f"{robot} is back at the part, and the hand is {there}")
    parted(bed, tool)
    return "empty elsewhere, held at the part"


@law(
    "gripper",
    "A hand at a robot of which nobody has heard for 2 s neither closes nor opens, nor says that it did.",
    exempt=_follows_nobody,
)
def a_hand_waits_for_its_robot_to_be_seen(bed: Bed, tool: str) -> str:
    robot = _robot_of(bed, tool)
    gripper, hand = opened(bed, tool)
    between(bed, tool, hand, is_there=True)
    _out_of_sight(bed, robot)
    _is_in_vain(bed, tool, "grip")
    unseen = gripper.state(hand).grip
    demand(unseen in ("open", None), f"nobody knows where {robot} is, and the hand is {unseen}")
    _seen_again(bed, tool)
    opened(bed, tool)
    held = _closed(bed, tool)
    demand(held == "held", f"{robot} is seen again, and the hand is {held}")
    _out_of_sight(bed, robot)
    _is_in_vain(bed, tool, "release")
    unseen = gripper.state(hand).grip
    demand(unseen == "held", f"nobody knows where {robot} is, and the hand that held a part there is {unseen}")
    _seen_again(bed, tool)
    parted(bed, tool)
    return "neither gripped nor released, and both once the robot was seen again"


@law(
    "gripper", "A state that is not finite, or older than one before it, moves no robot that is followed.", exempt=_follows_nobody
)
def what_cannot_be_moves_no_robot(bed: Bed, tool: str) -> str:
    robot = _robot_of(bed, tool)
    _, hand = opened(bed, tool)
    between(bed, tool, hand, is_there=True)
    away = bed.foreign.away(robot, AWAY)

    def older(state: RobotState) -> RobotState:
        return replace(state, q=away, received=state.received - BEFORE, device_time=state.device_time - BEFORE)

    def not_finite(state: RobotState) -> RobotState:
        return replace(state, q=away * float("nan"), received=state.received + 1, device_time=state.device_time + 1)

    for made, what in ((older, "an older state"), (not_finite, "a state that is not finite")):
        bed.foreign.besides = (made,)
        bed.wait(SEEN)
        found = _closed(bed, tool)
        demand(found == "held", f"after {what} of {robot} the hand at a part is {found}")
        bed.foreign.besides = ()
        parted(bed, tool)
        between(bed, tool, hand, is_there=True)
    parted(bed, tool)
    return "held where it is, whatever came besides"


def _robot_of(bed: Bed, tool: str) -> str:
    return bed.bench.assembly.cell.tools[tool].mount


def _out_of_sight(bed: Bed, robot: str) -> None:
    bed.foreign.silent.add(robot)
    bed.wait(OUT_OF_SIGHT)


def _seen_again(bed: Bed, tool: str) -> None:
    """What was raised meanwhile is acknowledged."""
    bed.foreign.silent.clear()
    bed.wait(SEEN)
    gripper = bed.drivers.grippers[tool]
    for fault in gripper.state(hand_of(bed, tool)).faults:
        gripper.acknowledge(fault, "the kit")
    bed.wait(SEEN)


def _closed(bed: Bed, tool: str) -> object:
    """What the hand is after a grip that was done. That it is told before `done` is another law's matter: here it may be told
    while its robot is looked for."""
    gripper, hand, command = bed.drivers.grippers[tool], hand_of(bed, tool), bed.id()
    gripper.grip(command, hand, None, force_of(bed, tool))
    bed.done(tool, command)
    bed.until(lambda: gripper.state(hand).grip is not None, OUT_OF_SIGHT)
    return gripper.state(hand).grip


def _is_in_vain(bed: Bed, tool: str, what: str) -> None:
    """Refused, or aborted."""
    gripper, hand, command = bed.drivers.grippers[tool], hand_of(bed, tool), bed.id()
    try:
        if what == "grip":
            gripper.grip(command, hand, None, force_of(bed, tool))
        else:
            gripper.release(command, hand)
    except DriverError:
        return
    status: CommandStatus = bed.ended(tool, command)
    demand(status.state == "aborted", f"nobody knows where its robot is, and `{what}` is {status.state}")
