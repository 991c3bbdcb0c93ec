"""By which rule a step is there: said again from what it does and from what its operation does after it."""

from __future__ import annotations

from collections.abc import Sequence

from cell import reasons
from cell.model import CellModel
from cell.steps import Along, AtHub, Decide, Docking, Drive, MotionNeed, Move, Release, Step, Touch
from cell.task_plan import Operation
from planner.proof.effects import Setting
from planner.proof.needed_motion import is_parking


def reason_of(step: Step, operation: Operation, own: Sequence[Step], setting: Setting, place: str, cell: CellModel) -> str:
    """`own` are the steps of its operation, `place` is where it happens in contact, "" for nowhere."""
    if isinstance(step.action, Release | Drive) and setting.base != "nothing":
        return reasons.joining(setting.part, setting.base)
    if not isinstance(step.action, Move):
        where = setting.handed_to or place
        return reasons.action_reason(step.action, setting.part, where, setting.outcome, setting.is_joined)
    if step.action.need.touch is not None:
        return reasons.contact_reason(step.action.need, setting.part)
    if is_parking(step.action.need, cell):
        return reasons.parking(step.action.need.robot)
    for other in own[own.index(step) + 1 :]:
        match other.action:
            case Decide():
                return reasons.waiting(operation.part, operation.source or "")
            case Move(need=MotionNeed(touch=Docking(end="end") as touch, start=start)) if start == step.action.need.end:
                return reasons.changing(touch)
            case Move(need=MotionNeed(touch=Along())):
                return reasons.contact_reason(other.action.need, operation.part)
            case Move(need=MotionNeed(touch=Touch(end="end") as touch)):
                words = reasons.fetching if touch.pair == "fingers and part" else reasons.bringing
                return words(operation.part, touch.place)
            case _:
                pass
    end = step.action.need.end
    return reasons.gathering(end.equipment if isinstance(end, AtHub) else "")
