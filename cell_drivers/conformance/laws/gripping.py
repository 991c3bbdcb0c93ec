"""Laws of grippers: a hand is open, held or empty, which the device sees and never assumes."""

from __future__ import annotations

from cell.device import CommandChanged, GripChanged, GripperState
from cell.driver import GripperDriver
from cell.driver_errors import Refusal
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.seen import NotTried, demand
from cell_drivers.conformance.trying import cannot_tell, is_not_seen, refusal, unsent


def hand_of(bed: Bed, tool: str) -> str:
    return bed.bench.assembly.cell.tools[tool].hands[0].name


def force_of(bed: Bed, tool: str) -> float:
    """N, the highest: whatever is there is held by it."""
    low_high = bed.bench.assembly.cell.tools[tool].force
    return low_high[1] if low_high is not None else 50.0


def opened(bed: Bed, tool: str) -> tuple[GripperDriver, str]:
    """Its first hand, open and with nothing in it. Raises NotTried for a tool that no robot holds."""
    if bed.bench.assembly.cell.tools[tool].mount not in bed.bench.assembly.cell.robots:
        raise NotTried("it stands in its pocket, where nothing is known of its jaws")
    gripper, hand, command = bed.drivers.grippers[tool], hand_of(bed, tool), bed.id()
    gripper.release(command, hand)
    bed.done(tool, command)
    return gripper, hand


def between(bed: Bed, tool: str, hand: str, is_there: bool) -> None:
    """Raises NotTried where the bench cannot. Nothing between the jaws is how a bench without the hook is taken to stand."""
    if bed.bench.hooks.between is not None:
        bed.bench.hooks.between(bed.drivers, tool, hand, is_there)
    elif is_there:
        raise NotTried("the bench cannot put a part between the jaws")


def closed(bed: Bed, tool: str, is_there: bool) -> tuple[GripperDriver, str, str]:
    """Closed on a part, or on nothing. The driver, the hand, the command."""
    gripper, hand = opened(bed, tool)
    between(bed, tool, hand, is_there)
    command = bed.id()
    gripper.grip(command, hand, None, force_of(bed, tool))
    bed.done(tool, command)
    return gripper, hand, command


def parted(bed: Bed, tool: str) -> None:
    """Leaves the hand open and with nothing between its jaws."""
    _, hand = opened(bed, tool)
    if bed.bench.hooks.between is not None:
        bed.bench.hooks.between(bed.drivers, tool, hand, False)


@law("gripper", "A hand that closes on nothing is `empty`, and says that nothing was touched.")
def closing_on_nothing_is_empty(bed: Bed, tool: str) -> str:
    gripper, hand, _ = closed(bed, tool, is_there=False)
    state = gripper.state(hand)
    demand(state.grip == "empty", f"it closed on nothing and is {state.grip}")
    demand(state.touched is False, f"it closed on nothing, and `touched` is {state.touched}")
    parted(bed, tool)
    return "empty, not touched"


@law("gripper", "A hand that closes on a part is `held`, and says that it was touched.")
def closing_on_a_part_is_held(bed: Bed, tool: str) -> str:
    gripper, hand, _ = closed(bed, tool, is_there=True)
    state = gripper.state(hand)
    demand(state.grip == "held", f"it closed on a part and is {state.grip}")
    demand(state.touched is True, f"it closed on a part, and `touched` is {state.touched}")
    parted(bed, tool)
    return "held, touched"


@law("gripper", "A hand that was released is `open`.")
def released_is_open(bed: Bed, tool: str) -> str:
    gripper, hand, _ = closed(bed, tool, is_there=False)
    opened(bed, tool)
    demand(gripper.state(hand).grip == "open", f"it was released and is {gripper.state(hand).grip}")
    return "open"


@law("gripper", "The fact comes before the news that its command is done.")
def the_grip_is_told_before_done(bed: Bed, tool: str) -> str:
    _, hand, command = closed(bed, tool, is_there=False)
    bed.wait(0.1)
    fact = done = -1
    for k, event in enumerate(bed.events):
        if isinstance(event, GripChanged) and (event.device, event.state.hand, event.state.grip) == (tool, hand, "empty"):
            fact = k if fact < 0 else fact
        if isinstance(event, CommandChanged) and event.command == command and event.status.state == "done":
            done = k
    demand(done >= 0, "`poll` never told that it is done")
    demand(0 <= fact < done, "`poll` tells that it is done, and the hand's state later or never")
    parted(bed, tool)
    return "state, then done"


@law("gripper", "A hand says open, held or empty only once it is; while its jaws move that is None.")
def moving_jaws_are_none(bed: Bed, tool: str) -> str:
    gripper, hand = opened(bed, tool)
    between(bed, tool, hand, is_there=False)
    command = bed.id()
    gripper.grip(command, hand, None, force_of(bed, tool))
    seen: list[GripperState] = []

    def is_over() -> bool:
        seen.append(gripper.state(hand))
        return bed.status(tool, command).is_final

    bed.until(is_over, 30.0, 0.02)
    early = {state.grip for state in seen[:-1] if state.grip is not None} - {"open", seen[-1].grip}
    demand(not early, f"before it is done it is {', '.join(map(str, early))}, then {seen[-1].grip}")
    first_closed = next((k for k, state in enumerate(seen) if state.grip == "empty"), len(seen))
    demand(first_closed >= len(seen) - 2, "it is said to be closed long before it is done")
    parted(bed, tool)
    return f"{len(seen)} looks on the way"


