"""A disturbed run before the independent judge: contacts, zones and places by the world's record, limits by how robots moved."""

from __future__ import annotations

from pathlib import Path

from cellwright.campaign.campaign import Tried
from tests.end_to_end.line import Planned
from tests.judge.from_world import recording_of
from tests.judge.judge import STEP, judge
from tests.judge.verdict import Finding


def misjudged(plan: Planned, run: Tried) -> list[str]:
    """What the judge finds, but for times, as a disturbed run keeps no deadline that holds at the declared durations, and for how
    hard a robot brakes: that is its own controller's, and harder than the planner may."""
    assert run.world is not None
    if not run.world.motions:
        return []
    motions = {key: motion for released in run.plans for key, motion in released.motion_plan.motions.items()}
    cell, program = plan.request.cell, plan.request.program
    verdict = judge(recording_of(run.world, cell), cell, Path(cell.file).parent, motions, program, STEP)
    own = ("time from", "acceleration", "jerk")
    fast = [e for e in verdict.exceedances if not any(word in e.what for word in own)]
    wrong: tuple[Finding, ...] = (*verdict.contacts, *verdict.entries, *verdict.misplaced, *fast)
    return [f"the judge found: {finding.text}" for finding in wrong[:3]]
