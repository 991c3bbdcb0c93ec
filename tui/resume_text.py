"""What somebody has to know before a run is gone on with: what is otherwise, what nobody can tell, what comes next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tui.speech import count, printable

if TYPE_CHECKING:
    from cellwright.resuming import Found


def resume_text(found: Found) -> str:
    return "\n".join(_lines(found)) + "\n"


def _lines(found: Found) -> Iterator[str]:
    yield f"run {printable(found.left.folder.id)}: its controller was gone"
    different = found.differences
    for one in different:
        yield printable(f"  {one.kind:<7}{one.name}: {one.expected} -> {one.observed}")
    if not different:
        yield "  everything is as the journal has it"
    for name, question in found.questions:
        yield printable(f"  asked  {name}: {question.text} ({', '.join(question.answers)})")
    because = found.replans_because
    left = found.after.progress.left
    yield (
        f"  next   {count(left, 'step')} of the plan in hand" if because is None else printable(f"  next   a new plan: {because}")
    )


def resume_document(found: Found) -> dict[str, Any]:
    return {
        "run_id": found.left.folder.id,
        "differences": [
            {"kind": d.kind, "name": d.name, "expected": d.expected, "observed": d.observed} for d in found.differences
        ],
        "questions": [{"id": name, "text": q.text, "answers": list(q.answers)} for name, q in found.questions],
        "replans_because": found.replans_because,
        "steps_left": found.after.progress.left,
    }
