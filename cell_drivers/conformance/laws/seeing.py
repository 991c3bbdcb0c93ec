"""Laws of what machines, signals and people are said to be: told as it is, or not known. What the controller goes by is tried."""

from __future__ import annotations

from cell.device import CommandStatus, MachineState, PersonState, SignalSample
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.laws.machining import emptied, leaves, loaded, longest, no_program, part, set_leaf
from cell_drivers.conformance.laws.waiting import work_for
from cell_drivers.conformance.seen import Broken, NotTried, demand


@law(
    "machine", "How far a program is lies between 0 and 1 and only grows; where none runs there is none, and no share of it.",
    exempt=no_program,
)  # fmt: skip
def a_program_goes_on_to_its_end(bed: Bed, machine: str) -> str:
    driver, program, command = bed.drivers.machines[machine], loaded(bed, machine), bed.id()
    _is_idle(driver.state())
    driver.program(command, program)
    seen: list[float] = []

    def is_over() -> bool:
        fraction = driver.state().fraction
        seen.extend([] if fraction is None else [fraction])
        return bed.status(machine, command).is_final

    demand(bed.until(is_over, longest(bed, machine), 0.05), "the program does not come to an end")
    beyond = [share for share in seen if not 0.0 <= share <= 1.0]
    demand(not beyond, f"a share of {beyond[:1]} is told")
    demand(seen == sorted(seen), "a program is told to be less far than it was")
    bed.wait(bed.capabilities(machine).max_age)
    _is_idle(driver.state())
    emptied(bed, machine)
    return f"{seen[0]:.2g} to {seen[-1]:.2g}" if seen else "it does not tell"


def _is_idle(state: MachineState) -> None:
    demand(state.running is not True, "it runs, and nobody asked")
    demand(state.work is None and state.fraction is None, f"nothing runs, and it is at {state.work!r}, {state.fraction!r}")


@law("machine", "Whether a part is there is told as it is, or is not known.")
def a_part_is_there_or_not(bed: Bed, machine: str) -> str:
    for what in leaves(bed, machine):
        set_leaf(bed, machine, what, is_open=True)
    seen = list[bool | None]()
    for is_there in (True, False, True, False):
        part(bed, machine, is_there)
        seen.append(bed.drivers.machines[machine].state().occupied)
        demand(seen[-1] in (None, is_there), f"a part is {'there' if is_there else 'gone'}, and `occupied` is {seen[-1]}")
    return "not known" if set(seen) == {None} else "as it is"


@law("signals", "A signal of a machine says what the machine's state says, or is not known.")
def signals_say_what_states_say(bed: Bed, _: str) -> str:
    told = 0
    cell, signals = bed.bench.assembly.cell, bed.drivers.signals
    for machine in bed.drivers.machines:
        own = {fact: signal for fact, signal in cell.equipment[machine].signals.items() if signal in signals.signals}
        for is_open in (True, False, True):
            for what in leaves(bed, machine):
                set_leaf(bed, machine, what, is_open)
            bed.wait(bed.capabilities(machine).max_age)
            told += sum(_agree(fact, signals.read(signal), bed.drivers.machines[machine].state()) for fact, signal in own.items())
    if not told:
        raise NotTried("no signal that is known reports a machine of this driver")
    return f"{told} times the same"


def _agree(fact: str, sample: SignalSample, state: MachineState) -> bool:
    """Whether there was anything to hold against each other. Raises Broken where the two say otherwise."""
    says: dict[str, object] = {
        "door": state.door,
        "clamp": state.clamp,
        "occupied": None if state.occupied is None else "occupied" if state.occupied else "free",
        "spindle": None if state.running is None else "running" if state.running else "stopped",
        "alarm": state.alarm is not None,
    }
    if sample.value is None or says.get(fact) is None:
        return False
    if sample.value != says[fact]:
        raise Broken(f"{sample.name} is {sample.value!r}, and by its state {state.device} is {says[fact]!r}")
    return True


@law("person", "What is asked of a person, and whether they have begun it, is in their state as it is told of the command.")
def a_person_is_at_what_is_asked(bed: Bed, person: str) -> str:
    driver, work, command = bed.drivers.persons[person], work_for(bed, person), bed.id()
    demand(driver.state().work is None and not driver.state().is_working, "nothing is asked, and they are at work")
    driver.await_work(command, work)
    looks = list[tuple[CommandStatus, PersonState]]()

    def is_over() -> bool:
        looks.append((bed.status(person, command), driver.state()))
        return looks[-1][0].is_final

    bed.until(is_over, 600.0, 0.2)
    under_way = [(status.state, state) for status, state in looks if not status.is_final]
    demand(all(state.work == work for _, state in under_way), "something is asked, and their state says otherwise")
    # A state may be as old as it declares, and a person begins between two looks: what is told three times in a row was so.
    steady = [(said, state) for (a, _), (said, state), (b, _) in zip(under_way, under_way[1:], under_way[2:], strict=False)
              if a == said == b]  # fmt: skip
    demand(
        all(state.is_working is (said == "running") for said, state in steady),
        "the command is running, or is not, and `is_working` says otherwise",
    )
    bed.wait(0.2)
    demand(driver.state().work is None and not driver.state().is_working, "they are done, and something is still asked")
    return f"{len(steady)} looks"
