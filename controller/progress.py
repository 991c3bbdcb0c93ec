"""How a plan is worked off: which steps are due, when one may start, when it counts as done.

Law: a step starts when all its predecessors are confirmed (one in a branch not taken counts), all facts that it needs are
*observed*, and its device and claims are free. It is confirmed when the device says done *and* its effects are observed. The
set of due steps is kept up by counting predecessors down, so an event costs what it changes, not what the plan holds.
"""

from __future__ import annotations

from dataclasses import replace

from immutables import Map

from cell.events import PlanReleased, StepFailed, StepStarted, StepUnknown
from cell.run import UNCOUNTED_IS_BROKEN, WATCHES_NEVERS_ALWAYS
from cell.steps import (
    Await,
    Decide,
    Fact,
    Move,
    Present,
    Step,
)
from cell.steps import Inspect as InspectPart
from controller import confirming, effects, ledger, retiming
from controller.draft import Draft
from controller.plan_index import device_of, plan_index
from controller.run_state import Flight, Progress

GRACE = 3.0  # s from "done" to the observation of its effect
PATIENCE = 600.0  # s that a person may take to begin
OVERDUE = (5.0, 60.0)  # a command is given up as unknown after the first times its duration plus the second, in s


def adopt(d: Draft, event: PlanReleased) -> None:
    """Takes over a released plan. Nothing may be under way."""
    assert event.plan is not None
    index = plan_index(event.plan, d.run)
    old = d.progress
    d.believe(decided=d.belief.decided.update(dict(event.plan.tasks.decided)))
    d.progress = Progress(
        plan=index,
        number=event.number,
        waits=Map(index.waits),
        due=tuple(name for name, count in index.waits.items() if count == 0),
        left=len(index.steps),
        done_before=old.done_before + old.confirmed,
        total_before=old.done_before + old.confirmed,
        flights=old.flights,
        busy=old.busy,
        fastest=Map(event.fastest),
    )


def unmet(d: Draft, step: Step) -> Fact | None:
    """The first fact that the step needs and that is not observed."""
    return next((fact for fact in step.needs if not ledger.holds(d, fact)), None)


def is_startable(d: Draft, step: Step) -> bool:
    device = device_of(step.action)
    return (
        (device is None or device not in d.progress.busy)
        and not any(claim in d.progress.claims for claim in step.claims)
        and not is_silent(d, step)
        and unmet(d, step) is None
    )


def start(d: Draft, step: Step) -> None:
    """Claims the step and sends its command; a Decide is taken at once."""
    if isinstance(step.action, Decide):
        confirming.decide(d, step)
        return
    p = d.progress
    command = effects.command_of(d, step)
    device = device_of(step.action)
    assert device is not None
    match step.action:
        case InspectPart(outcome=outcome, part=part) | Await(outcome=outcome, part=part) if outcome:
            _forget(d, outcome, part)
        case _:
            pass
    d.proceed(
        status=p.status.set(step.id, "claimed"),
        due=tuple(name for name in p.due if name != step.id),
        flights=p.flights.set(command.id, Flight(device, step.id, d.now)),
        busy=p.busy.set(device, command.id),
        claims=p.claims.update(dict.fromkeys(step.claims, step.id)) if step.claims else p.claims,
    )
    d.first = d.now if d.first is None else d.first
    retiming.began(d)
    wait_for(d, command.id)
    d.command(command)


def wait_for(d: Draft, command: str) -> None:
    """From now on the command of a step has its time."""
    flight = d.progress.flights[command]
    if flight.step is not None:
        step = d.plan.steps[flight.step]
        d.set_timer(f"late {command}", OVERDUE[0] * step.duration + _patience(d, step))


def running(d: Draft, command: str) -> None:
    """The device has begun."""
    flight = d.progress.flights[command]
    if flight.step is None or d.progress.status.get(flight.step) != "claimed":
        return
    d.proceed(status=d.progress.status.set(flight.step, "started"))
    step = d.plan.steps[flight.step]
    match step.action:
        case Move(need) if d.belief.robots[need.robot].stance == need.start:
            ledger.leave_stance(d, need.robot)
        case _:
            pass
    d.say(StepStarted(d.now, d.about(step.id)))


def done(d: Draft, command: str) -> None:
    """The device says done. The step is confirmed as soon as its effects are seen."""
    flight = d.progress.flights[command]
    if flight.step is None:
        land(d, command)
        return
    running(d, command)
    d.proceed(flights=d.progress.flights.set(command, replace(flight, is_done=True)))
    d.set_timer(f"effect {command}", GRACE)
    settle(d, command)


def settle(d: Draft, command: str) -> None:
    """Confirms the step of a command that is done, if its effects are seen by now."""
    flight = d.progress.flights.get(command)
    if flight is None or flight.step is None or not flight.is_done:
        return
    step = d.plan.steps[flight.step]
    if effects.unseen_effect(d, step) is None:
        land(d, command)
        confirming.confirm(d, step)


