"""Plans as text: written canonically, read with distrust.

What is read is an *unreleased* MotionPlan: nothing in a file is taken as proved. Whatever the text holds (any size, any
nesting, NaN, cut short, wrong types), reading gives a plan or diagnostics: E670 no JSON of ours, E671 not this form, E672 the
readable part says something else than the plan beneath it. Whether the plan is what it claims is for the release to find.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, NoReturn

from cell.codec import CodecError, digest, from_plain, text_in_pieces, text_of, to_plain
from cell.diagnostic import Outcome, Position, Span, error
from cell.motion_plan import MotionPlan
from cell.plan_document import plan_document

FORMAT = "cellwright plan 1"
_TOP = Position(1, 1)
LARGEST_TEXT = 64_000_000  # characters; a plan for 1,000 parts is below half of it


def plan_id(plan: MotionPlan) -> str:
    """sha256 of the canonical content without the id itself, in hex."""
    return digest(replace(plan, plan_id=""))


def with_plan_id(plan: MotionPlan) -> MotionPlan:
    """The same plan under its own id."""
    return replace(plan, plan_id=plan_id(plan))


def write_plan(plan: MotionPlan) -> str:
    """One JSON object: `format`, the readable part, then under `plan` the plan itself. Equal plans give equal text."""
    document = {"format": FORMAT, **plan_document(plan), "plan": to_plain(plan)}
    return "".join(text_in_pieces(document)) + "\n"


def read_plan(text: str, file: str = "plan") -> Outcome[MotionPlan]:
    """The plan that `text` holds; `file` only names it in diagnostics."""
    if len(text) > LARGEST_TEXT:
        return _refused("E670", f"the plan file has {len(text)} characters, more than {LARGEST_TEXT}", file)
    try:
        document = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_duplicate)
    except json.JSONDecodeError as cause:
        where = Position(cause.lineno, cause.colno)
        return _refused("E670", f"the plan file is no JSON: {cause.msg}", file, where)
    except RecursionError:
        return _refused("E670", "the plan file is nested too deeply", file)
    except ValueError as cause:
        return _refused("E670", f"the plan file is no JSON that we write: {cause}", file)
    return _from_document(document, text, file)


def _from_document(document: Any, text: str, file: str) -> Outcome[MotionPlan]:
    if not isinstance(document, dict) or document.get("format") != FORMAT or "plan" not in document:
        return _refused("E671", f"the file is not a plan of the form {FORMAT!r}", file)
    try:
        plan = from_plain(MotionPlan, document["plan"])
        _refuse_half_pairs(text, document)
    except CodecError as cause:
        return _refused("E671", f"the plan cannot be read: plan.{cause.path}: {cause.reason:.200}", file)
    except (ValueError, OverflowError) as cause:
        return _refused("E671", f"the plan cannot be read: {cause!s:.200}", file)
    beside = {key: value for key, value in document.items() if key not in ("format", "plan")}
    expected = plan_document(plan)
    differing = sorted(beside.keys() ^ expected.keys()) or sorted(k for k in expected if beside[k] != expected[k])
    if differing:
        return _refused("E672", f"the readable part ({', '.join(differing)}) differs from the plan beneath it", file)
    return Outcome(plan)


def _refuse_half_pairs(text: str, document: Any) -> None:
    """Half a surrogate pair has no bytes. It stands in the text as it is, or behind an escape; a plan of ours has hardly any of
    these, and is not written again to look. Raises ValueError."""
    text.encode()
    if "\\u" in text:
        text_of(document).encode()


def _refused(code: str, message: str, file: str, at: Position = _TOP) -> Outcome[MotionPlan]:
    return Outcome(None, (error(code, message, Span(file, at, at), help="plan again: `cellwright plan` writes the file"),))


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _no_duplicate(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entries = dict(pairs)
    if len(entries) != len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {next(k for k in keys if keys.count(k) > 1)!r:.60} stands twice in one object")
    return entries
