"""What was proved before anything moved, and under which assumptions. A proof is about the model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cell.released_plan import Obligation, Proof
from cellwright.report.course import Course, Laid
from cellwright.report.markup import Inside, Markup, element, joined, name
from cellwright.report.record import Record
from cellwright.report.tables import folded, listed, section, table

ABOUT = "A proof is about the model of the cell, under the assumptions below. It is no statement on the safety of people."
KEPT = "The journal keeps how much was proved of each plan and what was assumed; cellwright plan --prove lists each obligation."


def proof_section(record: Record, course: Course) -> Markup:
    if not course.plans:
        return section("Proof", "proof", element("p", "No plan was released."))
    plans = [part for laid in course.plans for part in _plan(laid, record.proof is None)]
    own = list(_obligations(record, record.proof)) if record.proof is not None else [element("p", KEPT)]
    return section("Proof", "proof", element("p", ABOUT), *plans, *own)


def _plan(laid: Laid, with_count: bool) -> Iterator[Markup]:
    count = f": {laid.obligations} obligations proved" if with_count else ""
    yield element("h3", f"Plan {laid.number} ({laid.plan.plan_id[:12]}){count}")
    assumed = list(dict.fromkeys(laid.assumptions))
    yield (
        folded(f"Assumed: {len(assumed)} sentences", listed(name(text) for text in assumed))
        if assumed
        else element("p", "Nothing was assumed.")
    )


def _obligations(record: Record, proof: Proof) -> Iterator[Markup]:
    kinds = Counter((o.kind, o.holds) for o in proof.obligations)
    rows: list[tuple[Inside, ...]] = [(kind, holds, str(number)) for (kind, holds), number in kinds.items()]
    yield table(f"{len(proof.obligations)} obligations proved", ("kind", "holds", "how many"), rows, numbers=(2,))
    head = ("claim", "kind", "how", "margin", "line")
    yield folded(
        "Every obligation", table("Obligations", head, (_obligation(record, o) for o in proof.obligations), numbers=(3,))
    )


def _obligation(record: Record, o: Obligation) -> tuple[Inside, ...]:
    margin = "" if o.margin is None else f"{o.margin:.4g}"
    place, text = record.line(o.spans[0] if o.spans else None)
    return name(o.claim), o.kind, name(o.evidence), margin, joined(name(place), " ", element("code", name(text)) if text else "")
