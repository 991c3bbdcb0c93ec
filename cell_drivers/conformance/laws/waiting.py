"""Laws of what is waited for: tool couplings, conveyors that bring parts, people who are asked."""

from __future__ import annotations

from cell.device import PersonWork
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.seen import NotTried, demand
from cell_drivers.conformance.trying import is_not_seen, refusal, unsent


@law("coupling", "A coupling says which tool it holds, by the cell's name.")
def a_coupling_says_what_it_holds(bed: Bed, robot: str) -> str:
    state = bed.drivers.couplings[robot].state()
    demand(state.robot == robot, f"it says that it is at {state.robot}")
    demand(
        state.tool is None or state.tool in bed.bench.assembly.cell.tools,
        f"it holds {state.tool!r}, which the cell does not have",
    )
    return f"holds {state.tool or 'nothing'}"


@law("coupling", "A tool that there is not is refused, and what it holds already is done.")
def a_coupling_knows_its_tools(bed: Bed, robot: str) -> str:
    coupling = bed.drivers.couplings[robot]
    refusal(lambda: coupling.couple(bed.id(), "no such tool"), "a tool that there is not")
    held = coupling.state().tool
    if held is None:
        return "refused; it holds nothing"
    command = bed.id()
    coupling.couple(command, held)
    bed.done(coupling.name, command)
    demand(coupling.state().tool == held, f"asked for what it held, it holds {coupling.state().tool}")
    return f"refused; {held} is done at once"


@law("coupling", "A driver that is not open sends nothing.")
def no_coupling_while_closed(bed: Bed, robot: str) -> str:
    coupling = bed.drivers.couplings[robot]
    tool = coupling.state().tool or next(iter(bed.bench.assembly.cell.tools))
    bed.drivers.close()
    unsent(lambda: coupling.uncouple(bed.id(), tool), "uncouple")
    bed.drivers.open()
    return "refused"


@law("supply", "A driver that is not open sends nothing.")
def no_part_while_closed(bed: Bed, supply: str) -> str:
    bed.drivers.close()
    unsent(lambda: bed.drivers.supplies[supply].present(bed.id(), "a part"), "present")
    bed.drivers.open()
    return "refused"


@law("supply", "One part at a time; a stop gives up the wait, and its command ends `aborted`.")
def a_supply_waits_and_gives_up(bed: Bed, supply: str) -> str:
    driver, command = bed.drivers.supplies[supply], bed.id()
    driver.present(command, f"{command} part")
    driver.present(command, f"{command} part")
    if bed.status(supply, command).is_final:
        raise NotTried("a part was there at once: nothing was waited for")
    other = bed.id()
    refusal(lambda: driver.present(other, f"{other} part"), "a second part while one is awaited")
    is_not_seen(bed, supply, other)
    driver.stop()
    driver.stop()
    status = bed.ended(supply, command, 10.0)
    demand(status.state == "aborted", f"given up, it is {status.state}")
    return "aborted, and a second stop changed nothing"


def work_for(bed: Bed, person: str) -> PersonWork:
    """Something that the person may be asked. Raises NotTried where the cell knows of nothing."""
    of = bed.bench.assembly.cell.people[person]
    found = next((offer for offer in of.offers), None)
    if found is None or bed.bench.hooks.part is None:
        raise NotTried("the bench has nothing to ask of them: an offer in the cell file, and a part where they work")
    try:
        bed.bench.hooks.part(bed.drivers, of.at, True)
    except KeyError:
        raise NotTried(f"the bench cannot put a part where {person} works") from None
    return PersonWork(found.verb, BENCH_PART, "", of.at)


BENCH_PART = "bench part"
"""What the hook `part` calls the part that it puts in."""


@law("person", "A person is awaited: `queued` until they begin, then `running`, `done` when they confirm. One work at a time.")
def a_person_is_awaited(bed: Bed, person: str) -> str:
    driver, work, command, other = bed.drivers.persons[person], work_for(bed, person), bed.id(), bed.id()
    driver.await_work(command, work)
    driver.await_work(command, work)
    state = bed.status(person, command).state
    demand(state in ("queued", "running"), f"asked, it is {state} at once")
    refusal(lambda: driver.await_work(other, work), "a second work while one is asked")
    bed.done(person, command, 600.0)
    told = [status.state for status in bed.told_to_the_end(person, command)]
    demand("running" in told and told[-1] == "done" and told.count("done") == 1, f"told: {', '.join(told)}")
    return ", ".join(told)


@law("person", "A driver that is not open shows nothing.")
def nothing_is_asked_while_closed(bed: Bed, person: str) -> str:
    work = work_for(bed, person)
    bed.drivers.close()
    unsent(lambda: bed.drivers.persons[person].await_work(bed.id(), work), "await_work")
    bed.drivers.open()
    return "refused"


@law("person", "What is withdrawn ends `aborted`, and twice is as good as once.")
def what_is_withdrawn_is_aborted(bed: Bed, person: str) -> str:
    driver, work, command = bed.drivers.persons[person], work_for(bed, person), bed.id()
    driver.await_work(command, work)
    driver.withdraw()
    driver.withdraw()
    status = bed.ended(person, command, 10.0)
    demand(status.state == "aborted", f"withdrawn, it is {status.state}")
    demand(driver.state().work is None, "withdrawn, it is still asked")
    return "aborted, and nothing is asked"


@law("person", "What an earlier driver has asked them the next one shows as asked.")
def what_was_asked_before_is_shown(bed: Bed, person: str) -> str:
    work = _asked_before(bed, person)[0]
    shown = bed.drivers.persons[person].state().work
    demand(shown is not None, "they are still asked, and a driver that was opened anew says that they are not")
    demand(
        shown is not None and (shown.verb, shown.part) == (work.verb, work.part),
        f"asked to {work.verb} {work.part}, a driver that was opened anew says {shown}",
    )
    return f"{work.verb} {work.part}, as it was asked before"


@law("person", "What an earlier driver has asked them the next one withdraws, though it never asked it.")
def what_was_asked_before_is_withdrawn(bed: Bed, person: str) -> str:
    _, command = _asked_before(bed, person)
    driver = bed.drivers.persons[person]
    driver.withdraw()
    demand(bed.until(lambda: not bed.is_asked(person), GONE), f"{GONE:g} s after `withdraw` they are still asked")
    demand(driver.state().work is None, "nothing is asked any more, and their driver says otherwise")
    status = driver.status(command)
    demand(status.state in ("aborted", "unknown"), f"withdrawn, it is {status.state}")
    return f"withdrawn by a driver that never asked it; it is {status.state}"


GONE = 5.0
"""s within which a screen has nothing on it any more."""


def _asked_before(bed: Bed, person: str) -> tuple[PersonWork, str]:
    """By a driver that is gone: another one was opened since. Raises NotTried where they are not asked any more."""
    work, command = work_for(bed, person), bed.id()
    bed.drivers.persons[person].await_work(command, work)
    bed.reconnect()
    if not bed.is_asked(person):
        raise NotTried("opened anew nothing is asked: `close` has withdrawn it, they were quick, or only their screen shows it")
    return work, command
