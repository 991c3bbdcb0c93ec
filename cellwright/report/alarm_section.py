"""What needed somebody, each with its code and the line of intent that it concerns, and what was done about it; then everything
that happened."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cell.attended import AlarmAcknowledged, AlarmShelved, AlarmUnshelved
from cell.diagnostic import Span
from cell.events import (
    ClauseBroken,
    DeviceAlarm,
    DeviceSilent,
    Event,
    EventRaised,
    ForceSeen,
    HoldRaised,
    JointSpeedSeen,
    JournalReported,
    LinkReported,
    NoPlan,
    NoProgressSeen,
    StepFailed,
    StepUnknown,
    TooFastSeen,
    TrackingErrorSeen,
)
from cellwright.report.clock import timed
from cellwright.report.course import Course
from cellwright.report.markup import Inside, Markup, element, joined, name
from cellwright.report.record import Record
from cellwright.report.tables import folded, section, table
from cellwright.times import moment

EXPLAIN = "What a code means and what helps: cellwright explain CODE."


@dataclass(frozen=True, slots=True)
class Alarm:
    at: float
    code: str
    said: str
    lines: tuple[Span, ...]


def alarm_section(record: Record, course: Course) -> Markup:
    found = list(alarms(record, course))
    happened = [(moment(at), name(said)) for at, event in timed(record.events) if (said := record.said(event)) is not None]
    everything = folded("Everything that happened", table("Events", ("at", "what"), happened, numbers=(0,)))
    if not found:
        return section("Alarms", "alarms", element("p", "Nothing needed anybody."), everything)
    rows: list[tuple[Inside, ...]] = [
        (go(alarm.at), alarm.code, name(alarm.said), _lines(record, alarm.lines)) for alarm in found
    ]
    shown = table("Alarms", ("at", "code", "what", "line of intent"), rows, numbers=(0,))
    return section("Alarms", "alarms", shown, element("p", EXPLAIN), everything)


def alarms(record: Record, course: Course) -> Iterator[Alarm]:
    """What an event says itself, else the line that its step serves."""
    asked = {(laid.plan.plan_id, s.id): s.because.span for laid in course.plans for s in laid.plan.tasks.steps}
    for at, event in timed(record.events):
        found = _code(event)
        said = record.said(event) if found is not None else None
        if found is not None and said is not None:
            own = asked.get((event.of.plan or "", event.of.step or ""))
            yield Alarm(at, found, said, _spans(event) or (() if own is None else (own,)))


def go(seconds: float) -> Markup:
    """A moment that the replay goes to."""
    return element("button", moment(seconds), type="button", data_go=f"{seconds:.3f}")


def _lines(record: Record, spans: tuple[Span, ...]) -> Markup:
    return joined(*(element("div", _line(record, span)) for span in spans))


def _line(record: Record, span: Span) -> Markup:
    place, text = record.line(span)
    return joined(name(place), element("code", name(text))) if text else name(place)


def _code(event: Event) -> str | None:
    """None for what is no alarm."""
    match event:
        case HoldRaised(code=code) | StepFailed(code=code) | DeviceAlarm(is_active=True, code=code):
            return code
        case EventRaised() | StepUnknown() | ClauseBroken() | NoPlan() | TrackingErrorSeen() | NoProgressSeen():
            return ""
        case TooFastSeen() | JointSpeedSeen() | ForceSeen() | DeviceSilent(is_silent=True) | LinkReported(is_up=False):
            return ""
        case JournalReported(why=why) if why:
            return ""
        case AlarmAcknowledged() | AlarmShelved() | AlarmUnshelved():
            return ""
        case _:
            return None


def _spans(event: Event) -> tuple[Span, ...]:
    match event:
        case HoldRaised(because=because) | ClauseBroken(because=because):
            return because
        case EventRaised(handled_by=span) if span is not None:
            return (span,)
        case _:
            return ()
