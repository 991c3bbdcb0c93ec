"""Alarms after ANSI/ISA-18.2: raised, acknowledged, returned, shelved; how many come, and when that is a flood.

Law: nothing leaves the list while what raised it still stands, nor before somebody has acknowledged it, but for one case: where
nobody looks after a list of MOST_LISTED, the one that is over and was raised longest ago makes room for the next. An alarm is
something that an operator has to do something about; whatever else happens is an event and stands in the journal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from immutables import Map

from cell.dataclass import dataclass
from cell.diagnostic import Span

Priority = Literal[1, 2, 3]
AlarmState = Literal["unacknowledged", "acknowledged", "returned", "shelved"]

SECOND = 1_000_000_000
RATE_OVER = 600 * SECOND
"""ns over which alarms are counted: ten minutes, as the standard has it."""
FLOOD_FROM, FLOOD_UNTIL = 10, 5
"""A flood begins with more than ten alarms in ten minutes, and is over when it is fewer than five."""
KEPT = 200
MOST_LISTED = 500
MOST_TIMES = 1_000
SHARED = frozenset({"hold", "plan"})
"""Keys under which one thing after another comes: whatever the run cannot go on for just now."""


@dataclass(frozen=True, slots=True)
class Cause:
    """What raises an alarm. `key` names it for as long as it stands. `code` is one of ours, which has a page, or the device's
    own. `because`: the lines of the intent or of the cell that it follows from, and where there is none `no_line` says why.
    `is_shelvable`: not what tells of people in a zone, or of a device that may not stand still when it is told to."""

    key: str
    priority: Priority
    code: str
    text: str
    what_to_do: str
    because: tuple[Span, ...] = ()
    is_shelvable: bool = True
    no_line: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """`raised` last, `count` times since it was last out of the list. `returned`: when its cause went away. `acknowledged_by`: ""
    for nobody yet. `shelved_until` ns, with the `reason` that was given, and by whom."""

    cause: Cause
    raised: int
    count: int = 1
    returned: int | None = None
    acknowledged_by: str = ""
    shelved_until: int | None = None
    reason: str = ""
    shelved_by: str = ""

    @property
    def is_acknowledged(self) -> bool:
        return bool(self.acknowledged_by)

    @property
    def state(self) -> AlarmState:
        if self.shelved_until is not None:
            return "shelved"
        if self.returned is not None:
            return "returned"
        return "acknowledged" if self.is_acknowledged else "unacknowledged"


@dataclass(frozen=True, slots=True)
class Alarms:
    """`listed` by key. `times`: when each alarm of the last ten minutes was raised. `past`: those that have left the list, the
    newest first. Of the whole run: how many were `raised`, the `most` in ten minutes, and how many `floods` there were."""

    listed: Map[str, Alarm] = Map()
    times: tuple[int, ...] = ()
    is_flood: bool = False
    past: tuple[Alarm, ...] = ()
    raised: int = 0
    most: int = 0
    floods: int = 0

    def in_order(self) -> tuple[Alarm, ...]:
        """As they are to be read: what is shelved last, then by priority, what nobody has acknowledged first, the newest
        first."""
        return tuple(sorted(self.listed.values(), key=_rank))

    @property
    def top(self) -> Alarm | None:
        """The one that is always in sight; a shelved one is not."""
        return next((alarm for alarm in self.in_order() if alarm.state != "shelved"), None)

    def number(self, state: AlarmState) -> int:
        return sum(alarm.state == state for alarm in self.listed.values())


def _rank(alarm: Alarm) -> tuple[bool, bool, int, bool, int, str]:
    is_returned = alarm.returned is not None
    return alarm.state == "shelved", is_returned, alarm.cause.priority, alarm.is_acknowledged, -alarm.raised, alarm.cause.key


def is_same(one: Cause, other: Cause) -> bool:
    """Whether who has seen or shelved the one has seen the other too, which comes under the same key."""
    return one.code == other.code and (one.key not in SHARED or one.text == other.text)


def _hides(shelved: Cause, cause: Cause) -> bool:
    return cause.is_shelvable and is_same(shelved, cause)


def standing_now(
    alarms: Alarms, before: Mapping[str, Cause], after: Mapping[str, Cause], now: int, *, hides_all: bool = False
) -> Alarms:
    """What stands has changed from `before` to `after`. `hides_all`: as `raised` has it."""
    for key, cause in after.items():
        if key not in before or before[key].code != cause.code or not (hides_all or is_same(before[key], cause)):
            alarms = raised(alarms, cause, now, hides_all=hides_all)
        elif before[key] != cause and key in alarms.listed:
            alarms = replace(alarms, listed=alarms.listed.set(key, replace(alarms.listed[key], cause=cause)))
    for key in sorted(before.keys() - after.keys()):  # they leave the list in one order, whoever folds
        alarms = returned(alarms, key, now)
    return alarms


def raised(alarms: Alarms, cause: Cause, now: int, *, hides_all: bool = False) -> Alarms:
    """Again, where it is in the list already: it has to be acknowledged anew. One that is shelved stays so; another one under its
    key does not, but with `hides_all`, as it was in runs of before (SHELVES_ONE_ALARM)."""
    found = alarms.listed.get(cause.key)
    count = 1 if found is None else found.count + 1
    new = Alarm(cause, now, count)
    if found is not None and found.shelved_until is not None and (hides_all or _hides(found.cause, cause)):
        new = replace(new, shelved_until=found.shelved_until, reason=found.reason, shelved_by=found.shelved_by)
    alarms = _with_room(alarms) if found is None else alarms
    times = (*alarms.times[-MOST_TIMES + 1 :], now)
    return _counted(replace(alarms, listed=alarms.listed.set(cause.key, new), times=times, raised=alarms.raised + 1), now)


def happened(alarms: Alarms, cause: Cause, now: int, *, hides_all: bool = False) -> Alarms:
    """Raised by what is over in the same moment."""
    return returned(raised(alarms, cause, now, hides_all=hides_all), cause.key, now)


def returned(alarms: Alarms, key: str, now: int) -> Alarms:
    found = alarms.listed.get(key)
    if found is None or found.returned is not None:
        return alarms
    return _settled(alarms, replace(found, returned=now))


def acknowledged(alarms: Alarms, key: str, who: str) -> Alarms:
    found = alarms.listed.get(key)
    return alarms if found is None or found.is_acknowledged else _settled(alarms, replace(found, acknowledged_by=who))


def shelved(alarms: Alarms, key: str, until: int, reason: str, who: str) -> Alarms:
    """Out of the way until `until` ns. Nothing where it is not in the list, or may not be."""
    found = alarms.listed.get(key)
    if found is None or not found.cause.is_shelvable:
        return alarms
    return replace(alarms, listed=alarms.listed.set(key, replace(found, shelved_until=until, reason=reason, shelved_by=who)))


def unshelved(alarms: Alarms, key: str) -> Alarms:
    found = alarms.listed.get(key)
    if found is None or found.shelved_until is None:
        return alarms
    return _settled(alarms, replace(found, shelved_until=None, reason="", shelved_by=""))


def at(alarms: Alarms, now: int) -> Alarms:
    """What the time alone changes: shelves run out, a flood passes."""
    for key, alarm in alarms.listed.items():
        if alarm.shelved_until is not None and alarm.shelved_until <= now:
            alarms = unshelved(alarms, key)
    return _counted(alarms, now) if alarms.times else alarms


def shifted(alarms: Alarms, shift: int) -> Alarms:
    """In a clock in which every moment is `shift` ns later."""

    def later(at: int | None) -> int | None:
        return None if at is None else at + shift

    def alarm(old: Alarm) -> Alarm:
        return replace(old, raised=old.raised + shift, returned=later(old.returned), shelved_until=later(old.shelved_until))

    listed = Map({key: alarm(old) for key, old in alarms.listed.items()})
    return replace(
        alarms, listed=listed, times=tuple(t + shift for t in alarms.times), past=tuple(alarm(old) for old in alarms.past)
    )


def _settled(alarms: Alarms, alarm: Alarm) -> Alarms:
    """What is over and acknowledged leaves the list."""
    if alarm.returned is None or not alarm.is_acknowledged:
        return replace(alarms, listed=alarms.listed.set(alarm.cause.key, alarm))
    return _left(alarms, alarm)


def _left(alarms: Alarms, alarm: Alarm) -> Alarms:
    return replace(alarms, listed=alarms.listed.delete(alarm.cause.key), past=(alarm, *alarms.past[: KEPT - 1]))


def _with_room(alarms: Alarms) -> Alarms:
    """What stands is never put out: where all of it does the list grows."""
    if len(alarms.listed) < MOST_LISTED:
        return alarms
    over = [alarm for alarm in alarms.listed.values() if alarm.returned is not None]
    return _left(alarms, min(over, key=lambda alarm: (alarm.raised, alarm.cause.key))) if over else alarms


def _counted(alarms: Alarms, now: int) -> Alarms:
    times = alarms.times
    if times and times[0] <= now - RATE_OVER:
        times = tuple(time for time in times if time > now - RATE_OVER)
    is_flood = len(times) >= FLOOD_UNTIL if alarms.is_flood else len(times) > FLOOD_FROM
    if times is alarms.times and is_flood == alarms.is_flood and len(times) <= alarms.most:
        return alarms
    floods = alarms.floods + (is_flood and not alarms.is_flood)
    return replace(alarms, times=times, is_flood=is_flood, most=max(alarms.most, len(times)), floods=floods)
