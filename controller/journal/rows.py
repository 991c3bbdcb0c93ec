"""Events and states as the text of a journal row, and back.

A released plan is not in its row: it stands beside the journal, once, under its id. Whoever reads rows says where.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, get_type_hints

from immutables import Map

from cell.codec import canonical_in_pieces, from_plain, text_in_pieces, to_plain
from cell.dataclass import dataclass
from cell.envelope import SLOWER_BY
from cell.events import Event, JogRequested, PlanReleased, PlanRequested, RunOpened, SupplyReported
from cell.jog import LONGEST
from cell.motion_plan import MotionPlan
from cell.separation_distance import APPROACH_SPEED
from controller import run_state
from controller.alarms import Alarms
from controller.plan_index import plan_index
from controller.policies import policies_of
from controller.run_state import Belief, Progress, RunState, Trouble
from controller.sums import PlannedTime, Sums

FIRST_SUM = 0
"""The sum before the first row."""

PlanOf = Callable[[str], MotionPlan]
"""The plan of that id. Raises KeyError or OSError when it is not there."""


@dataclass(frozen=True, slots=True)
class Row:
    seq: int
    at: int
    kind: str
    body: str


def row_of(seq: int, event: Event) -> Row:
    kept = replace(event, plan=None) if isinstance(event, PlanReleased) else event
    return Row(seq, event.at, type(event).__name__, "".join(canonical_in_pieces(kept)))


def chained(before: int, row: Row) -> int:
    """The sum of `row` behind one with the sum `before`."""
    return zlib.crc32(f"{row.seq} {row.at} {row.kind} {row.body}".encode(), before)


def snapshot_sum(seq: int, body: str) -> int:
    return zlib.crc32(f"{seq} {body}".encode())


def event_of(row: Row, plan_of: PlanOf) -> Event:
    """Raises CodecError for a row that is not one of ours."""
    plain = json.loads(row.body)
    if row.kind == RunOpened.__name__:
        _fill_context(plain)
        _fill_asked(plain)
    elif row.kind == PlanRequested.__name__:
        _fill_asked(plain)
    elif row.kind == SupplyReported.__name__ and isinstance(plain, dict):
        plain.setdefault("source", "")
    elif row.kind == JogRequested.__name__ and isinstance(plain, dict) and isinstance(plain.get("wanted"), dict):
        plain["wanted"].setdefault("lasts", LONGEST)
    event: Event = from_plain(Event, plain)
    if isinstance(event, PlanReleased):
        return replace(event, plan=plan_of(event.of.plan or ""))
    return event


def _fill_context(plain: Any) -> None:
    """Runs that were opened before rules of the fold had numbers went by the first ones, without envelope and endless parts."""
    if isinstance(plain, dict) and isinstance(plain.get("context"), dict):
        plain["context"].setdefault("rules", 1)
        plain["context"].setdefault("slower_by", SLOWER_BY)
        plain["context"].setdefault("endless", {})
        plain["context"].setdefault("heaps", [])
        plain["context"].setdefault("links", {})
        plain["context"].setdefault("approach_speed", APPROACH_SPEED)
        plain["context"].setdefault("is_manual", False)
        plain["context"].setdefault("outfeeds", {})
        plain["context"].setdefault("tells", {})
        for zone in plain["context"].get("zones", {}).values():
            zone.setdefault("distance", None)
        for robot in plain["context"].get("robots", {}).values():
            robot.setdefault("force_limit", None)
            robot.setdefault("on_link_loss", None)


def _fill_asked(plain: Any) -> None:
    """Until plans were asked for past robots that stand away from home nobody said in which joint positions they do."""
    if isinstance(plain, dict) and isinstance(plain.get("state"), dict):
        plain["state"].setdefault("standing", {})


def snapshot_of(state: RunState) -> str:
    """All of a state that does not follow from the intent or the plan."""
    progress = {f.name: getattr(state.progress, f.name) for f in fields(Progress) if f.name != "plan"}
    plain: dict[str, Any] = {
        f.name: to_plain(getattr(state, f.name)) for f in fields(RunState) if f.name not in ("policies", "progress")
    }
    plain["progress"] = {name: to_plain(value) for name, value in progress.items()}
    plain["plan"] = state.progress.plan.plan.plan_id if state.progress.plan is not None else None
    return "".join(text_in_pieces(plain))


def state_of(text: str, plan_of: PlanOf) -> RunState:
    """The inverse of `snapshot_of`. Raises for what another version has written: no default is a guess at what a run had come to,
    and the events tell all of it."""
    plain = json.loads(text)
    plan = plain.pop("plan")
    values = {name: from_plain(kind, plain[name]) for name, kind in _kinds(RunState).items() if name in _PLAIN}
    context, run = values["context"], values["run"]
    progress = _part(Progress, plain["progress"])
    return RunState(
        **{name: _maps(value) for name, value in values.items()},
        policies=policies_of(context.program) if context is not None else None,
        belief=_part(Belief, plain["belief"]),
        progress=replace(progress, plan=plan_index(plan_of(plan), run) if plan is not None else None),
        trouble=_part(Trouble, plain["trouble"]),
        alarms=_part(Alarms, plain["alarms"]),
        sums=replace(_part(Sums, plain["sums"]), planned=_part(PlannedTime, plain["sums"]["planned"])),
    )


_PARTS = ("policies", "belief", "progress", "trouble", "alarms", "sums")
_PLAIN = tuple(f.name for f in fields(RunState) if f.name not in _PARTS)


def _part(kind: Any, plain: Mapping[str, Any]) -> Any:
    """One of the records of a state: its maps become persistent again."""
    hints = {name: hint for name, hint in _kinds(kind).items() if name != "plan"}
    return kind(**{name: _maps(from_plain(hint, plain[name])) for name, hint in hints.items()})


def _maps(value: Any) -> Any:
    return Map(value) if isinstance(value, dict) else value


def _kinds(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, vars(run_state))
