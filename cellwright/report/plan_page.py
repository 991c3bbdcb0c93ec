"""The page of a proved plan, before anything moves: the same sections as of a run, as far as there is anything to tell."""

from __future__ import annotations

from cell.released_plan import ReleasedPlan
from cell.run import RunSummary, run_context
from cell.state import PlanningRequest
from cell.task_plan import Bounds
from cellwright.reading import Reading
from cellwright.report.cell_picture import cell_section
from cellwright.report.course import Course, planned
from cellwright.report.figure_section import card
from cellwright.report.gantt import gantt
from cellwright.report.keyframes import planned_tracks
from cellwright.report.markup import Markup, element
from cellwright.report.page import busy_moment, page
from cellwright.report.proof_section import proof_section
from cellwright.report.record import Ground, Record
from cellwright.report.replay_scene import scene
from cellwright.report.replay_section import BEFORE, replay_section
from cellwright.report.tables import section
from cellwright.report.whereabouts import parts_of_plan
from cellwright.report.zone_picture import zone_section
from cellwright.same_sources import same_texts
from cellwright.times import lasting

NAV = (
    ("figures", "Figures"), ("gantt", "Planned"), ("zones", "Zones"), ("replay", "Replay"), ("cell", "The cell"),
    ("proof", "Proof"),
)  # fmt: skip
ABOUT = "A plan, before anything has moved: at the declared durations, with the branch of a good part where a choice is open."


def plan_page(released: ReleasedPlan, request: PlanningRequest, reading: Reading) -> str:
    plan, proof = released.motion_plan, released.proof
    ground = Ground(request.cell, request.robots)
    adverse = frozenset(run_context(request.program, request.cell).adverse)
    meant = planned(plan, len(proof.obligations), proof.assumptions, adverse)
    record = Record(None, _NOTHING, ground, texts=same_texts(plan, reading), proof=proof)
    drawn = scene(ground, meant, request.state, planned_tracks(meant), parts_of_plan(meant, request.state))
    return page(
        f"Plan {plan.plan_id[:12]}",
        element("p", ABOUT),
        section("Figures", "figures", _cards(plan.tasks.bounds, meant, len(proof.obligations))),
        gantt(meant),
        zone_section(meant),
        replay_section(drawn, BEFORE, busy_moment(meant)),
        cell_section(ground, "", meant),
        proof_section(record, meant),
        nav=NAV,
    )


def _cards(bounds: Bounds, meant: Course, obligations: int) -> Markup:
    takt = [card("takt", lasting(bounds.takt), "each part or iteration")] if bounds.takt is not None else []
    alone = "" if bounds.one_by_one is None else f"one part after the other: {lasting(bounds.one_by_one)}"
    steps = len(meant.plans[0].plan.tasks.steps)
    return element(
        "div",
        card("makespan", lasting(bounds.makespan), alone),
        card("lower bound", lasting(bounds.lower_bound), f"gap {100.0 * bounds.gap:.1f} %"),
        *takt,
        card("bottleneck", bounds.bottleneck, ""),
        card("steps", str(steps), f"along {len(meant.plans[0].plan.motions)} motions"),
        card("proved", f"{obligations} obligations", "under the assumptions below"),
        class_="cards",
    )


_NOTHING = RunSummary("", "", 0, 0, 0, 0, None, 0, 0.0, (), 0)
