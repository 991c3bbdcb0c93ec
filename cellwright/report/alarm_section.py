"""What needed somebody, each with its code and the line of intent that it concerns, and what was done about it; then everything
that happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

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
from cellwright.report.course import Course
from cellwright.report.markup import Inside, Markup, element, joined, name
from cellwright.report.record import Record, Said
from cellwright.report.tables import FirstRows, folded, section, table
from cellwright.times import moment

EXPLAIN = "What a code means and what helps: cellwright explain CODE."


@dataclass(frozen=True, slots=True)
class Alarm:
    """`lines` are what it says itself that it is about; `asked_by` the plan and the step that it is of."""

    at: float
    code: str
    said: str
    lines: tuple[Span, ...]
    asked_by: tuple[str, str]


@dataclass(slots=True)
class Told:
    """What is to be said of a run's events, gathered event by event: of the first as many as are shown."""

    said: Said
    happened: FirstRows[tuple[float, str]] = field(default_factory=FirstRows)
    alarms: FirstRows[Alarm] = field(default_factory=FirstRows)

    def take(self, at: float, event: Event) -> None:
        if (said := self.said(event)) is None:
            return
        self.happened.add((at, said))
        if (code := _code(event)) is not None:
            self.alarms.add(Alarm(at, code, said, _spans(event), (event.of.plan or "", event.of.step or "")))


def alarm_section(record: Record, told: Told, course: Course) -> Markup:
    happened = [(moment(at), name(said)) for at, said in told.happened.shown]
    listed = table("Events", ("at", "what"), happened, numbers=(0,), more=told.happened.more)
    everything = folded("Everything that happened", listed)
    if not told.alarms.shown:
        return section("Alarms", "alarms", element("p", "Nothing needed anybody."), everything)
    asked = {(laid.plan.plan_id, s.id): s.because.span for laid in course.plans for s in laid.plan.tasks.steps}
    rows: list[tuple[Inside, ...]] = [
        (go(alarm.at), alarm.code, name(alarm.said), _lines(record, lines_of(alarm, asked))) for alarm in told.alarms.shown
    ]
    shown = table("Alarms", ("at", "code", "what", "line of intent"), rows, numbers=(0,), more=told.alarms.more)
    return section("Alarms", "alarms", shown, element("p", EXPLAIN), everything)


def lines_of(alarm: Alarm, asked: Mapping[tuple[str, str], Span]) -> tuple[Span, ...]:
    """What it says itself, else the line that its step serves."""
    own = asked.get(alarm.asked_by)
    return alarm.lines or (() if own is None else (own,))


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
