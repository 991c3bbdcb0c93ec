"""Laws of the stop of machines and grippers: it goes out at once, to a silent device too, and is not lost beside a start."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from cell.driver_errors import DriverError
from cell_drivers.conformance.bed import SECOND, Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.laws.gripping import between, force_of, opened, parted
from cell_drivers.conformance.laws.hushing import CLOSING, is_heard_again, stopped_in_silence
from cell_drivers.conformance.laws.machining import emptied, equipment_of, loaded, no_program
from cell_drivers.conformance.laws.racing import BEHIND, one_thread
from cell_drivers.conformance.seen import Broken, demand

SHARES = (0.25, 0.5, 0.75, 1.0)
"""Of what a start takes: when the stop comes. Not at once: a stop ahead of a start stops nothing."""
SOONEST = 0.001
"""s after which a call that another thread makes has begun."""
TRIES = 3
"""Of what a busy computer may spoil: a stop that came ahead of the call, a hand that was closed by then."""
HALTED = ("aborted", "unknown", "not seen")


@law("machine", "A stop goes out to a silent machine at once: its program does not go to its end.", exempt=no_program)
def a_stop_goes_out_to_a_silent_machine(bed: Bed, machine: str) -> str:
    driver, program, command = bed.drivers.machines[machine], loaded(bed, machine), bed.id()
    driver.program(command, program)
    bed.wait(0.2)
    with bed.hushed(machine):
        with suppress(DriverError):
            driver.stop()
        # As long as it would have gone on: a stop that goes out only when it is heard comes too late.
        bed.wait(equipment_of(bed, machine).programs[0].duration.longest + 0.5)
    is_heard_again(bed, machine)
    state = _ended(bed, machine, command)
    demand(state in HALTED, f"stopped while it was silent, its program is {state}: the stop waited until it was heard")
    bed.wait(1.0)
    demand(driver.state().running is not True, "stopped while it was silent, it runs")
    emptied(bed, machine)
    return state


@law("gripper", "A stop goes out to a silent tool at once: jaws that move do not close on their part.")
def a_stop_goes_out_to_a_silent_tool(bed: Bed, tool: str) -> str:
    seen = list[str]()
    for _ in range(TRIES):
        hand, command = stopped_in_silence(bed, tool)
        state, grip = _ended(bed, tool, command), bed.drivers.grippers[tool].state(hand).grip
        parted(bed, tool)
        if grip != "held" and state in HALTED:
            return state
        seen.append(f"{grip or 'on its way'}, and its command {state}")
    raise Broken(f"stopped while it was silent, the hand is {seen[-1]}: the stop waited until it was heard")


def _ended(bed: Bed, device: str, command: str) -> str:
    """What is said of the command, once that is an end or nobody knows."""
    bed.until(lambda: bed.status(device, command).state in ("done", *HALTED), 5.0)
    return bed.status(device, command).state


def no_program_or_one_thread(bed: Bed, machine: str) -> str:
    return no_program(bed, machine) or one_thread(bed, machine)


@law(
    "machine", "A stop that comes beside the start of a program is not lost, whichever of the two goes out first.",
    exempt=no_program_or_one_thread,
)  # fmt: skip
def a_stop_beside_a_program_is_not_lost(bed: Bed, machine: str) -> str:
    driver, program = bed.drivers.machines[machine], loaded(bed, machine)

    def has_gone_on(command: str) -> str:
        bed.wait(1.0)
        state = bed.status(machine, command).state
        return "" if driver.state().running is not True and state in HALTED else f"1 s later the program is {state}"

    told = _beside(bed, lambda command: driver.program(command, program), driver.stop, has_gone_on)
    emptied(bed, machine)
    return told


@law(
    "gripper", "A stop that comes beside the start of a grip is not lost, whichever of the two goes out first.", exempt=one_thread
)
def a_stop_beside_a_grip_is_not_lost(bed: Bed, tool: str) -> str:
    gripper, hand = opened(bed, tool)
    between(bed, tool, hand, is_there=True)

    def has_gone_on(command: str) -> str:
        bed.wait(CLOSING, look=lambda: bed.status(tool, command))
        state, grip = bed.status(tool, command).state, gripper.state(hand).grip
        opened(bed, tool)
        between(bed, tool, hand, is_there=True)
        return "" if grip != "held" and state in HALTED else f"{CLOSING:g} s later it is {grip}, and the grip is {state}"

    told = _beside(
        bed, lambda command: gripper.grip(command, hand, None, force_of(bed, tool)), gripper.stop, has_gone_on
    )  # fmt: skip
    parted(bed, tool)
    return told


def _beside(bed: Bed, start: Callable[[str], None], stop: Callable[[], None], has_gone_on: Callable[[str], str]) -> str:
    """Raises Broken where what was started goes on, each time that it is stopped at one moment."""
    command, began = bed.id(), bed.now()
    start(command)
    whole = (bed.now() - began) / SECOND
    stop()
    has_gone_on(command)
    moments = (*(max(SOONEST, share * whole) for share in SHARES), *BEHIND)
    for after in moments:
        found = ""
        for _ in range(TRIES):
            found = has_gone_on(_stopped(bed, start, stop, after))
            if not found:
                break
        else:
            raise Broken(f"a stop came {1e3 * after:.3g} ms after a start was called from another thread, and {found}")
    return f"stopped {len(moments)} times, 1 to {1e3 * max(moments):.3g} ms after a start had begun"


def _stopped(bed: Bed, start: Callable[[str], None], stop: Callable[[], None], after: float) -> str:
    command, begins = bed.id(), threading.Event()

    def started() -> None:
        begins.set()
        with suppress(Exception):  # that it is refused is right: the stop was first
            start(command)

    other = threading.Thread(target=started, daemon=True)
    other.start()
    begins.wait()
    time.sleep(after)  # in real time, and with nobody looking: bed.wait would speak to the device meanwhile
    stop()
    other.join()
    return command
