"""What of a plan is still ended when something of it has failed: what is begun already and depends on nothing of that.

Law (decision 0158): a plan is proved for all durations. A robot that stands where the plan has it stand is one whose next step
has not come yet, and whatever does not wait for that step is proved beside it, swept volumes, zones and places included. So a
step is carried on where it waits for nothing that is not started any more, where nothing that is broken is named in it, and where
every robot is where the plan has it. Where one is anywhere else, or a part is lost, the proof says nothing, and only what runs is
let end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from cell.events import CarriedOn
from cell.run import STOPS_ONLY_AFFECTED
from cell.state import Lost
from cell.steps import Couple, Drive, Grip, Move, Release, SetClamp, SetDoor, Step, Uncouple
from controller.draft import Draft
from controller.plan_index import device_of
from controller.run_state import DeviceBelief, Failure

BY_ROBOTS = (Move, Grip, Release, Drive, Couple, Uncouple, SetDoor, SetClamp)
"""What is carried on: acts of robots and hands, and of doors and clamps for them. For programs and people all would wait longer
than a robot takes to end what it is at."""
OVER = ("confirmed", "dropped")
UNDER_WAY = ("claimed", "started")


def carried_on(d: Draft, failures: tuple[Failure, ...]) -> tuple[str, ...]:
    """The steps of the plan in hand that may run and start although those `failures` have ended its dispatch, in plan order, as
    long as `is_proved`. Empty where no more than what runs is let end."""
    broken = [frozenset(_broken(d, failure)) for failure in failures]
    if d.known.rules < STOPS_ONLY_AFFECTED or d.progress.plan is None or not all(broken):
        return ()
    names = frozenset(chain.from_iterable(broken))
    begun, status = _begun(d), d.progress.status
    left = [step for step in d.plan.plan.tasks.steps if step.operation in begun and status.get(step.id) not in OVER]
    touched = {step.id for step in left if _is_touched(d, step, names)}
    stopped = {step.robot for step in left if step.id in touched and step.robot is not None}
    going: dict[str, None] = {}
    for step in left:
        is_ours = status.get(step.id) in UNDER_WAY or (isinstance(step.action, BY_ROBOTS) and step.robot not in stopped)
        waits = (before for before in step.predecessors if status.get(before) not in OVER)
        if is_ours and step.id not in touched and all(before in going for before in waits):
            going[step.id] = None
    return tuple(going) if _goers(d, going) else ()


def is_proved(d: Draft) -> bool:
    """Whether every robot is where the proof of the plan in hand has it."""
    return all(_is_as_planned(d, robot) for robot in d.belief.robots)


def tell(d: Draft) -> None:
    """Says once who goes on with what, as soon as more than what runs is due."""
    going, failures = d.trouble.going_on, d.trouble.failures
    if d.trouble.is_told or not any(name in going for name in d.progress.due):
        return
    due, robots = [d.plan.steps[name] for name in going if name not in d.progress.status], _goers(d, going)
    operations = dict.fromkeys(d.plan.operation[step.id] for step in due if step.id in d.plan.operation)
    words = tuple(f"{o.verb} {o.part}" for o in operations)
    waiting = tuple(name for name in d.known.robots if name not in robots)
    step = failures[-1].step if failures else None
    d.mend(is_told=True)
    d.say(CarriedOn(d.now, d.about(step if step in d.plan.steps else None), robots, words, waiting))


def _broken(d: Draft, failure: Failure) -> Iterator[str]:
    """Names of all that nothing more is done with or by: the parts of the failure and the device. None at all where it says
    neither, or where a part of it lies nobody knows where: then it may be about anything."""
    if failure.keeps_plan or _is_astray(d, failure):
        return
    yield from (part for part in (failure.part, *failure.parts) if part is not None)
    if failure.device is not None:
        yield from {failure.device, failure.device.partition(".")[0]}
    step = d.plan.steps.get(failure.step or "") if d.progress.plan is not None else None
    if step is not None and step.robot is not None:
        yield step.robot


def _is_astray(d: Draft, failure: Failure) -> bool:
    """Whether a part of it may lie in anybody's way: no pair of the proof is about that."""
    known = (d.belief.parts.get(part) for part in (failure.part, *failure.parts) if part is not None)
    return any(seen is not None and isinstance(seen.part.location, Lost) for seen in known)


def _is_touched(d: Draft, step: Step, names: frozenset[str]) -> bool:
    """Whether one of the names is in the step: its part, its robot, its device, what it claims, the facts that it is about."""
    if d.progress.status.get(step.id) in ("failed", "unknown"):
        return True
    args = {arg for fact in (*step.needs, *step.adds, *step.deletes) for arg in fact.args}
    things = {d.known.places[arg] for arg in args if arg in d.known.places}
    device = device_of(step.action) or ""
    own = {device, device.partition(".")[0], step.robot or "", step.part or ""}
    return not names.isdisjoint({*args, *things, *step.claims, *own})


def _goers(d: Draft, going: Iterable[str]) -> tuple[str, ...]:
    """The robots of which something more is started."""
    due = (d.plan.steps[name].robot for name in going if name not in d.progress.status)
    return tuple(sorted({robot for robot in due if robot is not None}))


def _begun(d: Draft) -> frozenset[str]:
    """Operations of which a step was started."""
    status = d.progress.status
    return frozenset(step.operation for name, step in d.plan.steps.items() if status.get(name, "dropped") != "dropped")


def _is_as_planned(d: Draft, robot: str) -> bool:
    """Whether it is on a motion of the plan, or stands where the last one that it began has ended or began, or where the plan
    begins. One that has come back to where it began is not on its way any more: what did not go in was taken out again."""
    if d.belief.devices.get(robot, DeviceBelief()).faults or robot in d.belief.silent or robot in d.belief.cut:
        return False
    stance = d.belief.robots[robot].stance
    moves = [(step.id, step.action.need) for step in d.plan.plan.tasks.steps if isinstance(step.action, Move)]
    own = [(name, need) for name, need in moves if need.robot == robot]
    begun = [(name, need) for name, need in own if d.progress.status.get(name, "dropped") != "dropped"]
    if not begun:
        return stance is not None and (not own or stance == own[0][1].start)
    last, need = begun[-1]
    if d.progress.status[last] in UNDER_WAY:
        flight = d.progress.flights.get(d.progress.busy.get(robot, ""))
        return flight is not None and flight.step == last and not flight.is_stopped
    return stance == need.end or (stance == need.start and d.progress.status[last] == "failed")
