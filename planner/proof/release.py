"""Stage 5: the only place where a ReleasedPlan is made. A plan is released when all of it is proved here and now, or not at all.

A plan that comes from a file is treated like one from the planner: as unproved. The symbolic part of the proof is always done
again; what was proved of a motion's geometry is taken from the private store only under the hash of motion, shapes and scene.
"""

from __future__ import annotations

from functools import partial

from cell.diagnostic import Diagnostic, Outcome, error
from cell.home import home_of
from cell.jog import jog_of
from cell.motion_plan import MotionPlan
from cell.plan_inputs import Pairs
from cell.released_plan import Proof, ReleasedPlan
from cell.retreat import retreat_of
from cell.state import PlanningRequest
from planner.proof.certificates import CertificateStore, MapFunction, Progress, judge_all
from planner.proof.jog import prove_jog
from planner.proof.prove import prove
from planner.proof.retreat import prove_retreat


def _silent(stage: str, done: int, of: int) -> None:
    """Tells nobody."""


def release(
    motion_plan: MotionPlan,
    request: PlanningRequest,
    store: CertificateStore | None = None,
    map_fn: MapFunction = map,
    progress: Progress = _silent,
    versions: Pairs | None = None,
) -> Outcome[ReleasedPlan]:
    """The plan with its proof, or every reason that was found against it.

    `request` is what planning was asked, with the state as it is observed now. `store` keeps certificates of motions, None
    keeps none. `map_fn` applies a pure picklable function to a sequence, in any process, in order. `versions` are those of
    the software that runs; None compares none.
    """
    if homeless := _without_home(request):
        return Outcome(None, homeless)
    judged = partial(judge_all, store=store, map_fn=map_fn, progress=progress)
    if (jogged := jog_of(motion_plan)) is not None:
        proof = prove_jog(motion_plan, jogged, request, versions, judged)
    elif (need := retreat_of(motion_plan)) is not None:
        proof = prove_retreat(motion_plan, need, request, versions, judged)
    else:
        proof = prove(motion_plan, request, versions, store, map_fn, progress)
    if proof.value is None:
        return Outcome(None, proof.diagnostics)
    return Outcome(ReleasedPlan(motion_plan, proof.value), proof.diagnostics)


def _without_home(request: PlanningRequest) -> tuple[Diagnostic, ...]:
    """Every arm and every scene needs the homes of all robots."""
    try:
        for name, unit in request.cell.robots.items():
            home_of(unit, request.robots[name])
    except ValueError as cause:
        return (error("E684", str(cause)),)
    return ()


def proved_beside(motion_plan: MotionPlan, proof: Proof) -> ReleasedPlan:
    """Of a plan that `release` has proved in another process, which the one that runs it has started for that alone and from the
    same sources. A released plan crosses no line; its plan and its proof do, together, and only that process may say both."""
    return ReleasedPlan(motion_plan, proof)
