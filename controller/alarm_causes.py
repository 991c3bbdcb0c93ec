"""Which conditions of a run are alarms: what stands, read off the folded state, and what has only happened, read off an event.

Law: only what an operator has to do something about is in here, and each says what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cell.diagnostic import Span
from cell.events import (
    NOT_STOPPED,
    ClauseBroken,
    CommandReported,
    Event,
    ForceSeen,
    HoldRaised,
    JointSpeedSeen,
    NoPlan,
    NoProgressSeen,
    TooFastSeen,
    TrackingErrorSeen,
)
from cell.run import BAD_LINKS_ARE_ALARMS, FAST_JOINTS_ARE_ALARMS, TELLS_CAUSES_IN_HOLDS
from cell.steps import Step
from controller import room
from controller.alarms import Cause
from controller.run_state import Fault, RunState
from controller.served import served
from controller.zone_waits import zone_of

ASKED_FOR = "R702"
"""A hold that an operator has asked for is no alarm: he knows."""
_CLAUSES = {"within": "R711", "never": "R712", "ensure": "R727", "every": "R735"}
_NOT_STANDING = frozenset({"R715", "R770", "R771", "R772", "R776", "R777"})
"""Holds for a person where none may be, or for what may not have stopped."""
_AT_REST = "{} was at work for none when it came"
_NO_LINE = {
    "R705": "it is about the cell as it stands",
    "R707": "what was asked served no step",
    "R709": "what was asked served no step",
    "R710": "the planner names none",
    "R742": "it is about the disk of the controller",
    "R760": "it is about the controller, whatever the run was at",
    "R761": "it is about the cell as it stands",
    "R773": "it is about where a robot stands",
    "R774": "it is about the plan as a whole",
    "R786": "it is about the run, whatever it was at",
    "R787": "it is about the controller, whatever the run was at",
}
_IN_A_HOLD = {
    "R705": "look at what it names and put that in order",
    "R707": "look at the device why it refuses",
    "R709": "look how far the device came, and put in order what it left",
}
"""Causes of a hold that nothing else tells of where the run is held already, and what to do before the resume."""
_RESUME = "put it in order, then resume; or stop"


def standing(run: RunState) -> Mapping[str, Cause]:
    """All that stands, by key. A run that is over asks nobody for anything."""
    return {} if run.is_over else {cause.key: cause for cause in _standing(run)}


def question_key(name: str) -> str:
    return f"question {name}"


def is_unchanged(before: RunState, after: RunState) -> bool:
    """Whether nothing has changed that `standing` looks at: cheap, for it is asked at every event."""
    a, b, s, t = before.belief, after.belief, before.trouble, after.trouble
    return (
        (
            a is b
            or (
                (a.devices is b.devices and a.silent is b.silent and a.cut is b.cut and a.zones is b.zones and a.short is b.short)
                and a.badly_heard is b.badly_heard
            )
        )
        and (s is t or (s.hold is t.hold and s.questions is t.questions and s.unwritten is t.unwritten))
        and before.is_over == after.is_over
        and before.context is after.context
    )


def happening(event: Event, before: RunState) -> Cause | None:
    """What has happened and does not stand, with what the device was at work for `before`."""
    match event:
        case ClauseBroken(kind=kind, text=text, because=because):
            does = "decide whether what was made meanwhile is good"
            return Cause(f"clause {kind} {text}", 2, _CLAUSES.get(kind, ""), f"not kept, {kind}: {text}", does, because)
        case NoPlan(diagnostics=found):
            text = found[0].message if found else "no reason given"
            code = found[0].code if found else "R710"
            spans = tuple(d.spans[0] for d in found if d.spans)
            why = "" if spans else "the planner names none"
            return Cause("plan", 1, code, f"no plan: {text}", "change what stands in the way, then resume", spans, no_line=why)
        case NoProgressSeen(robot=robot):
            text, does = f"{robot} says that it runs, and stands", f"look what blocks {robot}"
            return _of_robot(Cause(f"progress {robot}", 2, "R741", text, does), robot, before)
        case TooFastSeen(robot=robot, share=share, asked=asked):
            text = f"{robot} goes at {100 * share:.0f} % of its planned speed, {100 * asked:.0f} % was asked"
            does = f"stop {robot} at its own panel and look why"
            return _of_robot(Cause(f"speed {robot}", 1, "R771", text, does, is_shelvable=False), robot, before)
        case JointSpeedSeen(robot=robot, joint=joint, speed=speed, limit=limit) if _tells_of_joints(before):
            text, does = f"{joint} of {robot} goes at {speed:.4g}, {limit:.4g} is its limit", f"look why {robot} is too fast"
            return _of_robot(Cause(f"joints {robot}", 1, "R772", text, does, is_shelvable=False), robot, before)
        case ForceSeen(robot=robot, force=force, limit=limit):
            text = f"{robot} meets {force:.4g} N, {limit:.4g} N are allowed"
            does = f"look what {robot} has met"
            return _of_robot(Cause(f"force {robot}", 1, "R776", text, does, is_shelvable=False), robot, before)
        case TrackingErrorSeen(robot=robot, error=error, limit=limit):
            text = f"{robot} is {error:.3f} from its setpoint, {limit:.3f} allowed"
            does = f"look at the load and the drives of {robot}"
            return _of_robot(Cause(f"tracking {robot}", 2, "R714", text, does), robot, before)
        case CommandReported(code=code, text=device) if code == NOT_STOPPED:
            text, does = f"a stop did not reach {device}", f"stop {device} at its own panel"
            alarm = Cause(f"unstopped {device}", 1, "R770", text, does, is_shelvable=False)
            return _of_robot(alarm, device.partition(":")[0], before)
        case _:
            return None


def held_as_well(event: Event, after: RunState) -> Cause | None:
    """Another cause for a hold, where the run is held by one before it."""
    hold = after.trouble.hold
    if not isinstance(event, HoldRaised) or event.code not in _IN_A_HOLD or hold is None or not _tells_causes(after):
        return None
    if (hold.code, hold.text) == (event.code, event.text):
        return None
    does, why = f"{_IN_A_HOLD[event.code]}, then resume", "" if event.because else _NO_LINE[event.code]
    return Cause(f"hold {event.code} {event.text}", 1, event.code, event.text, does, event.because, no_line=why)


def _standing(run: RunState) -> Iterator[Cause]:
    trouble, belief = run.trouble, run.belief
    robots = {} if run.context is None else run.context.robots
    if trouble.unwritten:
        text, does = f"the journal cannot be written: {trouble.unwritten}", "make room on the disk, then resume"
        yield Cause("journal", 1, "R742", text, does, no_line="it is about the disk of the controller")
    if trouble.hold is not None and trouble.hold.code != ASKED_FOR:
        hold = trouble.hold
        is_shelvable = hold.code not in _NOT_STANDING
        why = "" if hold.because else _NO_LINE.get(hold.code, "what it is about was at work for none when it came")
        yield Cause("hold", 1, hold.code, hold.text, _RESUME, hold.because, is_shelvable, why)
    for name, question in trouble.questions.items():
        answers = ", ".join(question.answers)
        lines = _lines_of_step(run, question.step)
        why = "" if lines else "it is about the cell as it stands"
        yield Cause(question_key(name), 1, "R761", question.text, f"look, and answer: {answers}", lines, no_line=why)
    for name, seen in sorted(belief.devices.items()):
        for fault in seen.faults:
            why = "" if fault.because else _AT_REST.format(name)
            key, does = f"device {name} {fault.code}", _remedy(name, fault.code)
            yield Cause(key, 2, "R721", _told_by(fault), does, fault.because, no_line=why)
    for name, why in sorted(belief.cut.items()):
        does = f"look at the power and the cable of {name}"
        found = Cause(f"link {name}", 2, "R740", f"no link to {name}{why and f': {why}'}", does, is_shelvable=name not in robots)
        yield _of_device(found, name, belief.served.get(found.key, ()))
    for name in belief.silent:
        if name not in belief.cut:
            does = f"look whether {name} is on"
            found = Cause(f"silent {name}", 2, "R713", f"{name} is silent", does, is_shelvable=name not in robots)
            yield _of_device(found, name, belief.served.get(found.key, ()))
    yield from _badly_heard(run)
    waited = room.blocked(run)
    for what in belief.short:
        zone = zone_of(what)
        if run.context is not None and what in run.context.outfeeds:
            yield _blocked(run, what, waited.get(what))
            continue
        does = "bring parts, or take them away" if zone is None else f"leave {zone} when done"
        lines = () if zone is None else _of_zone(run, zone)
        why = "" if lines else "it is about what comes and goes there" if zone is None else "it is about who is there"
        yield Cause(f"short {what}", 3, "", f"waiting: {what}", does, lines, is_shelvable=zone is None, no_line=why)
    yield from _occupied(run)


def _badly_heard(run: RunState) -> Iterator[Cause]:
    """Of one that is silent or cut off that is said, and nothing of how it was heard before."""
    if run.context is None or run.context.rules < BAD_LINKS_ARE_ALARMS:
        return
    for name, text in sorted(run.belief.badly_heard.items()):
        if name in run.belief.cut or name in run.belief.silent:
            continue
        does = f"look at the cable of {name}, the switch, and what else its machine is busy with"
        cause = Cause(f"quality {name}", 2, "R775", text, does, is_shelvable=name not in run.context.robots)
        bound = run.context.links.get(name)
        declared = () if bound is None or bound.span is None else (bound.span,)
        yield _of_device(cause, name, (*run.belief.served.get(cause.key, ()), *declared))


def _tells_of_joints(run: RunState) -> bool:
    """The hold alone would say nothing where the run is held already, as it is by hand."""
    return run.context is not None and run.context.rules >= FAST_JOINTS_ARE_ALARMS


def _tells_causes(run: RunState) -> bool:
    return run.context is not None and run.context.rules >= TELLS_CAUSES_IN_HOLDS


def _of_robot(cause: Cause, robot: str, before: RunState) -> Cause:
    return _of_device(cause, robot, served(before.progress, (robot,)))


def _blocked(run: RunState, outfeed: str, step: Step | None) -> Cause:
    """`step` is the first one that wants to go there."""
    lines = _lines_of_step(run, step.id) if step is not None else ()
    why = "" if lines else "nothing that is due goes there"
    does = f"take parts away from {outfeed}"
    return Cause(f"short {outfeed}", 3, "", room.short_in_words(run, outfeed), does, lines, no_line=why)


def _of_device(cause: Cause, device: str, lines: tuple[Span, ...]) -> Cause:
    return replace(cause, because=lines, no_line="" if lines else _AT_REST.format(device))


def _of_zone(run: RunState, zone: str) -> tuple[Span, ...]:
    """What robots were at work for when somebody came, then what the cell file says of the zone."""
    known = None if run.context is None else run.context.zones.get(zone)
    return (*run.belief.served.get(f"zone {zone}", ()), *(() if known is None else (known.span,)))


def _lines_of_step(run: RunState, step: str | None) -> tuple[Span, ...]:
    plan = run.progress.plan
    operation = None if plan is None else plan.operation.get(step or "")
    return () if operation is None else (operation.because.span,)


def _told_by(fault: Fault) -> str:
    """In the device's words, with its own code where that says more."""
    is_said = fault.code.replace("_", " ") in fault.text.replace("_", " ")
    return fault.text if is_said else f"{fault.text} ({fault.code})"


def _remedy(name: str, fault: str) -> str:
    if fault.replace("_", " ") == "emergency stop":
        return f"look why the circuit of {name} is open, release it at its button, then resume"
    return f"clear the fault at {name}"


def _occupied(run: RunState) -> Iterator[Cause]:
    zones = {} if run.context is None else run.context.zones
    for name, is_occupied in sorted(run.belief.zones.items()):
        rule = zones[name].when_occupied if name in zones else None
        if is_occupied and rule is not None:
            does = "robots wait" if rule == "stop" else "robots are slowed"
            text = f"somebody is in {name}: {does}"
            yield Cause(f"zone {name}", 3, "", text, f"leave {name} when done", _of_zone(run, name), is_shelvable=False)
