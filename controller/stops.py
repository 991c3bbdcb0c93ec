"""Hold, resume, stop, abort: what is sent, and when the run is at rest.

Law: a stop waits for nothing. Its command is the first thing that an event answers, and the runner sends it before it writes;
nothing on this path asks the planner, the disk or a client. A hold is not a stop: robots end the motion they are in, machines
the program they are in, and the same plan goes on afterwards when nothing has changed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, assert_never

from immutables import Map

from cell.asked import Asked
from cell.commands import Acknowledge, Activate, StopAll, StopKind
from cell.events import LookMissed, OperatorAsked, RunEnded, StateChanged
from cell.run import STOPPED_GOES_ON, TELLS_AWAITED_LINKS, TELLS_UNSEEN, PackState
from controller import nevers, packml, recovery, storage
from controller.draft import Draft
from controller.packml import ENDED, Trigger
from controller.run_state import Belief, Flight, HoldReason

_AGAIN: Final[tuple[Trigger, ...]] = ("clear", "done", "reset", "done", "start")
"""From Aborted or Stopped to Starting; what means nothing there is passed over."""
KINDS: Final[dict[Asked, StopKind]] = {"stop": "hold", "quick stop": "quick", "abort": "power"}
"""What each word asks of devices; `stop` asks for more where a stop is under way."""
LINKING = 120.0  # s that a resume waits where a driver has to be started again
STANDSTILL = 5.0  # s for everything to report that it stands, after a stop; then the run ends without it


def go(d: Draft, trigger: Trigger, why: str) -> bool:
    """Takes the transition if there is one from here."""
    after = packml.after(d.pack, trigger)
    if after is None:
        return False
    d.say(StateChanged(d.now, d.subject, d.pack, after, why))
    d.pack = after
    return True


def asked(d: Draft, event: OperatorAsked) -> None:
    who = f"{event.who} asked"
    match event.what:
        case "start":
            if d.progress.plan is not None and not d.is_over:
                go(d, "start", who)
        case "hold":
            if packml.after(d.pack, "hold") is not None and d.trouble.hold is None:
                recovery.raise_hold(d, HoldReason("R702", f"{event.who} asked for a hold", ()))
        case "resume":
            if d.pack == "Held" and d.manual is None and not d.trouble.questions and not storage.holds_again(d):
                d.mend(is_looking=False)
                recovery.resumed(d)
                nevers.go_on(d)
                go(d, "unhold", who + _waiting(d))
                activate(d)
                acknowledge(d, event.who)
        case "stop":
            _stop(d, "quick" if d.pack == "Stopping" else KINDS["stop"], "stop", who)
        case "quick stop":
            _stop(d, KINDS["quick stop"], "stop", who)
        case "abort":
            _stop(d, KINDS["abort"], "abort", who)
        case "clear":
            go(d, "clear", who)
        case "reset":
            go(d, "reset", who)
        case "finish" | "manual" | "production":
            pass  # no matter of standing still: arrivals.py, manual_mode.py
        case _:
            assert_never(event.what)


def look_missed(d: Draft, event: LookMissed) -> None:
    """What went on meanwhile nobody saw. What holds or ends already stays so."""
    if packml.after(d.pack, "hold") is not None and d.trouble.hold is None:
        text = f"the controller did not look at anything for {event.seconds:.1f} s: look at the cell, then resume"
        recovery.raise_hold(d, HoldReason("R787", text, ()))


def awaited_links(belief: Belief) -> tuple[str, ...]:
    """The devices that a resume waits for: without a link, and with a fault that the link's coming ends."""
    return tuple(sorted(name for name in belief.cut if name in belief.devices and belief.devices[name].faults))


def _waiting(d: Draft) -> str:
    links = awaited_links(d.belief) if d.known.rules >= TELLS_AWAITED_LINKS else ()
    return f", and waits {LINKING:g} s at most for the link to {', '.join(links)}" if links else ""


def activate(d: Draft) -> None:
    """Power for every robot: at the start, and again after a stop may have taken it."""
    for robot in d.known.robots:
        if robot not in d.progress.busy and robot not in d.belief.cut:
            power(d, robot)


