"""Laws of machines: doors, clamps, programs, and what they refuse."""

from __future__ import annotations

from cell.device import CommandChanged, MachineChanged, MachineState
from cell.driver import MachineDriver
from cell.driver_errors import Refusal
from cell.equipment import Equipment
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.seen import NotTried, demand
from cell_drivers.conformance.trying import cannot_tell, is_not_seen, refusal, unsent


def equipment_of(bed: Bed, machine: str) -> Equipment:
    return bed.bench.assembly.cell.equipment[machine]


def no_door(bed: Bed, machine: str) -> str:
    return "" if "door" in equipment_of(bed, machine).signals else "exempt because the cell gives it no door"


def no_leaf(bed: Bed, machine: str) -> str:
    return (
        ""
        if equipment_of(bed, machine).signals.keys() & {"door", "clamp"}
        else "exempt because the cell gives it no door or clamp"
    )


def no_program(bed: Bed, machine: str) -> str:
    return "" if equipment_of(bed, machine).programs else "exempt because the cell gives it no program"


def no_door_or_program(bed: Bed, machine: str) -> str:
    return no_door(bed, machine) or no_program(bed, machine)


def no_clamp_or_program(bed: Bed, machine: str) -> str:
    has_clamp = "clamp" in equipment_of(bed, machine).signals
    return no_program(bed, machine) if has_clamp else "exempt because the cell gives it no clamp"


def leaves(bed: Bed, machine: str) -> list[str]:
    return [what for what in ("door", "clamp") if what in equipment_of(bed, machine).signals]


def set_leaf(bed: Bed, machine: str, what: str, is_open: bool) -> str:
    """The command, done."""
    driver, command = bed.drivers.machines[machine], bed.id()
    ask(driver, what, command, is_open)
    bed.done(machine, command)
    return command


def ask(driver: MachineDriver, what: str, command: str, is_open: bool) -> None:
    if what == "door":
        driver.set_door(command, is_open)
    else:
        driver.set_clamp(command, not is_open)


def part(bed: Bed, machine: str, is_there: bool) -> None:
    """Raises NotTried where the bench cannot."""
    if bed.bench.hooks.part is None:
        raise NotTried("the bench cannot put a part in")
    try:
        bed.bench.hooks.part(bed.drivers, machine, is_there)
    except KeyError:
        raise NotTried(f"the bench cannot put a part into {machine}") from None
    until_seen(bed, machine)


def until_seen(bed: Bed, machine: str) -> None:
    """Of what has just been brought about a driver may know nothing yet: its state may be as old as it declares."""
    bed.wait(bed.capabilities(machine).max_age)


def loaded(bed: Bed, machine: str, is_clamped: bool = True) -> str:
    """A part is in it, clamped, and the door is closed. The program's name. Raises NotTried where the bench cannot."""
    for what in leaves(bed, machine):
        set_leaf(bed, machine, what, is_open=True)
    part(bed, machine, is_there=True)
    if "clamp" in leaves(bed, machine) and is_clamped:
        set_leaf(bed, machine, "clamp", is_open=False)
    if "door" in leaves(bed, machine):
        set_leaf(bed, machine, "door", is_open=False)
    return equipment_of(bed, machine).programs[0].name


def emptied(bed: Bed, machine: str) -> None:
    for what in leaves(bed, machine):
        set_leaf(bed, machine, what, is_open=True)
    part(bed, machine, is_there=False)


def longest(bed: Bed, machine: str) -> float:
    """s that its first program may take."""
    return 1.5 * equipment_of(bed, machine).programs[0].duration.longest + 10.0


@law("machine", "Doors and clamps reach what they are told, and twice is as good as once.", exempt=no_leaf)
def a_door_reaches_its_state(bed: Bed, machine: str) -> str:
    driver = bed.drivers.machines[machine]
    for what in leaves(bed, machine):
        for is_open in (True, False, True, True):
            command = set_leaf(bed, machine, what, is_open)
            ask(driver, what, command, is_open)
            found, wanted = getattr(driver.state(), what), "open" if is_open else "closed"
            demand(found == wanted, f"the {what} is done, and {found}, not {wanted}")
            told = [status.state for status in bed.told_to_the_end(machine, command)]
            demand(told.count("done") == 1, f"asked twice it told {', '.join(told) or 'nothing'}")
    return ", ".join(leaves(bed, machine))


