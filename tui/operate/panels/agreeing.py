"""What somebody has to see before robots move again: what was expected and what is observed, what is asked, what comes next.

Of a run that holds it is what has changed since it came to hold; of one whose controller was gone, what its new controller has
found (`Looked`). Who agrees has agreed to what is shown here and to nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from controller.attached.messages import OpenQuestion
from controller.difference import Difference, differences
from tui.operate.lines import Line, Look, line, said, wrapped
from tui.operate.panels.why import line_of
from tui.operate.view import View, open_questions
from tui.speech import count

ABOUT = """What was expected stands before the arrow, what is observed behind it. q answers the first question that is open, l has
the devices looked at again where another controller has taken over. Going on is agreed to with its button, never by enter alone:
the focus is on Cancel, and goes back there when what is shown changes."""

Rows = tuple[Sequence[Line], Sequence[tuple[str, Line]]]
MARGIN = 2
BY_THE_STOP = "R786"
"""Held because it was stopped, which is said already."""


def agreeing_rows(view: View, width: int) -> Rows:
    rows = [row for text, look in _told(view) for row in _hung(text, width, look)]
    return [], [(str(number), row) for number, row in enumerate(rows)]


def shown(view: View) -> object:
    """What somebody agrees to: another value where they have to look again."""
    trouble, proposed = view.scene.run.trouble, view.scene.proposed
    plan = None if proposed is None else proposed.plan.plan_id
    looked = None if view.looked is None else replace(view.looked, look=0)  # a look that finds the same is no other
    return looked, trouble.hold, tuple(sorted(trouble.questions)), trouble.replan, plan, _differences(view)


def not_yet(view: View) -> str:
    """Why it cannot be gone on with yet; "" where it can."""
    number = len(open_questions(view))
    return f"{count(number, 'question')} first" if number else ""


def _told(view: View) -> Iterator[tuple[str, Look]]:
    yield from _held(view)
    found = _differences(view)
    yield from ((f"{one.kind} {one.name}: {one.expected} → {one.observed}", "note") for one in found)
    if not found:
        yield ("as the journal has it" if view.looked is not None else "nothing has changed since it came to hold"), "plain"
    for question in _questions(view):
        given = f" = {question.given}" if question.given is not None else f"  ({', '.join(question.answers)})"
        yield f"asked: {question.text}{given}", "plain" if question.given is not None else "warn"
    yield from _next(view)
    yield from _plan(view)


def _held(view: View) -> Iterator[tuple[str, Look]]:
    trouble = view.scene.run.trouble
    if view.looked is not None:
        yield f"{_left(view)} has looked at the devices", "strong"
        why = view.looked.held_because
        if why is not None and not (view.scene.run.is_over and why.startswith(BY_THE_STOP)):
            yield f"held besides: {why}", "warn"
        return
    if trouble.hold is not None:
        yield f"held: {trouble.hold.code} {trouble.hold.text}", "strong"
        for span in trouble.hold.because[:2]:
            yield f"line of intent: {line_of(view, span)}", "plain"


def _left(view: View) -> str:
    """Nothing is written before somebody agrees, so the run is still as it was left."""
    run = view.scene.run
    return f"it was {run.pack.lower()}; another controller" if run.is_over else "its controller was gone; another one"


def _questions(view: View) -> tuple[OpenQuestion, ...]:
    return view.looked.questions if view.looked is not None else open_questions(view)


def _differences(view: View) -> tuple[Difference, ...]:
    if view.looked is not None:
        return view.looked.differences
    held = view.scene.held
    return () if held is None else differences(held, view.scene.run)


def _next(view: View) -> Iterator[tuple[str, Look]]:
    trouble, progress = view.scene.run.trouble, view.scene.run.progress
    why = view.looked.replans_because if view.looked is not None else trouble.replan
    left = view.looked.steps_left if view.looked is not None else progress.left
    if why is None:
        yield f"next: the plan in hand goes on, {count(left, 'step')} left", "plain"
    else:
        yield f"next: a new plan, because {why}", "plain"


def _plan(view: View) -> Iterator[tuple[str, Look]]:
    """What the newest plan has otherwise than the one before, where it waits for a word."""
    scene = view.scene
    told = scene.replanned
    if scene.way_back is not None:
        yield f"way back of {scene.way_back[0]}: on the map, at reduced speed, to where a plan goes on from", "note"
    if told is None or scene.proposed is None or scene.proposed.plan.plan_id != told.of.plan:
        return
    longer = told.rest_now - told.rest_before
    word = "longer" if longer > 0 else "shorter"
    yield f"plan {told.number} keeps {count(told.kept, 'operation')}, its rest is {abs(longer):.1f} s {word}", "plain"
    yield from ((f"  {change}", "plain") for change in told.changes)
    if told.beyond:
        yield f"  not approved: it {', '.join(told.beyond)}", "warn"


def _hung(text: str, width: int, look: Look) -> list[Line]:
    """Wrapped, what follows a little to the right."""
    first, *rest = wrapped(text, max(1, width - MARGIN), look) or [line(said("", look))]
    return [first, *((line(said(" " * MARGIN, look))[0], *row) for row in rest)]
