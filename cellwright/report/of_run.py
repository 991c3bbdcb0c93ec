"""The record that a report is made from: journal and recordings of the run, and the cell where its files are still the same."""

from __future__ import annotations

from cell.events import PlanReleased
from cell.motion_plan import MotionPlan
from cellwright.report.record import Ground, Record, Said
from cellwright.report.tracks import tracks_of
from cellwright.same_sources import same_cell, same_texts
from cellwright.session import load_robots, sources_now
from cellwright.workshop import Workshop
from controller.journal.folder import RunFolder

GONE = "The cell's files are not there any more, so nothing is drawn of it."
OTHER = "The cell's files say something else than when the run was planned, so nothing is drawn of it."
NO_PLAN = "No plan was released, so nothing is known of the cell."


def run_record(folder: RunFolder, said: Said, workshop: Workshop) -> Record:
    """Raises JournalError."""
    events = folder.events()
    damage = folder.damage()
    plans = [event.plan for event in events if isinstance(event, PlanReleased) and event.plan is not None]
    ground, why, texts = _ground(plans[0], workshop) if plans else (None, NO_PLAN, {})
    tracks = tracks_of(folder, events) if ground is not None else {}
    return Record(events, folder.summary(), said, ground, why, texts, tracks, damage="" if damage is None else damage.text)


def _ground(plan: MotionPlan, workshop: Workshop) -> tuple[Ground | None, str, dict[str, str]]:
    try:
        reading = sources_now(plan)
    except OSError:
        reading = None
    if reading is None or reading.cell is None:
        return None, GONE, {}
    texts = same_texts(plan, reading)
    cell = same_cell(plan, reading)
    if cell is None:
        return None, OTHER, texts
    robots = load_robots(cell, workshop, reading.folder).value
    return (None, GONE, texts) if robots is None else (Ground(cell, robots), "", texts)
