"""A proved plan for a person: its figures, what was proved and under which assumptions, and the first parts as a picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from cell.diagnostic import Span
from cell.released_plan import Holds, Obligation, ReleasedPlan
from cell.steps import Move
from cell.task_plan import Bounds, TaskPlan
from cellwright.times import lasting
from tui.schedule_picture import LEGEND, PARTS_SHOWN, schedule_picture
from tui.speech import bold, count, printable

HOLDS: tuple[Holds, ...] = ("for all durations", "at the declared durations")


def plan_text(released: ReleasedPlan, width: int, colour: bool, everything: bool) -> str:
    """`everything` lists each obligation and each assumption; else they are counted."""
    plan, proof = released.motion_plan, released.proof
    lines = [bold(f"plan {plan.plan_id[:12]}", colour), *_rows(_figures(released)), ""]
    picture = schedule_picture(plan.tasks, width)
    if picture:
        shown = min(PARTS_SHOWN, len(plan.tasks.parts))
        which = "part" if shown == 1 else f"{shown} parts"
        lines += [f"the first {which}, minutes:seconds", picture, LEGEND, ""]
    if everything:
        for holds in HOLDS:
            lines += [bold(f"proved {holds}", colour), *_obligations(o for o in proof.obligations if o.holds == holds), ""]
        lines += [bold("assumed", colour), *(f"  {printable(a)}" for a in proof.assumptions or ("nothing",)), ""]
    return "\n".join(lines).rstrip() + "\n"


def _rows(figures: Iterator[tuple[str, str]]) -> Iterator[str]:
    return (f"  {name:<14}{value}" for name, value in figures)


def _figures(released: ReleasedPlan) -> Iterator[tuple[str, str]]:
    plan, proof = released.motion_plan, released.proof
    bounds = plan.tasks.bounds
    yield "makespan", lasting(bounds.makespan)
    yield "lower bound", f"{lasting(bounds.lower_bound)}: no order of this work can be quicker"
    yield "gap", f"{100 * bounds.gap:.1f} %"
    if bounds.takt is not None:
        yield "takt", f"{lasting(bounds.takt)} {_each(plan.tasks)}"
    yield "bottleneck", printable(bounds.bottleneck)
    if bounds.one_by_one is not None:
        yield "one by one", _compared(bounds, bounds.one_by_one)
    moves = sum(isinstance(step.action, Move) for step in plan.tasks.steps)
    steps, motions = count(len(plan.tasks.steps), "step"), count(len(plan.motions), "motion")
    yield "steps", f"{steps}, {moves} of them along {motions}"
    if plan.tasks.choices:
        yield "open choices", f"{len(plan.tasks.choices)}, every branch planned and proved"
    holds = Counter(obligation.holds for obligation in proof.obligations)
    told = ", ".join(f"{holds[word]} {word}" for word in HOLDS if holds[word])
    yield "proved", count(len(proof.obligations), "obligation") + (f": {told}" if told else "")
    yield "assumed", f"{count(len(proof.assumptions), 'sentence')} (--prove lists them)" if proof.assumptions else "nothing"


def _each(tasks: TaskPlan) -> str:
    """Of what there is one each takt: the members of the loop that goes round most often."""
    rounds: dict[str, set[str]] = {}
    for loop, member in (one for operation in tasks.operations for one in operation.serves):
        rounds.setdefault(loop, set()).add(member)
    members = max(rounds.values(), key=len, default=set())
    return "a part" if members <= {part.id for part in tasks.parts} else "an iteration"


def _compared(bounds: Bounds, one_by_one: float) -> str:
    """What the plan gains over starting a part only when the one before is finished."""
    saved = 100.0 * (1.0 - bounds.makespan / one_by_one) if one_by_one > 0.0 else 0.0
    return f"{lasting(one_by_one)}; " + (f"this plan takes {saved:.0f} % less" if saved >= 0.5 else "this plan takes as long")


def _obligations(obligations: Iterator[Obligation]) -> Iterator[str]:
    found = list(obligations)
    for o in found:
        margin = "" if o.margin is None else f", margin {o.margin:.4g}"
        yield f"  {printable(o.id)} [{printable(o.kind)}] {printable(o.claim)}: {printable(o.evidence)}{margin}{_place(o.spans)}"
    if not found:
        yield "  nothing"


def _place(spans: tuple[Span, ...]) -> str:
    return f" ({printable(spans[0].file)}:{spans[0].start.line})" if spans else ""
