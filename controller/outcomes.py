"""What was told of a part, whoever told it: kept with the part, and a failure where it is adverse and the intent asks nothing."""

from __future__ import annotations

from cell.commands import Subject
from controller import ledger, recovery
from controller.draft import Draft
from controller.run_state import Failure


def take_in(d: Draft, of: Subject, outcome: str, value: str) -> None:
    known = d.belief.parts.get(of.part or "")
    if known is None:
        return
    part = known.part.id
    kept = tuple(entry for entry in known.part.outcomes if entry[0] != outcome)
    ledger.change_part(d, part, outcomes=(*kept, (outcome, value)))
    assert d.policies is not None
    is_of_rung = d.trouble.errand is not None and d.trouble.errand.goal == of.goal  # its ladder goes on, whatever it tells
    if (outcome, value) in d.known.adverse and not is_of_rung and not d.policies.asks(of.goal, outcome):
        text = f"the {outcome} of {part} is {value}"
        recovery.fail(d, Failure(value, "R703", text, goal=of.goal, part=part, iteration=_iteration(d, of.step)))


def _iteration(d: Draft, step: str | None) -> tuple[str, str] | None:
    operation = d.plan.operation.get(step) if step is not None else None
    return operation.serves[-1] if operation is not None and operation.serves else None