@law("gripper", "The same id again is a no-op, and for something else it is refused.")
def a_grip_is_numbered(bed: Bed, tool: str) -> str:
    gripper, hand, command = closed(bed, tool, is_there=False)
    gripper.grip(command, hand, None, force_of(bed, tool))
    bed.wait(0.5)
    told = [status.state for status in bed.told(tool, command)]
    demand(told.count("done") == 1, f"asked twice it told {', '.join(told)}")
    refused = refusal(lambda: gripper.release(command, hand), "the id of a grip for a release")
    demand(refused.code is Refusal.ID_REUSED, f"it is refused as {refused.code.name}")
    demand(gripper.state(hand).grip == "empty", f"it was closed and is {gripper.state(hand).grip}")
    parted(bed, tool)
    return "done once, and its id is not taken for a release"


@law("gripper", "A force outside what the tool can do, or no number, is refused.")
def a_force_out_of_range_is_refused(bed: Bed, tool: str) -> str:
    gripper, hand = opened(bed, tool)
    range_of = bed.bench.assembly.cell.tools[tool].force
    beyond = [2.0 * range_of[1] + 1.0] if range_of is not None else []
    for force in (float("nan"), float("inf"), -1.0, *beyond):
        command = bed.id()
        refusal(lambda c=command, f=force: gripper.grip(c, hand, None, f), f"a force of {force:g} N")  # type: ignore[misc]
        is_not_seen(bed, tool, command)
    demand(gripper.state(hand).grip == "open", f"it was refused, and the hand is {gripper.state(hand).grip}")
    return "refused, and the hand stayed open"


@law("gripper", "A hand that the tool does not have is refused.")
def an_unknown_hand_is_refused(bed: Bed, tool: str) -> str:
    gripper = bed.drivers.grippers[tool]
    for call in (
        lambda: gripper.grip(bed.id(), "no such hand", None, force_of(bed, tool)),
        lambda: gripper.release(bed.id(), "no such hand"),
    ):
        refusal(call, "a hand that there is not")
    return "grip and release are refused"


@law("gripper", "Who drives no fasteners refuses to.", exempt=lambda bed, tool: _drives(bed, tool))
def who_drives_nothing_refuses_to(bed: Bed, tool: str) -> str:
    gripper, hand = opened(bed, tool)
    refused = refusal(lambda: gripper.drive(bed.id(), hand, 1.0), "a fastener")
    demand(refused.code is Refusal.NOT_OFFERED, f"it is refused as {refused.code.name}")
    return "refused"


def _drives(bed: Bed, tool: str) -> str:
    return "exempt because the cell file says that it drives" if bed.bench.assembly.cell.tools[tool].drives else ""


@law("gripper", "A stop stops jaws that move, and their command ends `aborted`.")
def a_gripper_stops(bed: Bed, tool: str) -> str:
    gripper, hand = opened(bed, tool)
    between(bed, tool, hand, is_there=False)
    command = bed.id()
    gripper.grip(command, hand, None, force_of(bed, tool))
    gripper.stop()
    gripper.stop()
    status = bed.ended(tool, command, 10.0)
    demand(status.state == "aborted", f"stopped while it closed, the command is {status.state}")
    parted(bed, tool)
    return "aborted, and a second stop changed nothing"


@law("gripper", "A part that is held stays held through a stop, and through `close` and `open`.")
def what_is_held_stays_held(bed: Bed, tool: str) -> str:
    gripper, hand, _ = closed(bed, tool, is_there=True)
    gripper.stop()
    bed.wait(0.5)
    demand(gripper.state(hand).grip == "held", f"after a stop it is {gripper.state(hand).grip}")
    bed.drivers.close()
    bed.drivers.open()
    bed.wait(0.5)
    demand(gripper.state(hand).grip == "held", f"after `close` and `open` it is {gripper.state(hand).grip}")
    parted(bed, tool)
    return "held through both"


@law("gripper", "A driver that is not open sends nothing.")
def no_grip_while_closed(bed: Bed, tool: str) -> str:
    gripper, hand = opened(bed, tool)
    bed.drivers.close()
    unsent(lambda: gripper.grip(bed.id(), hand, None, force_of(bed, tool)), "grip")
    bed.drivers.open()
    return "refused"


@law("gripper", "`status` works after a reconnect.", exempt=cannot_tell)
def a_grip_survives_a_reconnect(bed: Bed, tool: str) -> str:
    _, _, command = closed(bed, tool, is_there=False)
    bed.reconnect()
    found = bed.drivers.grippers[tool].status(command).state
    demand(found == "done", f"it was done; after a reconnect it is {found}")
    parted(bed, tool)
    return "done"


@law("gripper", "A sample has the time at which it was true, and is fresh.")
def grips_are_fresh(bed: Bed, tool: str) -> str:
    gripper, hand = opened(bed, tool)
    gripper.state(hand)
    bed.wait(3.0 * bed.capabilities(tool).max_age)
    newest = gripper.state(hand).time  # before the clock: a driver may look when it is asked
    age = (bed.now() - newest) / 1e9
    allowed = bed.capabilities(tool).max_age
    demand(0.0 <= age <= allowed, f"its state is {age:.3g} s old, {allowed:g} s is declared")
    return f"{1e3 * age:.3g} ms old"


@law("gripper", "A refusal carries the device, the command, the time and the last state.")
def a_refused_grip_says_what_about(bed: Bed, tool: str) -> str:
    gripper, hand = opened(bed, tool)
    command, began = bed.id(), bed.now()
    refused = refusal(lambda: gripper.grip(command, hand, None, float("nan")), "a force of nan N")
    demand((refused.device, refused.command) == (tool, command), f"it names {refused.device!r} and {refused.command!r}")
    demand(began - 1e9 <= refused.time <= bed.now(), f"its time is {(refused.time - began) / 1e9:.3g} s from when it was asked")
    demand(isinstance(refused.last, GripperState), f"its last state is {refused.last!r}")
    return str(refused)
