"""Another controller goes on with the run: the moments of its clock, and what is to be seen anew before anything is sent.

Law: what another controller believed that a device can show is forgotten until the device has shown it; where parts are, what was
reached and what was tried stays, for no device can tell it. Nothing moves until an operator resumes. What was under way stays
under way until its device says what became of it (controller/inquiry.py asks). A run that was stopped or aborted is gone on with
as one whose controller was killed: it begins again as far as a hold, with all that it had come to. One that was being stopped
is stopped first.
"""

from __future__ import annotations

from dataclasses import replace

from immutables import Map

from cell.commands import SetSpeed, StopAll
from cell.events import RunResumed
from cell.run import EACH_FAULT_STANDS, FORGETS_WHAT_WAS_UNTOLD, STOP_BROKEN_OFF_HOLDS
from controller import alarms, jogging, progress, recovery, speeds, stops, sums
from controller.draft import Draft
from controller.run_state import DeviceBelief, HandBelief, HoldReason, RunState

ABOUT_DEVICES = ("late", "effect", "silent", "unseen", "alarms", "needs", "standstill")
"""The timers that wait for a device: it is asked anew."""
ENDING = 30.0  # s that a command which serves no step any more may still take


def shifted(state: RunState, shift: int) -> RunState:
    """The same state with every moment of it `shift` ns later: as another clock has it."""
    if shift == 0:
        return state
    trouble, p = state.trouble, state.progress
    since = trouble.starved_since
    return replace(
        state,
        now=state.now + shift,
        belief=replace(state.belief, arrived=_later(state.belief.arrived, shift), tended=_later(state.belief.tended, shift)),
        progress=replace(
            p,
            begun=None if p.begun is None else p.begun + shift,
            flights=Map({command: replace(flight, sent=flight.sent + shift) for command, flight in p.flights.items()}),
        ),
        trouble=replace(
            trouble,
            opened=_later(trouble.opened, shift),
            starved_since=None if since is None else since + shift,
            paces=Map({loop: replace(paced, first=paced.first + shift) for loop, paced in trouble.paces.items()}),
        ),
        timers=_later(state.timers, shift),
        first=None if state.first is None else state.first + shift,
        last=None if state.last is None else state.last + shift,
        alarms=alarms.shifted(state.alarms, shift),
        sums=sums.shifted(state.sums, shift),
    )


def taken_over(d: Draft, event: RunResumed) -> None:
    """The state has the moments of the new clock already."""
    for timer in tuple(d.timers):
        if timer.split(" ")[0] in ABOUT_DEVICES:
            d.clear_timer(timer)
    _forget(d)
    jogging.left_behind(d)
    d.mend(is_looking=True)
    for command, flight in tuple(d.progress.flights.items()):
        before = replace(flight, is_done=False, is_of_before=True, is_withdrawn=False)
        if d.known.rules >= FORGETS_WHAT_WAS_UNTOLD:
            before = replace(before, is_untold=False, is_shown=None)
        d.proceed(flights=d.progress.flights.set(command, before))
        d.set_timer(f"late {command}", ENDING)
        progress.wait_for(d, command)
    if d.is_over:
        was = d.pack
        stops.begin_again(d)
        _hold(d, HoldReason("R786", f"it was {was.lower()}: look at the cell, then resume", ()))
        return
    if d.pack in ("Stopping", "Aborting"):
        _stop_again(d)
        return
    _hold(d, HoldReason("R760", "its controller was gone: look at the cell, then resume", ()))


def _stop_again(d: Draft) -> None:
    """It may have been heard by nobody. That it is held afterwards is said now: so whoever confirms the look has been told."""
    d.command(StopAll(d.fresh_id("stop"), d.subject, d.trouble.stopping or "hold"))
    d.set_timer("standstill", stops.STANDSTILL)
    if d.known.rules >= STOP_BROKEN_OFF_HOLDS:
        d.mend(holds_then=True)
        _hold(d, HoldReason("R786", "it was being stopped: look at the cell, then resume", ()))


def _hold(d: Draft, reason: HoldReason) -> None:
    if d.trouble.ahead is not None:
        d.mend(ahead=None, passed_over=d.trouble.passed_over + 1)
    if d.trouble.mode == "planning":  # whoever was asked has gone
        d.mend(mode="draining", replan=d.trouble.replan or "asked again")
    recovery.raise_hold(d, reason)


def goes_on(d: Draft) -> None:
    """A command of before is under way. A robot goes as fast as it may by what is seen of zones; it may not have heard so."""
    speeds.set_speeds(d, "another controller goes on")
    sent = {command.robot: command.id for command in d.send if isinstance(command, SetSpeed)}
    d.mend(halted=d.trouble.halted.update({name: sent[name] for name in d.trouble.halted if name in sent}))


def _forget(d: Draft) -> None:
    """But where robots stand: stances may share their joint positions, and the one believed is looked for first. The look says
    which of them do not stand there."""
    belief, keeps_lines = d.belief, d.known.rules >= EACH_FAULT_STANDS
    faults = {
        name: tuple(fault if keeps_lines else replace(fault, because=()) for fault in seen.faults)
        for name, seen in belief.devices.items()
    }
    d.believe(
        robots=Map({name: replace(seen, fraction=None) for name, seen in belief.robots.items()}),
        hands=Map({name: HandBelief(None, seen.part) for name, seen in belief.hands.items()}),
        devices=Map({name: DeviceBelief(None, None, None, stand) for name, stand in faults.items()}),
        silent=(),
        cut=Map(),
        served=Map({key: lines for key, lines in belief.served.items() if key.split(" ")[0] not in ("silent", "link")}),
    )


def _later(moments: Map[str, int], shift: int) -> Map[str, int]:
    return Map({name: moment + shift for name, moment in moments.items()})
