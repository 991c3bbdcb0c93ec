"""How a plan is worked off: which steps are due, when one may start, when it counts as done.

Law: a step starts when all its predecessors are confirmed (one in a branch not taken counts), all facts that it needs are
*observed*, and its device and claims are free. It is confirmed when the device says done *and* its effects are observed. The
set of due steps is kept up by counting predecessors down, so an event costs what it changes, not what the plan holds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from immutables import Map

from cell.commands import Grip, Inspect, Release, SetClamp, SetDoor, StartMotion, StartProgram, StepCommand
from cell.events import BranchTaken, GoalReached, PlanReleased, StepConfirmed, StepFailed, StepStarted, StepUnknown
from cell.state import InPlace
from cell.steps import (
    Decide,
    Fact,
    Move,
    RunProgram,
    Step,
)
from cell.steps import Grip as GripPart
from cell.steps import Inspect as InspectPart
from cell.steps import Release as ReleasePart
from cell.steps import SetClamp as Clamp
from cell.steps import SetDoor as Door
from cell.task_plan import Choice
from controller import ledger
from controller.draft import Draft
from controller.plan_index import device_of, plan_index
from controller.run_state import DeviceBelief, Flight, HandBelief, Progress

GRACE = 3.0  # s from "done" to the observation of its effect
OVERDUE = (3.0, 60.0)  # a command is given up as unknown after the first times its duration plus the second, in s


def adopt(d: Draft, event: PlanReleased) -> None:
    """Takes over a released plan. Nothing may be under way."""
    assert event.plan is not None
    index = plan_index(event.plan, d.run)
    old = d.progress
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
    )


def unmet(d: Draft, step: Step) -> Fact | None:
    """The first fact that the step needs and that is not observed."""
    return next((fact for fact in step.needs if not ledger.holds(d, fact)), None)


def is_startable(d: Draft, step: Step) -> bool:
    device = device_of(step.action)
    return (
        (device is None or device not in d.progress.busy)
        and not any(claim in d.progress.claims for claim in step.claims)
        and not _is_silent(d, step)
        and unmet(d, step) is None
    )


def start(d: Draft, step: Step) -> None:
    """Claims the step and sends its command; a Decide is taken at once."""
    if isinstance(step.action, Decide):
        _decide(d, step)
        return
    p = d.progress
    command = command_of(d, step)
    device = device_of(step.action)
    assert device is not None
    if isinstance(step.action, InspectPart):
        _forget(d, step.action.outcome, step.action.part)
    d.proceed(
        status=p.status.set(step.id, "claimed"),
        due=tuple(name for name in p.due if name != step.id),
        flights=p.flights.set(command.id, Flight(device, step.id, d.now)),
        busy=p.busy.set(device, command.id),
        claims=p.claims.update(dict.fromkeys(step.claims, step.id)) if step.claims else p.claims,
    )
    d.first = d.now if d.first is None else d.first
    d.set_timer(f"late {command.id}", OVERDUE[0] * step.duration + OVERDUE[1])
    d.command(command)


def command_of(d: Draft, step: Step) -> StepCommand:
    """The command that carries a step out; its id is unique in the run and the same on every replay."""
    id, of = f"{d.run}/{d.progress.number}.{step.id}", d.about(step.id)
    match step.action:
        case Move(need):
            return StartMotion(id, of, need.robot)
        case GripPart(tool, hand, _, force):
            return Grip(id, of, tool, hand, force)
        case ReleasePart(tool, hand, _):
            return Release(id, of, tool, hand)
        case Door(machine, is_open):
            return SetDoor(id, of, machine, is_open)
        case Clamp(machine, is_closed):
            return SetClamp(id, of, machine, is_closed)
        case RunProgram(machine, program, _):
            return StartProgram(id, of, machine, program)
        case InspectPart(station, outcome, _):
            return Inspect(id, of, station, outcome)
        case Decide():
            raise ValueError(f"{step.id} decides; it commands nothing")
    assert_never(step.action)


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
    if unseen_effect(d, step) is None:
        land(d, command)
        _confirm(d, step)


def settle_all(d: Draft) -> None:
    for command, flight in tuple(d.progress.flights.items()):
        if flight.is_done:
            settle(d, command)


def unseen_effect(d: Draft, step: Step) -> str | None:
    """What has to be seen before the step counts as done and is not, in words."""
    match step.action:
        case Move(need):
            return None if d.belief.robots[need.robot].stance == need.end else f"{need.robot} stands where the motion ends"
        case GripPart(tool, hand, part, _):
            seen = d.belief.hands.get(f"{tool}.{hand}", HandBelief())
            return None if seen.grip == "held" and seen.part == part else f"{tool}.{hand} holds {part}"
        case ReleasePart(tool, hand, _):
            seen = d.belief.hands.get(f"{tool}.{hand}", HandBelief())
            return None if seen.grip == "open" and seen.part is None else f"{tool}.{hand} is open"
        case Door(machine, is_open):
            now = d.belief.devices.get(machine, DeviceBelief()).door_open
            return None if now is is_open else f"the door of {machine} is {'open' if is_open else 'closed'}"
        case Clamp(machine, is_closed):
            now = d.belief.devices.get(machine, DeviceBelief()).clamped
            return None if now is is_closed else f"the clamp of {machine} is {'closed' if is_closed else 'open'}"
        case RunProgram(machine, _, _):
            return f"{machine} stands still" if d.belief.devices.get(machine, DeviceBelief()).running else None
        case InspectPart(_, outcome, part):
            return None if told(d, outcome, part) is not None else f"{outcome} of {part} is told"
        case Decide():
            return None
    assert_never(step.action)


def land(d: Draft, command: str) -> None:
    """The command is over: its device, its claims and its timers are free again."""
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


def told(d: Draft, outcome: str, part: str) -> str | None:
    known = d.belief.parts.get(part)
    return None if known is None else next((value for name, value in known.part.outcomes if name == outcome), None)


def _forget(d: Draft, outcome: str, part: str) -> None:
    """A new inspection is asked: what an earlier one told is no answer to it."""
    if told(d, outcome, part) is not None:
        left = tuple(entry for entry in d.belief.parts[part].part.outcomes if entry[0] != outcome)
        ledger.change_part(d, part, outcomes=left)


# --- confirming --------------------------------------------------------------------------------------------------------


def _confirm(d: Draft, step: Step) -> None:
    d.proceed(
        status=d.progress.status.set(step.id, "confirmed"), confirmed=d.progress.confirmed + 1, left=d.progress.left - 1
    )
    d.last = d.now
    d.say(StepConfirmed(d.now, d.about(step.id)))
    for fact in step.adds:
        _infer(d, step, fact)
    if isinstance(step.action, Move):
        _rest_inside(d, step, step.action)
    _count_down(d, step.id)


def _infer(d: Draft, step: Step, fact: Fact) -> None:
    """Effects that no driver shows follow from those that one does, now that those are seen."""
    if fact.name == "at" and fact.args[0] in d.belief.parts:
        ledger.move_part(d, fact.args[0], InPlace(fact.args[1]), "inferred")
    elif fact.name == "reached" and fact.args[1] in d.belief.parts:
        goal, part = fact.args
        known = d.belief.parts[part].part
        if goal not in known.reached:
            ledger.change_part(d, part, reached=known.reached | {goal})
            d.say(GoalReached(d.now, replace(d.about(step.id), goal=goal, part=part)))
            _settle_ladders(d, goal, part)


def _settle_ladders(d: Draft, goal: str, part: str) -> None:
    """A retry has settled what it was for once the goal is a fact: a later failure starts at the first rung again."""
    for key in d.trouble.ladders:
        if key.endswith(f" {goal} {part}"):
            d.mend(ladders=d.trouble.ladders.delete(key))


def _rest_inside(d: Draft, step: Step, move: Move) -> None:
    """Which zones the robot stands in at the end of a motion."""
    motion = d.plan.plan.motions[step.motion or ""]
    length = sum(segment.length for segment in motion.segments)
    inside = tuple(visit.zone for visit in motion.visits if visit.last >= length - 1e-9)
    robot = d.belief.robots[move.need.robot]
    if robot.inside != inside:
        d.believe(robots=d.belief.robots.set(move.need.robot, replace(robot, inside=inside)))


def _count_down(d: Draft, step: str) -> None:
    waits, due = d.progress.waits, d.progress.due
    fresh = []
    for after in d.plan.successors[step]:
        count = waits[after] - 1
        waits = waits.set(after, count)
        if count == 0 and after not in d.progress.status:
            fresh.append(after)
    if fresh:
        due = tuple(sorted((*due, *fresh), key=d.plan.position.__getitem__))
    d.proceed(waits=waits, due=due)


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


# --- choices -----------------------------------------------------------------------------------------------------------


def _decide(d: Draft, step: Step) -> None:
    assert isinstance(step.action, Decide)
    choice = d.plan.choices[step.action.choice]
    value = told(d, choice.outcome, choice.part)
    if value is None:
        return
    index = alternative(choice, value)
    d.proceed(
        taken=d.progress.taken.set(choice.id, -1 if index is None else index),
        due=tuple(name for name in d.progress.due if name != step.id),
    )
    d.say(BranchTaken(d.now, d.about(step.id), choice.id, value, index))
    for number, steps in enumerate(d.plan.in_choice[choice.id]):
        if number != index:
            _drop(d, steps)
    _confirm(d, step)


def alternative(choice: Choice, value: str) -> int | None:
    """The first alternative whose values contain `value`, else the one that names none (otherwise), else None."""
    named = next((i for i, a in enumerate(choice.alternatives) if value in a.values), None)
    return named if named is not None else next((i for i, a in enumerate(choice.alternatives) if not a.values), None)


def _drop(d: Draft, steps: tuple[str, ...]) -> None:
    """These steps are in a branch not taken, and so are those of every choice among them: all count as confirmed."""
    for name in steps:
        if name in d.progress.status:
            continue
        p = d.progress
        d.proceed(
            status=p.status.set(name, "dropped"),
            due=tuple(other for other in p.due if other != name),
            left=p.left - 1,
            dropped=p.dropped + 1,
        )
        action = d.plan.steps[name].action
        if isinstance(action, Decide):
            for inner in d.plan.in_choice[action.choice]:
                _drop(d, inner)
        _count_down(d, name)


def _is_silent(d: Draft, step: Step) -> bool:
    """Nothing is sent to a device whose state is stale."""
    if not d.belief.silent:
        return False
    device = device_of(step.action)
    return device is not None and (device in d.belief.silent or device.split(".")[0] in d.belief.silent)