@law("machine", "The fact comes before the news that its command is done.", exempt=no_leaf)
def the_door_is_told_before_done(bed: Bed, machine: str) -> str:
    what = leaves(bed, machine)[0]
    set_leaf(bed, machine, what, is_open=False)
    command = set_leaf(bed, machine, what, is_open=True)
    bed.wait(0.1)
    events = bed.events
    done = next(
        k for k, e in enumerate(events) if isinstance(e, CommandChanged) and (e.command, e.status.state) == (command, "done")
    )
    facts = [
        k
        for k, e in enumerate(events)
        if isinstance(e, MachineChanged) and e.device == machine and getattr(e.state, what) == "open"
    ]
    began = next(k for k, e in enumerate(events) if isinstance(e, CommandChanged) and e.command == command)
    demand(
        any(k < done for k in facts if k >= began - 1),
        f"`poll` tells that it is done, and that the {what} is open later or never",
    )
    return "state, then done"


@law("machine", "A door or clamp that moves is neither open nor closed.", exempt=no_leaf)
def a_moving_door_is_none(bed: Bed, machine: str) -> str:
    driver, what, command = bed.drivers.machines[machine], leaves(bed, machine)[0], bed.id()
    set_leaf(bed, machine, what, is_open=False)
    ask(driver, what, command, True)
    seen: list[str | None] = []

    def is_over() -> bool:
        seen.append(getattr(driver.state(), what))
        return bed.status(machine, command).is_final

    demand(bed.until(is_over, 60.0, 0.02), f"the {what} never comes")
    opened = next((k for k, word in enumerate(seen) if word == "open"), len(seen))
    demand(opened >= len(seen) - 2, f"the {what} is said to be open long before it is done")
    return f"{len(seen)} looks on the way"


@law("machine", "`status` works after a reconnect.", exempt=lambda bed, name: no_leaf(bed, name) or cannot_tell(bed, name))
def a_door_survives_a_reconnect(bed: Bed, machine: str) -> str:
    command = set_leaf(bed, machine, leaves(bed, machine)[0], is_open=False)
    bed.reconnect()
    found = bed.drivers.machines[machine].status(command).state
    demand(found == "done", f"it was done; after a reconnect it is {found}")
    return "done"


@law("machine", "A program that the machine does not have is refused.")
def an_unknown_program_is_refused(bed: Bed, machine: str) -> str:
    command = bed.id()
    refusal(lambda: bed.drivers.machines[machine].program(command, "no such program"), "a program that there is not")
    is_not_seen(bed, machine, command)
    return "refused"


@law("machine", "A program is refused with no part there.", exempt=no_program)
def no_program_without_a_part(bed: Bed, machine: str) -> str:
    program = loaded(bed, machine)
    emptied(bed, machine)
    for what in leaves(bed, machine):
        set_leaf(bed, machine, what, is_open=False)
    refused = refusal(lambda: bed.drivers.machines[machine].program(bed.id(), program), "a program with no part there")
    demand(refused.code in (Refusal.NO_PART, Refusal.NOT_CLAMPED), f"it is refused as {refused.code.name}")
    return "refused"


@law("machine", "A program is refused with the door open.", exempt=no_door_or_program)
def no_program_with_the_door_open(bed: Bed, machine: str) -> str:
    program = loaded(bed, machine)
    set_leaf(bed, machine, "door", is_open=True)
    refused = refusal(lambda: bed.drivers.machines[machine].program(bed.id(), program), "a program with the door open")
    demand(refused.code is Refusal.DOOR_OPEN, f"it is refused as {refused.code.name}")
    emptied(bed, machine)
    return "refused"


@law("machine", "A program is refused with no part clamped.", exempt=no_clamp_or_program)
def no_program_without_a_clamped_part(bed: Bed, machine: str) -> str:
    program = loaded(bed, machine, is_clamped=False)
    refused = refusal(lambda: bed.drivers.machines[machine].program(bed.id(), program), "a program with no part clamped")
    demand(refused.code is Refusal.NOT_CLAMPED, f"it is refused as {refused.code.name}")
    emptied(bed, machine)
    return "refused"


@law("machine", "Beside a program that runs, another one, door and clamp are refused.", exempt=no_program)
def nothing_beside_a_program(bed: Bed, machine: str) -> str:
    driver, program, command = bed.drivers.machines[machine], loaded(bed, machine), bed.id()
    driver.program(command, program)
    bed.wait(0.2)
    refusal(lambda: driver.program(bed.id(), program), "a second program")
    for what in leaves(bed, machine):
        refusal(lambda w=what: ask(driver, w, bed.id(), True), f"the {what} beside a program")  # type: ignore[misc]
    driver.stop()
    bed.ended(machine, command)
    emptied(bed, machine)
    return "refused: a second program, " + ", ".join(leaves(bed, machine))


