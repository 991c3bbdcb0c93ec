"""What happened in a run, a line an event; events that only a program cares for have none."""

from __future__ import annotations

from cell.attended import AlarmAcknowledged, AlarmShelved, AlarmUnshelved
from cell.commands import AwaitWork, CallOff, Subject, Withdraw
from cell.events import (
    NOT_SENT,
    NOT_STOPPED,
    Answered,
    BranchTaken,
    CarriedOn,
    ClauseBroken,
    CommandReported,
    CommandSent,
    DeviceAlarm,
    DeviceSilent,
    Event,
    EventRaised,
    ForceSeen,
    GoalReached,
    HandClosedEmpty,
    HoldRaised,
    JogAsked,
    JogEnded,
    JogRefused,
    JointSpeedSeen,
    JournalReported,
    LinkMeasured,
    LinkReported,
    LookMissed,
    ModeChanged,
    NoPlan,
    NoProgressSeen,
    OperatorAsked,
    OrderArrived,
    OrderDone,
    OrderWithdrawn,
    OutcomeTold,
    PlanReleased,
    PlanRequested,
    QuestionAsked,
    Replanned,
    Retimed,
    Retried,
    RunEnded,
    RunOpened,
    RunResumed,
    SeparationSeen,
    Skipped,
    SpeedAsked,
    StateChanged,
    StepFailed,
    StepUnknown,
    StillMoves,
    SupplyReported,
    TooFastSeen,
    TrackingErrorSeen,
    ZoneReported,
)
from cell.orders import contents
from tui.speech import printable


def event_line(event: Event) -> str | None:
    """Without the time. None for what belongs to every step of every run."""
    line = _line(event)
    return None if line is None else printable(line)


def _line(event: Event) -> str | None:
    match event:
        case RunOpened(clock=clock):
            return f"run {event.of.run} opened, {clock} time"
        case RunResumed(clock=clock):
            return f"run {event.of.run} taken over by another controller, {clock} time"
        case PlanReleased(number=number, obligations=obligations):
            return f"plan {number} ({(event.of.plan or '')[:12]}) released: {obligations} obligations proved"
        case PlanRequested(number=number, reason=reason):
            return f"plan {number} asked for: {reason}"
        case NoPlan(number=number, diagnostics=diagnostics, why=why):
            return (
                f"no plan {number}: "
                + (f"{why.kind}: " if why is not None else "")
                + "; ".join(f"{d.code} {d.message}" for d in diagnostics[:3])
            )
        case CarriedOn(robots=robots, operations=operations, waiting=waiting):
            meanwhile = f"; {', '.join(waiting)} {'wait' if len(waiting) > 1 else 'waits'}" if waiting else ""
            return f"{', '.join(robots)} {'end' if len(robots) > 1 else 'ends'} {', '.join(operations)}{meanwhile}"
        case Retimed(delay=delay, missed=missed):
            return f"the plan ends {delay:.1f} s later than planned" + (f", too late for {', '.join(missed)}" if missed else "")
        case Replanned(number=number, kept=kept, changes=changes, beyond=beyond):
            told = "; ".join(changes) or "nothing is other"
            return f"plan {number} keeps {kept} operations: {told}" + (
                f"; not approved: it {', '.join(beyond)}" if beyond else ""
            )
        case StateChanged(before=before, after=after, why=why):
            return f"{before} -> {after}" + (f": {why}" if why else "")
        case RunEnded(state=state, why=why):
            return f"ended {state}" + (f": {why}" if why else "")
        case OrderArrived(order=order):
            return f"order {order.id} arrived: {contents(order)}"
        case OrderWithdrawn(order=name):
            return f"order {name} withdrawn"
        case OrderDone(order=name):
            return f"order {name} done"
        case OperatorAsked(what=what, who=who):
            return f"{who} asks: {what}"
        case QuestionAsked(question=name, text=text, answers=answers):
            return f"{name}: {text} ({', '.join(answers)})"
        case Answered(question=name, answer=answer, who=who):
            return f"{who} answers {name}: {answer}"
        case AlarmAcknowledged(alarm=alarm, who=who):
            return f"{who} acknowledges the alarm {alarm}"
        case AlarmShelved(at=at, alarm=alarm, until=until, reason=reason, who=who):
            return f"{who} shelves the alarm {alarm} for {(until - at) / 60e9:.0f} min: {reason}"
        case AlarmUnshelved(alarm=alarm, who=who):
            return f"{who} brings back the alarm {alarm}"
        case _:
            return _work_line(event) or _manual_line(event) or _trouble_line(event)


def _manual_line(event: Event) -> str | None:
    match event:
        case ModeChanged(before=before, after=after, who=who):
            return f"mode {before} -> {after}" + (f": {who} asked" if who else "")
        case JogAsked(jog=jog, who=who, is_held=True):
            return f"{who} holds a key: {jog.text} at {1e3 * jog.speed:g} mm/s"
        case JogRefused(jog=jog, code=code, why=why):
            return f"not jogged, {code}: {jog.text}: {why}"
        case JogEnded(jog=jog, why=why):
            return f"{jog.robot} is at rest: {why}"
        case _:
            return None


