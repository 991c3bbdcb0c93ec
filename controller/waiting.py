"""`ensure line1.waiting < 8 parts`, watched: how many parts wait at a conveyor is what its signal says.

Law (SEMANTICS, `ensure`): a monitor waits for nothing and is no goal; where it breaks, `violated` is raised, once for each time.
A count that nobody tells any more is not known, and that counts as broken.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.events import ClauseBroken, CountReported
from cell.program import Amount, Compare, Ensure, IntentProgram
from cell.run import UNCOUNTED_IS_BROKEN
from controller import recovery
from controller.draft import Draft
from controller.run_state import Failure


def watched(program: IntentProgram) -> Iterator[tuple[Ensure, Compare, float]]:
    """The clauses of the whole run that are watched here, each with its limit."""
    for ensure in program.block.ensures:
        match ensure.condition:
            case Compare(subject=subject, limit=Amount(quantity=quantity)) if subject.path[1:] == ("waiting",):
                yield ensure, ensure.condition, quantity.value
            case _:
                pass


def counted(d: Draft, event: CountReported) -> None:
    before = d.belief.waiting.get(event.thing)
    d.believe(waiting=d.belief.waiting.set(event.thing, event.count))
    for ensure, compare, limit in watched(d.known.program):
        if compare.subject.path[0] != event.thing or _keeps(compare, event.count, limit):
            continue
        if before is not None and not _keeps(compare, before, limit):
            continue
        _broken(d, ensure, f"{_words(compare, limit)}: {event.count:g} wait")


def uncounted(d: Draft, thing: str) -> bool:
    """What counts there has been silent. Whether that breaks a clause, and is no more than that: nothing is put into an outfeed
    by an old count."""
    if d.known.rules < UNCOUNTED_IS_BROKEN or thing not in d.belief.silent:
        return False
    found = [(ensure, compare, limit) for ensure, compare, limit in watched(d.known.program) if compare.subject.path[0] == thing]
    for ensure, compare, limit in found:
        _broken(d, ensure, f"{_words(compare, limit)}: nobody says how many wait")
    return bool(found) and thing not in d.known.outfeeds


def _broken(d: Draft, ensure: Ensure, text: str) -> None:
    d.mend(violations=d.trouble.violations + 1)
    d.say(ClauseBroken(d.now, d.subject, "ensure", text, (ensure.span,)))
    recovery.fail(d, Failure("violated", "R727", text, block="", keeps_plan=True, because=(ensure.span,)))


def _words(compare: Compare, limit: float) -> str:
    return f"{compare.subject.path[0]}.waiting {compare.operator} {limit:g} parts"


def _keeps(compare: Compare, count: float, limit: float) -> bool:
    return {"<": count < limit, "<=": count <= limit, ">": count > limit, ">=": count >= limit}[compare.operator]
