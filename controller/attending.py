"""What operators do about alarms, and the list of them kept up with the state of the run.

Law: the list follows from the run's events alone, so every terminal, a replay and a report have the same. Nothing in here sends
a command or concludes anything: an alarm that nobody looks after changes nothing but the list, so no journal of before folds
otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from cell.attended import AlarmAcknowledged, AlarmShelved, AlarmUnshelved, Attended
from cell.conclusions import Conclusion
from cell.events import Answered, Event
from cell.run import SHELVES_ONE_ALARM
from controller import alarms
from controller.alarm_causes import happening, held_as_well, is_unchanged, question_key, standing
from controller.draft import SECOND, Draft
from controller.run_state import RunState

SHELF = "shelf"


def attended(d: Draft, event: Attended) -> None:
    match event:
        case AlarmAcknowledged(alarm=key, who=who):
            d.alarms = alarms.acknowledged(d.alarms, key, who)
        case AlarmShelved(alarm=key, until=until, reason=reason, who=who):
            d.alarms = alarms.shelved(d.alarms, key, until, reason, who)
            d.set_timer(f"{SHELF} {key}", max(0, until - d.now) / SECOND)
        case AlarmUnshelved(alarm=key):
            d.alarms = alarms.unshelved(d.alarms, key)
            d.clear_timer(f"{SHELF} {key}")


def answered(d: Draft, event: Answered) -> None:
    """Whoever has answered has seen it."""
    if event.question not in d.trouble.questions:
        d.alarms = alarms.acknowledged(d.alarms, question_key(event.question), event.who)


def kept_up(before: RunState, after: RunState, event: Event, said: Iterable[Conclusion]) -> RunState:
    """`after` with what `event` and what was `said` to it make of the list."""
    found = after.alarms
    hides_all = after.context is not None and after.context.rules < SHELVES_ONE_ALARM
    if not is_unchanged(before, after):
        found = alarms.standing_now(found, standing(before), standing(after), after.now, hides_all=hides_all)
    for each in (event, *said):
        cause = happening(each, before) or held_as_well(each, after)
        if cause is not None:
            found = alarms.happened(found, cause, after.now, hides_all=hides_all)
    found = alarms.at(found, after.now)
    return after if found is after.alarms else replace(after, alarms=found)
