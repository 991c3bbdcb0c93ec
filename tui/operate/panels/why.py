"""Why the cell does what it does now, each with the line of intent that it comes from; and what is under way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cell.diagnostic import Span
from cell.steps import Step
from controller import room
from controller.run_state import RunState
from tui.operate.lines import Line, Look, line, said, wrapped
from tui.operate.view import View

ABOUT = """Why the cell does what it does: what it is held or slowed by, and each step that is under way, with the line of
intent that asked for it. What is not under way is on the page of the plan."""
PARTS = """Where the parts are believed to be: how many of which kind at which thing. A part that is lost stands first."""


def why_lines(view: View, width: int, height: int) -> Sequence[Line]:
    return [row for text, look in _reasons(view) for row in wrapped(text, width, look)]


def _reasons(view: View) -> Iterator[tuple[str, Look]]:
    run = view.scene.run
    if view.link == "loading":
        yield view.note or "reading what has happened so far", "plain"
        if view.work.stage:
            yield view.work.whole, "note"
        return
    yield from _not_going_on(view, run)
    yield from _slow(view, run)
    for step in under_way(run):
        yield f"{step.id} {step.because.rule}  {line_of(view, step.because.span)}", "plain"
    if not run.progress.flights and run.pack == "Execute":
        yield "nothing is under way", "dim"


def _not_going_on(view: View, run: RunState) -> Iterator[tuple[str, Look]]:
    trouble = run.trouble
    if trouble.hold is not None:
        yield f"held: {trouble.hold.code} {trouble.hold.text}", "warn"
        for span in trouble.hold.because[:2]:
            yield f"  {line_of(view, span)}", "plain"
    for name, question in trouble.questions.items():
        yield f"asks {name}: {question.text} ({', '.join(question.answers)})", "warn"
    if run.pack in ("Suspended", "Suspending"):
        waited = room.blocked(run)
        for what in run.belief.short:
            yield room.short_in_words(run, what), "note"
            if what in waited:
                yield f"  {line_of(view, waited[what].because.span)}", "plain"
    if trouble.mode == "planning":
        yield f"a new plan is being made{f': {view.work.whole}' if view.work.stage else ''}", "note"
    elif view.work.stage:
        yield view.work.whole, "note"
    if trouble.replan is not None:
        yield f"the plan is of no use any more: {trouble.replan}", "note"


def _slow(view: View, run: RunState) -> Iterator[tuple[str, Look]]:
    zones = {} if run.context is None else run.context.zones
    occupied = [name for name, is_occupied in sorted(run.belief.zones.items()) if is_occupied and name in zones]
    for robot, seen in sorted(run.belief.robots.items()):
        if seen.fraction is None:
            yield f"{robot}: nobody knows which speed it was asked for", "warn"
        elif seen.fraction < 0.999:
            yield f"{robot} was asked for {100 * seen.fraction:.0f} % of its planned speed", "note"
    for name in occupied:
        zone = zones[name]
        if zone.when_occupied is not None:
            yield f"somebody is in {name}: {zone.when_occupied}  {line_of(view, zone.span)}", "note"


def under_way(run: RunState) -> list[Step]:
    """The steps that devices are at, in the order in which they were begun."""
    plan = run.progress.plan
    if plan is None:
        return []
    flights = sorted(run.progress.flights.values(), key=lambda flight: flight.sent)
    names = dict.fromkeys(flight.step for flight in flights if flight.step in plan.steps)
    return [plan.steps[name] for name in names if name is not None]


def line_of(view: View, span: Span) -> str:
    """Where it stands, and its text."""
    file = span.file.rpartition("/")[2]
    excerpt = view.excerpt(span)
    return f"{file}:{span.start.line}{' ' + excerpt if excerpt else ''}"


def parts_lines(view: View, width: int, height: int) -> Sequence[Line]:
    """Where the parts are: by thing, how many of which kind."""
    from collections import Counter

    from controller.summary import parts_of

    found = Counter((part.kind, part.where.partition("[")[0] or "lost") for part in parts_of(view.scene.run.belief.parts))
    rows = [line(f"{number:>4} ", said(kind, "plain"), " at ", said(place)) for (kind, place), number in sorted(found.items())]
    lost = [line(said(text_of_lost, "bad")) for text_of_lost in _lost(view)]
    return [*lost, *rows]


def _lost(view: View) -> Iterator[str]:
    from controller.summary import parts_of

    for part in parts_of(view.scene.run.belief.parts):
        if not part.where:
            yield f"? {part.id} is lost: {part.note}"
