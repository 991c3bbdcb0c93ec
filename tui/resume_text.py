"""What somebody has to know before a run is gone on with: what is otherwise, what nobody can tell, what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tui.speech import count, printable

if TYPE_CHECKING:
    from controller.attached.messages import Looked


def resume_text(run: str, looked: Looked) -> str:
    return "\n".join(_lines(run, looked)) + "\n"


def _lines(run: str, looked: Looked) -> Iterator[str]:
    yield f"run {printable(run)}: its controller is gone; another one has looked at the devices"
    for one in looked.differences:
        yield printable(f"  {one.kind:<7}{one.name}: {one.expected} -> {one.observed}")
    if not looked.differences:
        yield "  everything is as the journal has it"
    for question in looked.questions:
        given = "" if question.given is None else f": {question.given}"
        yield printable(f"  asked  {question.id}: {question.text} ({', '.join(question.answers)}){given}")
    if looked.held_because is not None:
        yield printable(f"  held   {looked.held_because}")
    if looked.replans_because is None:
        yield f"  next   {count(looked.steps_left, 'step')} of the plan in hand"
    else:
        yield printable(f"  next   a new plan: {looked.replans_because}")


def resume_document(run: str, looked: Looked) -> dict[str, Any]:
    return {
        "run_id": run,
        "differences": [
            {"kind": d.kind, "name": d.name, "expected": d.expected, "observed": d.observed} for d in looked.differences
        ],
        "questions": [{"id": q.id, "text": q.text, "answers": list(q.answers)} for q in looked.questions],
        "held_because": looked.held_because,
        "replans_because": looked.replans_because,
        "steps_left": looked.steps_left,
    }
