"""The record that a report is made from: journal and recordings of the run, and the cell where its files are still the same."""

from __future__ import annotations

from cell.motion_plan import MotionPlan
from cellwright.report.gathered import gathered
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
    seen = gathered(folder.each_event(), said)
    damage = folder.damage()
    ground, why, texts = _ground(seen.first, workshop) if seen.first is not None else (None, NO_PLAN, {})
    tracks = tracks_of(folder, seen.clock.zeros) if ground is not None else {}
    return Record(seen, folder.summary(), ground, why, texts, tracks, damage="" if damage is None else damage.text)


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