@law("machine", "A program runs once, tells how far it is, and is done.", exempt=no_program)
def a_program_runs_once(bed: Bed, machine: str) -> str:
    driver, program, command = bed.drivers.machines[machine], loaded(bed, machine), bed.id()
    driver.program(command, program)
    bed.wait(0.2)
    driver.program(command, program)
    state = driver.state()
    demand(
        state.running is True and state.work == program, f"while it runs `running` is {state.running} and `work` {state.work!r}"
    )
    bed.done(machine, command, longest(bed, machine))
    bed.wait(0.5)
    driver.program(command, program)
    bed.wait(0.5)
    demand(driver.state().running is False, "sent again when it was done, it runs again")
    told = [status.state for status in bed.told(machine, command)]
    demand(told.count("done") == 1, f"it told {', '.join(told)}")
    emptied(bed, machine)
    return "done once, though it was sent three times"


@law("machine", "A stop ends a program `aborted`, and twice is as good as once.", exempt=no_program)
def a_machine_stops(bed: Bed, machine: str) -> str:
    driver, program, command = bed.drivers.machines[machine], loaded(bed, machine), bed.id()
    driver.program(command, program)
    bed.wait(0.5)
    driver.stop()
    driver.stop()
    status = bed.ended(machine, command, 30.0)
    demand(status.state == "aborted", f"stopped in the middle it is {status.state}")
    bed.wait(1.0)
    demand(driver.state().running is False, "1 s after a stop it runs")
    emptied(bed, machine)
    return "aborted, and it stands"


@law("machine", "With an alarm that is not acknowledged programs are refused.", exempt=no_program)
def no_program_with_an_alarm(bed: Bed, machine: str) -> str:
    program = loaded(bed, machine)
    fault = bed.fault(machine)
    until_seen(bed, machine)
    driver = bed.drivers.machines[machine]
    refused = refusal(lambda: driver.program(bed.id(), program), "a program with an alarm")
    demand(refused.code is Refusal.ALARM, f"it is refused as {refused.code.name}")
    demand(driver.state().alarm is not None, "with an alarm `alarm` is None")
    driver.acknowledge(fault, "the conformance kit")
    demand(bed.until(lambda: driver.state().alarm is None, 5.0), "the alarm stays when it is acknowledged")
    emptied(bed, machine)
    return "refused, and gone when acknowledged"


@law("machine", "A driver that is not open sends nothing.")
def no_program_while_closed(bed: Bed, machine: str) -> str:
    driver = bed.drivers.machines[machine]
    bed.drivers.close()
    unsent(lambda: driver.program(bed.id(), _any_program(bed, machine)), "program")
    unsent(lambda: driver.set_door(bed.id(), True), "set_door")
    unsent(lambda: driver.set_clamp(bed.id(), False), "set_clamp")
    bed.drivers.open()
    return "refused"


def _any_program(bed: Bed, machine: str) -> str:
    programs = equipment_of(bed, machine).programs
    return programs[0].name if programs else "no such program"


@law("machine", "A state has the time at which it was true, and is fresh.")
def machine_states_are_fresh(bed: Bed, machine: str) -> str:
    bed.drivers.machines[machine].state()
    bed.wait(3.0 * bed.capabilities(machine).max_age)
    newest = bed.drivers.machines[machine].state().time  # before the clock: a driver may look when it is asked
    age, allowed = (bed.now() - newest) / 1e9, bed.capabilities(machine).max_age
    demand(0.0 <= age <= allowed, f"its state is {age:.3g} s old, {allowed:g} s is declared")
    return f"{1e3 * age:.3g} ms old"


@law("machine", "A refusal carries the device, the command, the time and the last state.")
def a_refused_program_says_what_about(bed: Bed, machine: str) -> str:
    command, began = bed.id(), bed.now()
    refused = refusal(lambda: bed.drivers.machines[machine].program(command, "no such program"), "a program that there is not")
    demand((refused.device, refused.command) == (machine, command), f"it names {refused.device!r} and {refused.command!r}")
    demand(began - 1e9 <= refused.time <= bed.now(), f"its time is {(refused.time - began) / 1e9:.3g} s from when it was asked")
    demand(isinstance(refused.last, MachineState), f"its last state is {refused.last!r}")
    return str(refused)
