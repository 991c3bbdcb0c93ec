"""A plan is the one that its id names, made from what is loaded now: text, cell, robots, params, seed, versions, facts."""

from __future__ import annotations

from collections.abc import Iterator

from cell.codec import digest
from cell.diagnostic import Diagnostic, Position, Span, error
from cell.motion_plan import MotionPlan
from cell.plan_file import plan_id
from cell.plan_inputs import Pairs, plan_inputs
from cell.state import PlanningRequest
from cell.steps import Move

_AGAIN = "plan again from what is there now"


def check_identity(plan: MotionPlan, request: PlanningRequest, versions: Pairs | None) -> tuple[Diagnostic, ...]:
    return tuple(_identity(plan, request, versions))


def _identity(plan: MotionPlan, request: PlanningRequest, versions: Pairs | None) -> Iterator[Diagnostic]:
    top = Span(request.program.file, Position(1, 1), Position(1, 1))
    if plan.plan_id != plan_id(plan):
        # What an edited plan says of its origin is no finding about the files.
        yield error("E680", "the plan's content is not the one that its id names", top, help=_AGAIN)
        return
    if versions is not None and plan.versions != versions:
        # Another version may read the same files as another cell: what else differs is then no finding about the files.
        yield error("E681", f"the plan was made by another version of {_differing(plan.versions, versions)}", top, help=_AGAIN)
        return
    loaded = plan_inputs(request)
    for name in _all_differing(plan.sources, loaded.sources):
        at = Span(name, top.start, top.end) if name in dict(loaded.sources) else top
        yield error("E681", f"the file {name} is not what this plan was made from", at, help=_AGAIN)
    for what, planned, now in (
        ("the param", plan.params, loaded.params),
        ("the robot model", plan.robot_digests, loaded.robot_digests),
    ):
        if planned != now:
            yield error("E681", f"{what} {_differing(planned, now)} is not what this plan was made from", top, help=_AGAIN)
    # A cell whose file is told to be another one is another cell.
    if plan.cell_revision != loaded.cell_revision and plan.sources == loaded.sources:
        yield error("E681", "the cell is not the one that this plan was made for", top, help=_AGAIN)
    if plan.tasks.seed != request.seed:
        yield error("E681", f"the plan was made with seed {plan.tasks.seed}, not {request.seed}", top, help=_AGAIN)


def _differing(planned: Pairs, now: Pairs) -> str:
    """The first name whose value differs, or that only one side has."""
    return next(iter(_all_differing(planned, now)), "list")


def _all_differing(planned: Pairs, now: Pairs) -> tuple[str, ...]:
    """Names whose values differ, or that only one side has; where only the order does, all of them."""
    old, new = dict(planned), dict(now)
    differing = tuple(name for name in {**old, **new} if old.get(name) != new.get(name))
    return differing or (tuple(new) if planned != now else ())


def check_motions_belong(plan: MotionPlan) -> tuple[Diagnostic, ...]:
    """Each motion under the hash of its content, answering the need of each step that names it, none without a step."""
    found, used = [], set[str | None]()
    for key, stored in plan.motions.items():
        if digest(stored) != key:
            found.append(error("E680", f"motion {key[:12]} is not the one that its key names", help=_AGAIN))
    for step in plan.tasks.steps:
        motion = plan.motions.get(step.motion) if step.motion is not None else None
        if not isinstance(step.action, Move):
            if step.motion is not None:
                found.append(error("E684", f"{step.id} has a motion and moves nothing", step.because.span))
        elif motion is None:
            found.append(error("E684", f"{step.id} has no motion", step.because.span))
        elif motion.need != step.action.need:
            found.append(error("E684", f"{step.id} asks for another motion than it has", step.because.span))
        used.add(step.motion)
    for key in plan.motions:
        if key not in used:
            found.append(error("E684", f"no step uses motion {key[:12]}"))
    return tuple(found)
