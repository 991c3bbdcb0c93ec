"""Manual mode: a robot moves while somebody holds a key, and nothing else does.

Law: nothing is moved that was not proved to its end from where the robots stand now, and nothing goes on without a key that is
held: its end is a stop, which waits for nothing. A jog is refused and says why; it is never made slower or shorter in silence,
but for where its way ends. Production goes on only once somebody leaves manual mode and resumes, and then the rest is planned
from where the robots are found.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from cell.commands import RequestJog, StartMotion, StopAll, Subject
from cell.events import (
    CommandReported,
    JogAsked,
    JogEnded,
    JogLeft,
    JogRefused,
    NoWay,
    WayFound,
)
from cell.jog import Jog, WantedJog, lasts
from controller import keeping_out, ledger, manual_mode, progress, recovery, speeds
from controller.cell_view import cell_state
from controller.draft import Draft, as_it_is
from controller.run_state import Belief, Flight, HoldReason, RunState, Way

NOT_NOW, NO_WAY = "R780", "R781"
SPENT = "the key is held no more"
STOPPED = "everything was stopped"
OTHERWISE = "the cell is not seen as it was when the way was proved"
UNSEEN = "nobody sees any more what became of it"

# --- what comes --------------------------------------------------------------------------------------------------------


def taken_in(d: Draft, event: JogAsked | JogLeft | WayFound | NoWay) -> None:
    match event:
        case JogAsked():
            _asked(d, event)
        case JogLeft():
            _left(d, event)
        case WayFound():
            _found(d, event)
        case NoWay():
            _not_found(d, event)
        case _:
            assert_never(event)


def _asked(d: Draft, event: JogAsked) -> None:
    why = manual_mode.why_not(as_it_is(d), event.jog, event.terminal)
    if why is not None and d.manual is not None and not manual_mode.is_at_work(d.manual, event.terminal):
        d.jog(wanted=event.jog)  # a terminal has one key at a time: whichever was held before is not any more
        _refuse(d, event.jog, NOT_NOW, why)
        return
    if why is not None:
        d.say(JogRefused(d.now, d.subject, event.jog, NOT_NOW, why))
        return
    d.jog(wanted=event.jog, who=event.who, terminal=event.terminal, is_held=event.is_held, refused="")


def _left(d: Draft, event: JogLeft) -> None:
    if d.manual is None or event.terminal != d.manual.terminal:
        return
    d.jog(is_held=False)
    _stop(d, event.why)


def _found(d: Draft, event: WayFound) -> None:
    if d.manual is None or event.request != d.manual.asked:
        return
    d.jog(asked="", way=Way(event, d.belief.robots[event.jog.robot].stance))


def _not_found(d: Draft, event: NoWay) -> None:
    if d.manual is None or event.request != d.manual.asked:
        return
    d.jog(asked="", way=None)
    if event.jog == d.manual.wanted:
        _refuse(d, event.jog, NO_WAY, "; ".join(diagnostic.message for diagnostic in event.diagnostics))


def reported(d: Draft, event: CommandReported) -> bool:
    """Whether it is about the command that moves a robot by hand."""
    if d.manual is None or not d.manual.flight or event.command != d.manual.flight:
        return False
    moved = d.manual.moved
    assert moved is not None
    match event.status:
        case "running":
            recovery.replan(d, f"{moved.robot} was jogged")
        case "not begun":
            _end(d, d.manual.stopping or event.text)
        case "refused":
            _end(d, event.text)
            _refuse(d, moved, NOT_NOW, f"{moved.robot}: {event.text}")
        case "done":
            recovery.replan(d, f"{moved.robot} was jogged")
            _rest(d)
        case "aborted":
            recovery.replan(d, f"{moved.robot} was jogged")
            flight = d.progress.flights.get(event.command)
            why = d.manual.stopping or (STOPPED if flight is not None and flight.is_stopped else "")
            _end(d, why or event.text)
            if not why:
                _refuse(d, moved, NOT_NOW, f"{moved.robot}: {event.text}")
        case "unknown":
            text = f"{moved.robot}: {event.text}"
            recovery.replan(d, text)
            _end(d, event.text)
            _refuse(d, moved, NOT_NOW, text)
            recovery.raise_hold(d, HoldReason("R709", text, ()))
    return True


def seen(d: Draft, before: RunState) -> None:
    """Called behind every event, with the state before it: no way is gone in a cell that is not as it was proved in. One that was
    found, or is looked for, is asked for anew; a robot that is under way is stopped."""
    if d.manual is None or d.context is None or d.belief is before.belief:
        return
    moved = d.manual.moved
    if _around(d, before.belief) == _around(d, d.belief) or d.manual.stopping:
        return
    if moved is None:
        d.jog(asked="", way=None)
    else:
        _stop(d, OTHERWISE)
        _refuse(d, moved, NOT_NOW, OTHERWISE)


def heard_badly(d: Draft, device: str, text: str) -> None:
    """More of its answers are late or lost than may be, as `text` says."""
    if d.manual is None or d.manual.moved is None or d.manual.moved.robot != device or d.manual.stopping:
        return
    moved = d.manual.moved
    _stop(d, text)
    _refuse(d, moved, NOT_NOW, text)


def _around(d: Draft, belief: Belief) -> tuple[object, ...]:
    """What a way is proved among, but for where the robot stands that is moved. Who may run, and who is near, is `hindrance`."""
    assert d.manual is not None
    state, moved = cell_state(d.known, belief, d.now), d.manual.moved
    parts = {part.id: (part.kind, part.location) for part in state.parts}
    stances = {name: stance for name, stance in state.stances.items() if moved is None or name != moved.robot}
    devices = {name: (device.door_open, device.clamped) for name, device in state.devices.items()}
    return parts, stances, devices, state.mounts


# --- what follows ------------------------------------------------------------------------------------------------------


def go_on(d: Draft) -> None:
    """Called behind every event: asks for a way, starts it, stops what must not go on."""
    if d.manual is None:
        return
    if d.is_over:
        d.manual = None
        return
    if d.manual.flight:
        _watch(d)
    if d.pack != "Held":
        if not d.manual.flight:
            manual_mode.leave(d, "")
        return
    wanted = d.manual.wanted
    if wanted is None or d.manual.flight or d.manual.asked or wanted.robot in d.progress.busy:
        return  # it is moved already, or gets power first
    if (why := manual_mode.hindrance(d, wanted)) is not None:
        _refuse(d, wanted, NOT_NOW, why)
    elif not _fits(d, wanted):
        _request(d, wanted)
    elif d.manual.is_held:
        _start(d)


def _watch(d: Draft) -> None:
    """A robot is under way. Whatever else than a key breaks it off takes the key too: nothing goes on by itself afterwards."""
    assert d.manual is not None
    moved = d.manual.moved
    assert moved is not None
    if d.manual.flight not in d.progress.flights:
        recovery.replan(d, f"{moved.robot} was jogged")
        _end(d, UNSEEN)
        _refuse(d, moved, NOT_NOW, UNSEEN)
    elif d.pack != "Held":
        pass  # it is stopped with everything else
    elif d.progress.flights[d.manual.flight].is_stopped and not d.manual.stopping:
        d.jog(stopping=STOPPED)
        _refuse(d, d.manual.wanted or moved, NOT_NOW, STOPPED)
    elif not d.manual.is_held:
        _stop(d, SPENT)
    elif d.manual.wanted != moved:
        _stop(d, "another key is held")
    elif (why := manual_mode.hindrance(d, moved)) is not None:
        _stop(d, why)
        _refuse(d, moved, NOT_NOW, why)


def _fits(d: Draft, wanted: Jog) -> bool:
    """Whether the newest way is one for it, from where the robot stands, into nothing that is closed by now."""
    way = d.manual.way if d.manual is not None else None
    if way is None or way.found.jog != wanted or way.stance is None or d.belief.robots[wanted.robot].stance != way.stance:
        return False
    return not set(way.found.zones) & set(keeping_out.closed(d, wanted.robot))


def _request(d: Draft, wanted: Jog) -> None:
    if d.belief.robots[wanted.robot].stance is None:
        return  # it is waited for until it is seen to stand
    asked = WantedJog(wanted, keeping_out.closed(d, wanted.robot), lasts(wanted, d.known.robots[wanted.robot].on_link_loss))
    request = RequestJog(d.fresh_id("way"), d.subject, asked, cell_state(d.known, d.belief, d.now))
    d.jog(asked=request.id, way=None)
    d.command(request)


def _start(d: Draft) -> None:
    assert d.manual is not None
    assert d.manual.way is not None
    found = d.manual.way.found
    robot = found.jog.robot
    command = StartMotion(d.fresh_id("jog"), Subject(d.run, found.of.plan or "", motion=found.of.motion or ""), robot)
    d.proceed(
        flights=d.progress.flights.set(command.id, Flight(robot, None, d.now)),
        busy=d.progress.busy.set(robot, command.id),
    )
    ledger.leave_stance(d, robot)
    known = d.belief.robots[robot]
    inside = tuple(dict.fromkeys((*known.inside, *found.zones)))
    d.believe(robots=d.belief.robots.set(robot, replace(known, inside=inside)))
    d.first = d.now if d.first is None else d.first
    d.jog(flight=command.id, moved=found.jog, stopping="")
    speeds.before_jog(d, robot)
    d.command(command)


def _stop(d: Draft, why: str) -> None:
    """Once: the stop is sent before anything is written."""
    if d.manual is None or not d.manual.flight or d.manual.stopping:
        return
    flight = d.progress.flights.get(d.manual.flight)
    if flight is not None:
        d.proceed(flights=d.progress.flights.set(d.manual.flight, replace(flight, is_stopped=True)))
    d.jog(stopping=why)
    d.command(StopAll(d.fresh_id("stop"), d.subject, "hold"))


def _rest(d: Draft) -> None:
    """It has come to the end of its way."""
    assert d.manual is not None
    assert d.manual.way is not None
    found = d.manual.way.found
    known = d.belief.robots[found.jog.robot]
    d.believe(robots=d.belief.robots.set(found.jog.robot, replace(known, inside=found.ends_in)))
    _end(d, found.ends_because or "its way is at its end")


def _end(d: Draft, why: str) -> None:
    assert d.manual is not None
    moved = d.manual.moved
    assert moved is not None
    if d.manual.flight in d.progress.flights:
        progress.land(d, d.manual.flight)
    d.say(JogEnded(d.now, d.subject, moved, why))
    wanted = d.manual.wanted if d.manual.is_held else None
    d.jog(flight="", moved=None, stopping="", way=None, wanted=wanted)


def _refuse(d: Draft, jog: Jog, code: str, why: str) -> None:
    """Whoever holds the key has to let go of it before another jog."""
    d.say(JogRefused(d.now, d.subject, jog, code, why))
    if d.manual is not None and jog == (d.manual.wanted or jog):
        d.jog(wanted=None, is_held=False, refused=why)


def left_behind(d: Draft) -> None:
    """Another controller has taken over: whoever held a key held it for the one before, so nothing goes on for it."""
    if d.manual is None:
        return
    if d.manual.flight and d.manual.moved is not None:
        recovery.replan(d, f"{d.manual.moved.robot} was jogged")
        _stop(d, "its controller was gone")
    d.manual = None