def _work_line(event: Event) -> str | None:
    match event:
        case GoalReached():
            return f"goal {event.of.goal} reached{_for(event.of)}"
        case OutcomeTold(outcome=outcome, value=value):
            return f"{outcome} of {event.of.part}: {value or 'not told'}"
        case CommandSent(command=AwaitWork(person=person, verb=verb)):
            return f"{person} is asked: {verb} {event.of.part or ''}".rstrip()
        case CommandSent(command=Withdraw(person=person)):
            return f"{person} is asked for nothing any more"
        case CommandSent(command=CallOff(supply=supply)):
            return f"{supply} is to bring nothing any more"
        case BranchTaken(choice=choice, value=value, index=None):
            return f"choice {choice}: no branch for {value}"
        case SpeedAsked(robot=robot, fraction=fraction, why=why):
            return f"{robot} at {100 * fraction:.0f} % of its speed: {why}"
        case _:
            return None


def _trouble_line(event: Event) -> str | None:
    match event:
        case StepFailed(event=name, code=code, text=text):
            return f"step {event.of.step} failed{_for(event.of)}: {name} {code} {text}".rstrip()
        case StepUnknown(text=text):
            return f"step {event.of.step}{_for(event.of)}: outcome not known: {text}"
        case EventRaised(event=name, text=text, handled_by=policy):
            return f"{name}{_for(event.of)}: {text}" + ("" if policy else " (no policy has it)")
        case Retried(event=name, attempt=attempt, tries=tries):
            return f"{name}{_for(event.of)}: try {attempt} of {tries}"
        case Skipped(parts=parts, why=why):
            return f"given up: {', '.join(parts) or 'one line'}: {why}"
        case HoldRaised(code=code, text=text):
            return f"held, {code}: {text}"
        case ClauseBroken(kind=kind, text=text):
            return f"not kept, {kind}: {text}"
        case _:
            return _device_line(event)


def _device_line(event: Event) -> str | None:
    match event:
        case DeviceAlarm(device=device, is_active=True, code=code, text=text):
            return f"alarm of {device}: {code} {text}".rstrip()
        case DeviceAlarm(device=device):
            return f"alarm of {device} is over"
        case DeviceSilent(device=device, is_silent=True, age=age):
            return f"{device} is silent for {age:.1f} s"
        case LinkReported(device=device, is_up=False, why=why):
            return f"no link to {device}: {why}" if why else f"no link to {device}"
        case LinkReported(device=device):
            return f"there is a link to {device} again"
        case DeviceSilent(device=device):
            return f"{device} is heard again"
        case LinkMeasured(device=device, asked=asked, lost=lost, late=late) if lost or late:
            return f"of {asked} answers of {device} {late} were late and {lost} did not come"
        case ZoneReported(zone=zone, is_occupied=is_occupied):
            return f"zone {zone}: {'somebody is in it' if is_occupied else 'nobody is in it'}"
        case SeparationSeen(zone=zone, is_short=False):
            return f"zone {zone}: people are far enough away"
        case SeparationSeen(zone=zone, distance=None):
            return f"zone {zone}: nobody knows how near people are"
        case SeparationSeen(zone=zone, distance=distance, needed=needed):
            return f"zone {zone}: a person is {distance:.2f} m away, {'more' if needed is None else f'{needed:.2f} m'} is needed"
        case SupplyReported(cause=cause, what=what, is_over=is_over, source=source):
            says = f" ({source} says so)" if source not in ("", what) else ""
            return f"{cause}{' no longer' if is_over else ''}: {what}{says}"
        case HandClosedEmpty(hand=hand):
            return f"{hand} closed on nothing"
        case CommandReported(code=code, text=text) if code == NOT_STOPPED:
            return f"a stop did not reach {text}"
        case CommandReported(command=command, code=code, text=text) if code == NOT_SENT:
            return f"{command} was not sent: {text}"
        case JournalReported(why=why):
            return why or "the journal can be written again"
        case LookMissed(seconds=seconds):
            return f"the controller did not look at anything for {seconds:.1f} s"
        case NoProgressSeen(robot=robot, seconds=seconds):
            return f"{robot} says that it runs, and has not moved for {seconds:.0f} s"
        case JointSpeedSeen(robot=robot, joint=joint, speed=speed, limit=limit):
            return f"{joint} of {robot} goes at {speed:.4g}, its limit is {limit:.4g}"
        case ForceSeen(robot=robot, force=force, limit=limit):
            return f"{robot} meets {force:.4g} N, {limit:.4g} N are allowed"
        case TooFastSeen(robot=robot, share=share, asked=asked):
            return f"{robot} does not slow down: {100 * share:.0f} % of its planned speed, {100 * asked:.0f} % asked"
        case StillMoves(robot=robot):
            return f"{robot} still moves, and is to stand first"
        case TrackingErrorSeen(robot=robot, error=error, limit=limit):
            return f"{robot} does not follow: {error:.3f} off, {limit:.3f} allowed"
        case _:
            return None


def _for(of: Subject) -> str:
    return f" ({of.part})" if of.part else ""
