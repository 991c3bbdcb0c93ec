"""The list of alarms, and all about the one under the cursor: what it is, what to do, which line of intent it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cellwright.times import lasting
from controller.alarms import RATE_OVER, SECOND, Alarm
from tui.operate.lines import Line, line, said, wrapped
from tui.operate.panels.why import line_of
from tui.operate.state_words import ALARM_STATES, PRIORITIES
from tui.operate.view import View
from tui.speech import moment

ABOUT = """Alarms are what somebody has to do something about; whatever else happens stands in the log.
! unack: nobody has seen it yet. ✓ acked: seen, and its cause stands. ↩ returned: its cause went away before anybody saw it; it
leaves the list when it is acknowledged. z shelved: out of the way for a time, with a reason; it comes back by itself, or by s
again. What tells of people, or of a device that may not stand still when it is told to, may not be shelved. What is done here
every terminal sees, and the journal keeps. A flood is more than ten in ten minutes, until it is fewer than five."""


def alarm_rows(view: View, width: int) -> tuple[Sequence[Line], Sequence[tuple[str, Line]]]:
    alarms = view.scene.alarms
    minutes = RATE_OVER // (60 * SECOND)
    counts = [f"{alarms.number(state)} {word}" for state, (_, word) in ALARM_STATES.items() if alarms.number(state)]
    head = line(
        said("FLOOD  " if alarms.is_flood else "", "bad"),
        f"{len(alarms.times)} in {minutes} min (most {alarms.most})   {', '.join(counts) or 'none in the list'}   "
        f"{alarms.raised} in all, {len(alarms.past)} settled",
    )
    rows = [(alarm.cause.key, _row(view, alarm)) for alarm in alarms.in_order()]
    return [head], rows


def _row(view: View, alarm: Alarm) -> Line:
    sign, look = PRIORITIES[alarm.cause.priority]
    mark, word = ALARM_STATES[alarm.state]
    again = f" ({alarm.count} times)" if alarm.count > 1 else ""
    code = f"{alarm.cause.code:<5}" if alarm.cause.code else " " * 5
    return line(
        said(f"{sign} P{alarm.cause.priority}", look if alarm.state != "shelved" else "dim"),
        f" {mark} {word:<8} {moment(view.scene.seconds(alarm.raised))} {code} ",
        said(f"{alarm.cause.text}{again}", "strong" if not alarm.is_acknowledged else "plain"),
    )


def alarm_page(view: View, key: str | None, width: int) -> Sequence[Line]:
    """All about one alarm; nothing where there is none."""
    alarm = view.scene.alarms.listed.get(key) if key is not None else None
    return [] if alarm is None else list(_page(view, alarm, width))


def _page(view: View, alarm: Alarm, width: int) -> Iterator[Line]:
    cause = alarm.cause
    yield from wrapped(f"{cause.code} {cause.text}".strip(), width, "strong")
    yield from wrapped(f"what to do: {cause.what_to_do}", width)
    for span in cause.because[:3]:
        yield from wrapped(f"line of intent: {line_of(view, span)}", width)
    if cause.no_line:
        yield from wrapped(f"no line of intent: {cause.no_line}", width, "dim")
    if alarm.shelved_until is not None:
        left = max(0.0, (alarm.shelved_until - view.now) / 1e9)
        yield from wrapped(f"shelved by {alarm.shelved_by} for another {lasting(left)}: {alarm.reason}", width, "note")
    elif not cause.is_shelvable:
        yield from wrapped("stays in sight: it may not be shelved", width, "dim")
    if alarm.is_acknowledged:
        yield from wrapped(f"acknowledged by {alarm.acknowledged_by}", width)
    if cause.code:
        yield from wrapped(f"more: cellwright explain {cause.code}", width, "dim")