def power(d: Draft, robot: str) -> None:
    command = Activate(d.fresh_id("activate"), d.subject, robot)
    d.proceed(
        flights=d.progress.flights.set(command.id, Flight(robot, None, d.now)),
        busy=d.progress.busy.set(robot, command.id),
    )
    d.set_timer(f"late {command.id}", STANDSTILL)
    d.command(command)


def acknowledge(d: Draft, who: str) -> None:
    """Every fault that is there, for an operator who has looked at it."""
    for name, seen in d.belief.devices.items():
        for fault in seen.faults:
            d.command(Acknowledge(d.fresh_id("acknowledge"), d.subject, name, fault.code, who))


def rest(d: Draft, event_is_late: bool = False) -> None:
    """Lets acting states end whose end has come. `event_is_late`: the time for standing still is over."""
    match d.pack:
        case "Holding" if is_quiet(d):
            go(d, "done", f"everything that moves stands still{_unseen(d)}")
        case "Suspending" if is_quiet(d):
            go(d, "done", f"everything that moves stands still{_unseen(d)}")
        case "Stopping" | "Aborting" if is_quiet(d) or event_is_late:
            d.clear_timer("standstill")
            still = f"everything stands still{_unseen(d)}"
            go(d, "done", "not everything reported that it stands still" if event_is_late else still)
            if d.trouble.holds_then:
                begin_again(d)
            else:
                _end(d)
        case "Clearing" | "Resetting":
            go(d, "done", "nothing is left to clear")
        case _:
            pass


def _unseen(d: Draft) -> str:
    """A robot may finish what it has buffered while nobody sees it."""
    cut = sorted(d.belief.cut) if d.known.rules >= TELLS_UNSEEN else []
    return f", as far as is seen: {', '.join(cut)} {'has' if len(cut) == 1 else 'have'} no link" if cut else ""


def begin_again(d: Draft) -> None:
    """Of a run that was stopped or aborted: somebody has looked at the cell, and that clears it. It is for a hold to follow."""
    d.is_over = False
    d.mend(stopping=None, holds_then=False)
    for trigger in _AGAIN:
        go(d, trigger, "somebody has looked at the cell")


def complete(d: Draft) -> None:
    go(d, "complete", "all that the intent asks for is reached, or given up as it says")
    go(d, "done", "nothing is left to do")
    _end(d)


def is_quiet(d: Draft) -> bool:
    """Whether no robot, hand, door or clamp is on its way; a robot that stands still on its path is not. A program or an
    inspection may go on in its own device, a person at their work, and a conveyor may wait for a part, unless the stop is one
    that stops machines."""
    if d.trouble.stopping in ("quick", "power"):
        return not d.progress.flights
    return all(_may_go_on(d, flight.step, flight.device) for flight in d.progress.flights.values())


def _may_go_on(d: Draft, step: str | None, device: str) -> bool:
    if step is None:
        return device in d.known.devices
    if device in d.trouble.halted:
        return True
    return type(d.plan.steps[step].action).__name__ in ("RunProgram", "Inspect", "Treat", "Await", "Present")


def _stop(d: Draft, kind: StopKind, trigger: Trigger, who: str) -> None:
    """The command goes out even where the state does not change: twice is as good as once."""
    if d.pack in ("Stopped", "Aborted") or d.is_over:
        return
    d.proceed(flights=d.progress.flights.update({c: replace(f, is_stopped=True) for c, f in d.progress.flights.items()}))
    d.mend(stopping=kind, holds_then=False)
    d.command(StopAll(d.fresh_id("stop"), d.subject, kind))
    if go(d, trigger, who):
        d.set_timer("standstill", STANDSTILL)


def _end(d: Draft) -> None:
    ended: PackState = d.pack
    if ended in ENDED and not d.is_over:
        d.is_over = True
        if ended == "Complete" or d.context is None or d.context.rules < STOPPED_GOES_ON:
            d.timers = Map()
        d.say(RunEnded(d.now, d.subject, ended, ""))
