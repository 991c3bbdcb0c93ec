"""From what the user named, an intent or a plan file, to a plan proved in this process: what plan, simulate and run share.

A plan file is untrusted: its sources are read again and it is proved again. Nothing is printed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cell.diagnostic import Diagnostic, Outcome, WhyNot
from cell.released_plan import ReleasedPlan
from cell.state import PlanningRequest
from cellwright.reading import Reading, read
from cellwright.session import load_plan, make_plan, release_plan, request_for
from cellwright.shown import shown, shown_texts
from cellwright.workshop import Workshop
from tui.exit_codes import PROBLEM, USAGE

UNREADABLE = frozenset({"E670", "E671"})  # a plan file that cannot be read is a matter of usage, not of the intent


@dataclass(frozen=True, slots=True)
class Ready:
    reading: Reading
    request: PlanningRequest
    released: ReleasedPlan


@dataclass(frozen=True, slots=True)
class Prepared:
    """`ready` is None where `diagnostics` say why; `why` says of which kind that is where planning has come to nothing. `texts`
    are for excerpts, by file name."""

    ready: Ready | None
    diagnostics: tuple[Diagnostic, ...]
    texts: Mapping[str, str]
    why: WhyNot | None = None

    @property
    def refusal(self) -> int:
        """The exit code for a preparation that came to nothing."""
        return USAGE if any(d.code in UNREADABLE for d in self.diagnostics) else PROBLEM


def is_text(file: str) -> bool:
    return Path(file).suffix in (".intent", ".cell")


def prepare(
    file: str, settings: Mapping[str, str], cell: str | None, seed: int, without: frozenset[str], workshop: Workshop
) -> Prepared:
    """Raises OSError where a file that the user named, or that the plan names, cannot be read."""
    if not is_text(file):
        return _from_plan(file, cell, without, workshop)
    reading = read(file, settings, cell)
    request = request_for(reading, workshop, seed, without=without)
    if request.value is None:
        return Prepared(None, request.diagnostics, reading.texts)
    made = make_plan(request.value, workshop)
    found = (*request.diagnostics, *made.diagnostics)
    if made.value is None:
        return Prepared(None, _once(found), reading.texts, made.why)
    return _released(release_plan(made.value, request.value, workshop), reading, request.value, found)


def _from_plan(file: str, cell: str | None, without: frozenset[str], workshop: Workshop) -> Prepared:
    loaded = load_plan(file, cell)
    if loaded.value is None:
        return Prepared(None, loaded.diagnostics, {})
    plan, reading = loaded.value.plan, loaded.value.reading
    request = request_for(reading, workshop, plan.tasks.seed, without=without)
    found = (*loaded.diagnostics, *request.diagnostics)
    if request.value is None:
        return Prepared(None, shown(reading, _once(found)), shown_texts(reading))
    return _released(release_plan(plan, request.value, workshop), reading, request.value, found)


def _released(
    proved: Outcome[ReleasedPlan], reading: Reading, request: PlanningRequest, before: tuple[Diagnostic, ...]
) -> Prepared:
    found = _once((*before, *proved.diagnostics))
    ready = None if proved.value is None else Ready(reading, request, proved.value)
    return Prepared(ready, shown(reading, found), shown_texts(reading))


def _once(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    return tuple(dict.fromkeys(diagnostics))