def settle_all(d: Draft) -> None:
    for command, flight in tuple(d.progress.flights.items()):
        if flight.is_done:
            settle(d, command)


def land(d: Draft, command: str) -> None:
    """The command is over: its device, its claims and its timers are free again."""
    _leave_where_it_is(d, d.progress.flights[command])
    p = d.progress
    flight = p.flights[command]
    claims = p.claims
    if flight.step is not None:
        for claim in d.plan.steps[flight.step].claims:
            if claims.get(claim) == flight.step:
                claims = claims.delete(claim)
    d.proceed(
        flights=p.flights.delete(command),
        busy=p.busy.delete(flight.device) if p.busy.get(flight.device) == command else p.busy,
        claims=claims,
    )
    d.clear_timer(f"late {command}")
    d.clear_timer(f"effect {command}")


def _leave_where_it_is(d: Draft, flight: Flight) -> None:
    """A robot that does not come to the end of its motion is in any of the zones that this visits, for all that is known."""
    step = d.plan.steps[flight.step] if flight.step is not None and not flight.is_done else None
    if step is None or not isinstance(step.action, Move) or d.known.rules < WATCHES_NEVERS_ALWAYS:
        return
    robot = d.belief.robots[flight.device]
    if robot.stance == step.action.need.start and flight.device not in d.belief.cut:
        return
    visits = (visit.zone for visit in d.plan.plan.motions[step.motion or ""].visits)
    inside = tuple(dict.fromkeys((*robot.inside, *visits)))
    d.believe(robots=d.belief.robots.set(flight.device, replace(robot, inside=inside)))


def fail(d: Draft, step: str, event: str, code: str, text: str) -> None:
    """The step will not be confirmed. Its command may still be under way; it then serves no step any more."""
    _give_up(d, step)
    d.proceed(status=d.progress.status.set(step, "failed"))
    d.say(StepFailed(d.now, d.about(step), event, code, text))


def lose_sight(d: Draft, step: str, text: str) -> None:
    """Nobody knows what became of the step."""
    _give_up(d, step)
    d.proceed(status=d.progress.status.set(step, "unknown"))
    d.say(StepUnknown(d.now, d.about(step), text))


def wait_again(d: Draft, step: str) -> None:
    """Its command was never carried out: the step is due as if nothing had been sent."""
    p = d.progress
    due = tuple(sorted((*p.due, step), key=d.plan.position.__getitem__))
    d.proceed(status=p.status.delete(step), due=due)


def doubt(d: Draft, step: str, text: str) -> None:
    """Nobody knows what became of the step, and somebody will tell."""
    d.proceed(status=d.progress.status.set(step, "unknown"))
    d.say(StepUnknown(d.now, d.about(step), text))


def write_off(d: Draft, step: str) -> None:
    """A step in doubt was not carried out, and will not be in this plan."""
    d.proceed(status=d.progress.status.set(step, "failed"), left=d.progress.left - 1)


def _patience(d: Draft, step: Step) -> float:
    """s beyond its duration: nobody knows when a person comes, so they are waited for longer than any device; what brings parts
    without end has the time within which the next one comes."""
    match step.action:
        case Await():
            return PATIENCE
        case Present(supply=supply) if supply in d.known.endless:
            return OVERDUE[1] + d.known.endless[supply].every
        case _:
            return OVERDUE[1]


def _forget(d: Draft, outcome: str, part: str) -> None:
    """A new inspection is asked for: what an earlier one told is no answer to it."""
    if effects.told(d, outcome, part) is not None:
        left = tuple(entry for entry in d.belief.parts[part].part.outcomes if entry[0] != outcome)
        ledger.change_part(d, part, outcomes=left)


def is_silent(d: Draft, step: Step) -> bool:
    """Nothing is sent to a device whose state is stale, or that cannot be reached. Of a supply it is the count that is silent,
    which breaks a clause (waiting.py) and no more: it may bring all the same."""
    if not d.belief.silent and not d.belief.cut:
        return False
    is_count = isinstance(step.action, Present) and d.known.rules >= UNCOUNTED_IS_BROKEN
    silent, device = () if is_count else d.belief.silent, device_of(step.action)
    names = () if device is None else (device, device.split(".")[0])
    return any(name in silent or name in d.belief.cut for name in names)


def _give_up(d: Draft, step: str) -> None:
    p = d.progress
    for command, flight in p.flights.items():
        if flight.step == step:
            d.proceed(flights=p.flights.set(command, replace(flight, step=None)))
    claims = d.progress.claims
    for claim in d.plan.steps[step].claims:
        if claims.get(claim) == step:
            claims = claims.delete(claim)
    d.proceed(claims=claims, due=tuple(name for name in d.progress.due if name != step), left=d.progress.left - 1)
