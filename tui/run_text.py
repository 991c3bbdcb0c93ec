"""What a run came to: the keys that docs/command_line.md promises, and the same for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from cell.run import OrderState, PartSummary, RunSummary
from cellwright.times import lasting
from tui.exit_codes import DONE, HELD, PROBLEM
from tui.speech import bold, count, printable


def run_document(summary: RunSummary) -> dict[str, Any]:
    return {
        "run_id": summary.run_id,
        "state": summary.state,
        "mode": summary.mode,
        "pid": summary.pid,
        "steps_done": summary.steps_done,
        "steps_total": summary.steps_total,
        "goals_met": summary.goals_met,
        "goals_total": summary.goals_total,
        "held_because": summary.held_because,
        "waits_for": list(summary.waits_for),
        "goals_skipped": summary.goals_skipped,
        "makespan_s": summary.makespan_s,
        "parts": [_part(part) for part in summary.parts],
        "left": [{"kind": left.kind, "place": left.place, "count": left.count} for left in summary.left],
        "violations": summary.violations,
        "awaiting": list(summary.awaiting),
        "orders": [{"id": order.id, "queue": order.queue, "state": order.state} for order in summary.orders],
        "orders_left": [{"queue": left.queue, "state": left.state, "count": left.count} for left in summary.orders_left],
        "aims": [{"count": aim.subject, "have": aim.have, "want": aim.want} for aim in summary.aims],
    }


def _part(part: PartSummary) -> dict[str, Any]:
    return {
        "id": part.id,
        "kind": part.kind,
        "where": part.where or None,
        "note": part.note,
        "outcomes": dict(part.outcomes),
        "given_up": part.given_up,
    }


def run_exit_code(summary: RunSummary, strict: bool = False) -> int:
    """Complete is done; with `strict` only when nothing was skipped. Everything else is held or stopped."""
    if summary.state != "Complete":
        return HELD
    return PROBLEM if strict and summary.goals_skipped else DONE


def run_text(summary: RunSummary, colour: bool) -> str:
    lines = [bold(f"run {printable(summary.run_id)}: {state_words(summary)}", colour)]
    lines += [f"  {name:<10}{value}" for name, value in _figures(summary)]
    return "\n".join(lines) + "\n"


def state_words(summary: RunSummary) -> str:
    """The state, and the mode where it is not the usual one."""
    return summary.state if summary.mode == "Production" else f"{summary.state}, manual mode"


def _figures(summary: RunSummary) -> Iterator[tuple[str, str]]:
    if summary.held_because is not None:
        yield "held", printable(summary.held_because)
    for what in summary.waits_for:
        yield "suspended" if summary.state.startswith("Suspend") else "waits for", printable(what)
    for asked in summary.awaiting:
        yield "awaited", printable(asked)
    for aim in summary.aims:
        yield "batch", f"{aim.have} of {aim.want} {printable(aim.subject)}"
    if summary.orders or summary.orders_left:
        yield "orders", _orders(summary)
    skipped = f", {summary.goals_skipped} given up" if summary.goals_skipped else ""
    yield "goals", f"{summary.goals_met} of {summary.goals_total} met{skipped}"
    yield "steps", f"{summary.steps_done} of {summary.steps_total} done"
    yield "makespan", lasting(summary.makespan_s)
    yield "clauses", "none broken" if summary.violations == 0 else f"{count(summary.violations, 'violation')}"
    yield from _places(summary)


def _orders(summary: RunSummary) -> str:
    states = Counter(order.state for order in summary.orders)
    for left in summary.orders_left:
        states[left.state] += left.count
    return ", ".join(f"{states[state]} {state}" for state in get_args(OrderState) if states[state])


def _places(summary: RunSummary) -> Iterator[tuple[str, str]]:
    """How many parts lie where; places of one tray together."""
    where = Counter(_equipment(part) for part in summary.parts)
    for left in summary.left:
        where[left.kind, f"in {printable(left.place.partition('[')[0])}"] += left.count
    label = "parts"
    for (kind, place), number in sorted(where.items()):
        yield label, f"{number} {printable(kind)} {place}"
        label = ""


def _equipment(part: PartSummary) -> tuple[str, str]:
    if not part.where:
        return part.kind, f"lost: {printable(part.note)}"
    return part.kind, f"in {printable(part.where.partition('[')[0])}"


def runs_text(summaries: Sequence[RunSummary]) -> str:
    rows = [("run", "state", "goals", "steps", "makespan", "pid")]
    for s in summaries:
        goals, steps = f"{s.goals_met}/{s.goals_total}", f"{s.steps_done}/{s.steps_total}"
        pid = "" if s.pid is None else str(s.pid)
        rows.append((printable(s.run_id), state_words(s), goals, steps, lasting(s.makespan_s), pid))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows) + "\n"
