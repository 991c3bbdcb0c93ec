"""What an event adds to the sums of a run, and when its figures are told.

Law: figures follow from the run's events alone, and are told where they have changed for whoever counts: when a part is done, at
each change of state, once a minute, when another controller takes over and at the end. Nothing in here sends a command, and
nothing else of the fold reads the sums.
"""

from __future__ import annotations

from collections.abc import Sequence

from cell.commands import Subject
from cell.conclusions import Conclusion, FiguresTold, SpentTold, TaktTold
from cell.dataclass import replaced
from cell.events import (
    ClauseBroken,
    GoalReached,
    Observation,
    RunEnded,
    RunOpened,
    RunResumed,
    Skipped,
    StepConfirmed,
    SupplyReported,
    TimeMarked,
)
from cell.run import TELLS_FIGURES
from controller.figures.figures import SECOND, Figures, figures_so_far
from controller.figures.lost_time import spell_of
from controller.figures.output import output_of
from controller.figures.planned_time import confirmed, followed
from controller.run_state import Commands, RunState
from controller.sums import PRODUCTION, UNATTENDED, Sums

COUNTING = (GoalReached, StepConfirmed, Skipped)
"""What a part may be done by."""


def summed(before: RunState, after: RunState, event: Observation, commands: Commands) -> tuple[RunState, Commands]:
    """`after` with what `event` adds, and `commands` with the figures where they are due. `before`: the state that it found, in
    the clock of now."""
    sums = _until(before, after, event)
    if isinstance(event, SupplyReported):
        sums = replaced(sums, {"supplies": sums.supplies.set(event.what, event.cause)})
    sums = _gone_on(sums, before, after, commands.record)
    spell = spell_of(after, sums.spell, sums.supplies)
    planned = followed(sums.planned, after.progress, sums.production)
    for said in commands.record:
        if type(said) is StepConfirmed:
            planned = confirmed(planned, after.progress, said.of, sums.production)
    if spell != sums.spell or planned is not sums.planned:
        sums = replaced(sums, {"spell": spell, "planned": planned})
    if sums is not after.sums:
        after = replaced(after, {"sums": sums})
    return _told(before, after, event, commands)


def _until(before: RunState, after: RunState, event: Observation) -> Sums:
    """The time from the last event to this one goes to what it was spent with."""
    sums, spent = before.sums, after.now - before.now
    if isinstance(event, RunOpened):
        sums, spent = replaced(sums, {"began": after.now}), 0
    if isinstance(event, RunResumed):
        sums = replaced(sums, {"spell": UNATTENDED})
    if spent and sums.began is not None:
        key, is_production = sums.spell.key, sums.spell.cause in PRODUCTION
        whole = sums.spent.set(key, sums.spent.get(key, 0) + spent)
        sums = replaced(sums, {"spent": whole, "production": sums.production + spent * is_production})
    return sums


def _gone_on(sums: Sums, before: RunState, after: RunState, said: Sequence[Conclusion]) -> Sums:
    """Iterations that have ended, and paces that have slipped."""
    late = sum(isinstance(each, ClauseBroken) and each.kind == "every" for each in said)
    if late:
        sums = replaced(sums, {"late": sums.late + late})
    earlier = before.trouble.paces
    if after.trouble.paces is earlier:
        return sums
    now = after.now - after.trouble.starved
    ended = {
        loop: now
        for loop, paced in after.trouble.paces.items()
        if (known := earlier.get(loop)) is None or paced.count > known.count
    }
    return replaced(sums, {"ends": sums.ends.update(ended)}) if ended else sums


# --- when they are told ------------------------------------------------------------------------------------------------


def _told(before: RunState, after: RunState, event: Observation, commands: Commands) -> tuple[RunState, Commands]:
    if after.context is None or after.context.rules < TELLS_FIGURES:
        return after, commands
    produced = after.sums.produced
    if any(isinstance(said, COUNTING) for said in commands.record):
        produced = output_of(after).produced
    is_due = before.pack != after.pack or produced != after.sums.produced or isinstance(event, TimeMarked | RunResumed)
    if not is_due:
        return after, commands
    if produced != after.sums.produced:
        after = replaced(after, {"sums": replaced(after.sums, {"produced": produced})})
    told = _event(after, commands)
    record = commands.record
    if record and isinstance(record[-1], RunEnded):  # the last event of a run stays the last
        return after, Commands(commands.send, (*record[:-1], told, record[-1]))
    return after, Commands(commands.send, (*record, told))


def _event(after: RunState, commands: Commands) -> FiguresTold:
    found: Figures = figures_so_far(after)
    plan = after.progress.plan
    return FiguresTold(
        after.now,
        Subject(after.run, plan.plan.plan_id if plan is not None else None),
        after.pack,
        found.total / SECOND,
        tuple(SpentTold(spell.cause, spell.detail, spent / SECOND) for spell, spent in found.spells),
        found.output.good,
        found.output.bad,
        found.planned,
        found.availability,
        found.effectiveness,
        found.quality,
        found.oee,
        tuple(TaktTold(takt.loop, takt.target, takt.actual, takt.ended) for takt in found.takts),
        found.late,
    )
