"""The whole page: one file that asks for nothing from outside.

Law: its own policy forbids every request, and every script and style but those that stand in it, by their hashes. So a text that
got into it unescaped after all could do nothing.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from importlib.resources import files

from cell.events import RunOpened
from cell.steps import Move
from cellwright.report.alarm_section import alarm_section
from cellwright.report.cell_picture import cell_section
from cellwright.report.course import Course
from cellwright.report.figure_section import figure_section
from cellwright.report.gantt import gantt
from cellwright.report.keyframes import planned_tracks
from cellwright.report.markup import Markup, element, joined, name
from cellwright.report.part_section import part_section
from cellwright.report.proof_section import proof_section
from cellwright.report.record import Record
from cellwright.report.replay_scene import scene
from cellwright.report.replay_section import PLANNED, RECORDED, replay_section
from cellwright.report.tables import section
from cellwright.report.whereabouts import MovesSeen, parts_of_run
from cellwright.report.zone_picture import zone_section

SCRIPTS = ("page.js", "replay.js")
CLOCKS = {"virtual": "simulated time", "real": "real time"}
NAV = (
    ("figures", "Figures"), ("gantt", "Planned and actual"), ("zones", "Zones"), ("replay", "Replay"), ("cell", "The cell"),
    ("alarms", "Alarms"), ("parts", "Parts"), ("proof", "Proof"),
)  # fmt: skip


def run_page(record: Record) -> str:
    """Of a run, from its first event to its last. Raises ValueError for a run without its first event."""
    seen = record.seen
    if seen is None or seen.opened is None:
        raise ValueError("the run has no first event")
    taken = seen.course.told()
    return page(
        f"Run {record.summary.run_id}",
        _header(record, seen.opened),
        figure_section(seen.tally.told(), record.summary, taken),
        gantt(taken),
        zone_section(taken),
        _replay(record, taken, seen.opened, seen.moves),
        cell_section(record.ground, record.no_ground, taken),
        alarm_section(record, seen.told, taken),
        part_section(record.summary.parts),
        proof_section(record, taken),
    )


def page(title: str, *sections: Markup, nav: Sequence[tuple[str, str]] = NAV, scripts: Sequence[str] = SCRIPTS) -> str:
    """`scripts` are files of ours."""
    style = text_of("page.css")
    code = [text_of(script) for script in scripts]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy(style, code)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="generator", content="cellwright"),
        element("title", title),
        element("style", Markup(style)),
    )
    links = element("nav", *(joined(element("a", word, href=f"#{anchor}"), " ") for anchor, word in nav), aria_label="sections")
    top = joined(element("h1", name(title)), links)
    code_of_ours = (element("script", Markup(one)).text for one in code)
    whole = (top.text, "<main>", *(part.text for part in sections), "</main>", *code_of_ours)
    return "".join(  # once: of a shift it is megabytes
        ('<!doctype html>\n<html lang="en" dir="ltr">', head.text, "<body>", *whole, "</body></html>\n")
    )


def _replay(record: Record, taken: Course, opened: RunOpened, moves: MovesSeen) -> Markup:
    if record.ground is None:
        return section("Replay", "replay", element("p", record.no_ground))
    tracks = record.tracks or planned_tracks(taken)
    drawn = scene(record.ground, taken, opened.state, tracks, parts_of_run(moves, taken))
    return replay_section(drawn, RECORDED if record.tracks else PLANNED, busy_moment(taken))


def busy_moment(taken: Course) -> float:
    """A moment at which something is carried, to be shown first."""
    moving = (run for run in taken.runs if isinstance(run.step.action, Move) and run.step.action.need.carried)
    return next(((run.start + run.stop) / 2.0 for run in moving), 0.0)


def own_policy() -> str:
    """Of every page that is made here."""
    return policy(text_of("page.css"), [text_of(script) for script in SCRIPTS])


def policy(style: str, scripts: Sequence[str]) -> str:
    hashes = " ".join(_hash(one) for one in scripts) or "'none'"
    return f"default-src 'none'; script-src {hashes}; style-src {_hash(style)}; base-uri 'none'; form-action 'none'"


def text_of(file: str) -> str:
    return files("cellwright.report").joinpath(file).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _header(record: Record, opened: RunOpened) -> Markup:
    summary = record.summary
    is_well = summary.state == "Complete" and not summary.violations
    state = element("p", f"{'✓' if is_well else '✗'} {summary.state}", class_="state" if is_well else "state bad")
    held = [element("p", "held because ", name(summary.held_because))] if summary.held_because else []
    damage = [element("p", name(record.damage), class_="bad")] if record.damage else []
    made = f"opened {opened.utc}, {CLOCKS[opened.clock]}, cell {opened.cell_revision[:12]}"
    return joined(state, *held, *damage, element("p", made))
