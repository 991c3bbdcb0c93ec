"""What became of the commands of another controller, by what their devices say and show; what nobody can tell is asked.

Law: nothing is guessed and nothing is done twice. A command that its device never got has changed nothing, and its step waits
again under the same id. One that its device cannot tell of is under way as long as the device shows no rest; a coupling shows
which tool it holds and never whether it moves, so it is at rest when that is the right one, or after its time, and a person when
nothing is shown to them any more. Then it counts as done where its effect is seen, or what it was to tell was told. Where it is
not it is planned anew, if it names a state to reach or a device only looks: twice is as good as once. Anything else is asked, and
nobody is asked twice to look; so is a motion along a path, whose robot stands after it where it stood before.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from cell.driver import coupling_name
from cell.run import ASKS_OF_PATHS, ASKS_PEOPLE_ONCE, WAITS_FOR_COUPLINGS
from cell.steps import (
    Await,
    Couple,
    Decide,
    Drive,
    Grip,
    Inspect,
    Move,
    Present,
    Release,
    RunProgram,
    Service,
    SetClamp,
    SetDoor,
    Step,
    Treat,
    Uncouple,
)
from controller import confirming, effects, progress, questions, recovery
from controller.draft import SECOND, Draft
from controller.run_state import Flight, RunState


def awaited(state: RunState) -> tuple[str, ...]:
    """In words, for whoever looks at a run that comes to rest: the devices of which nobody can tell whether they are through, and
    for how long they are waited for. Who is awaited of people is said in awaited.py."""
    people = state.context.people if state.context is not None else ()
    untold = sorted((f.device, f"late {command}") for command, f in state.progress.flights.items() if f.is_untold)
    left = {device: state.timers[timer] - state.now for device, timer in untold if device not in people and timer in state.timers}
    words = "{}, which cannot tell whether it is through, for {:.0f} s at most"
    return tuple(words.format(device, max(0, nanoseconds) / SECOND) for device, nanoseconds in left.items())


def not_begun(d: Draft, command: str) -> None:
    flight = d.progress.flights[command]
    progress.land(d, command)
    if flight.step is not None:
        progress.wait_again(d, flight.step)


def unknown(d: Draft, command: str) -> None:
    """Its device cannot tell."""
    flight = d.progress.flights[command]
    d.proceed(flights=d.progress.flights.set(command, replace(flight, is_untold=True)))
    if flight.step is not None and flight.device not in d.known.people and _hides_motion(d, flight):
        d.set_timer(f"late {command}", progress.OVERDUE[0] * d.plan.steps[flight.step].duration)
    _settle(d, command)


def settle_all(d: Draft) -> None:
    """Called when anything has happened: a device of which nothing was told may be at rest by now."""
    for command, flight in tuple(d.progress.flights.items()):
        if flight.is_untold:
            _settle(d, command)


def _settle(d: Draft, command: str) -> None:
    flight = d.progress.flights[command]
    if _is_at_rest(d, flight.device) and not _hides_motion(d, flight):
        _come_to_rest(d, command)


def time_is_over(d: Draft, command: str) -> bool:
    """Whether that brings a command to rest of which nothing is told: its device is through with it, and does not show so."""
    flight = d.progress.flights[command]
    is_over = flight.is_untold and not flight.is_shown and _hides_motion(d, flight)
    if is_over:
        _come_to_rest(d, command)
    return is_over


def _come_to_rest(d: Draft, command: str) -> None:
    flight = d.progress.flights[command]
    progress.land(d, command)
    if flight.step is None:
        return
    step = d.plan.steps[flight.step]
    text = f"{flight.device} cannot say what became of {command}"
    is_seen = effects.unseen_effect(d, step) is None
    is_either = is_seen and _comes_back(step) and d.known.rules >= ASKS_OF_PATHS
    if (_shows(step) or _has_told(d, step)) and is_seen and not is_either:
        confirming.confirm(d, step)
    elif _may_be_asked_again(step) and not is_either and not questions.may_have_told(d, step):
        _give_up(d, step, text)
    else:
        _ask(d, step, text, flight.device if _hides_work(d, flight.device) else "")


def no_effect(d: Draft, step: Step) -> None:
    """Its device says done. What a device has to show or to tell it can be asked for anew; a person is not."""
    text = f"nobody heard or sees that {effects.unseen_effect(d, step)}"
    if questions.may_have_told(d, step):
        _ask(d, step, text)
    else:
        _give_up(d, step, text)


def _ask(d: Draft, step: Step, text: str, hides: str = "") -> None:
    progress.doubt(d, step.id, text)
    questions.ask_what_became_of(d, step, hides)


def _is_at_rest(d: Draft, device: str) -> bool:
    """As far as it shows: a robot that stands, jaws that are open or closed, a door and a clamp that are somewhere, no work."""
    robot, hand, seen = d.belief.robots.get(device), d.belief.hands.get(device), d.belief.devices.get(device)
    known = d.known.devices.get(device)
    if robot is not None:
        return robot.stance is not None
    if hand is not None:
        return hand.grip is not None
    if seen is None or known is None:
        return True
    moves = (known.door is not None and seen.door_open is None) or (known.clamp is not None and seen.clamped is None)
    return not moves and not seen.running


def _hides_motion(d: Draft, flight: Flight) -> bool:
    """Whether it may be at it for all that is seen: a coupling that does not hold what it was told to; a person, unless it is
    seen that nothing is shown to them: what they are at without a link they tell when there is one."""
    if flight.device in d.known.people:
        return d.known.rules >= ASKS_PEOPLE_ONCE and flight.is_shown is not False
    if d.known.rules < WAITS_FOR_COUPLINGS or flight.device not in map(coupling_name, d.known.robots):
        return False
    return flight.step is None or effects.unseen_effect(d, d.plan.steps[flight.step]) is not None


def _hides_work(d: Draft, device: str) -> bool:
    """Whether it looks at rest for want of anything that tells otherwise."""
    known = d.known.devices.get(device)
    is_seen = device in d.belief.robots or device in d.belief.hands
    return not is_seen and (known is None or known.running is None)


def _give_up(d: Draft, step: Step, text: str) -> None:
    """Nobody heard what became of the step: the rest is planned from what is seen."""
    progress.lose_sight(d, step.id, text)
    recovery.replan(d, text)


def _has_told(d: Draft, step: Step) -> bool:
    """Whether what it was to tell was told since it was sent: what was told before was forgotten then."""
    match step.action:
        case Inspect(outcome=outcome, part=part) | Await(outcome=outcome, part=part) if outcome:
            return d.known.rules >= ASKS_PEOPLE_ONCE and effects.told(d, outcome, part) is not None
        case _:
            return False


def _shows(step: Step) -> bool:
    """Whether its device shows that it is done, whoever commanded it."""
    match step.action:
        case Move() | Grip() | Release() | Couple() | Uncouple() | SetDoor() | SetClamp():
            return True
        case RunProgram() | Treat() | Service() | Drive() | Present() | Inspect() | Await() | Decide():
            return False
    assert_never(step.action)


def _comes_back(step: Step) -> bool:
    """Whether its effect is seen before it as well as after it."""
    return isinstance(step.action, Move) and step.action.need.start == step.action.need.end


def _may_be_asked_again(step: Step) -> bool:
    match step.action:
        case Move() | Grip() | Release() | Couple() | Uncouple() | SetDoor() | SetClamp() | Inspect() | Decide():
            return True
        case Await(outcome=outcome):
            return outcome != ""
        case RunProgram() | Treat() | Service() | Drive() | Present():
            return False
    assert_never(step.action)
