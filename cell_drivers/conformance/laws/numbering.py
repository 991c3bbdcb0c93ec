"""Laws of command ids for motion: twice is as good as once, and an id is one command for ever."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

from cell.device import Prepared
from cell.driver_errors import Refusal
from cell_drivers.conformance.bed import Bed
from cell_drivers.conformance.law import law
from cell_drivers.conformance.motions import rig
from cell_drivers.conformance.seen import demand
from cell_drivers.conformance.trying import is_not_seen, refusal


@law("motion", "`prepare` never moves, and a second one of the same id is a no-op.")
def prepare_twice_is_once(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way, command = moving.way(), bed.id()
    first, second = moving.prepared(way, command), moving.prepared(way, command)
    demand(first == second, f"the second time it gives {second}, not {first}")
    demand((first.device, first.command, first.motion) == (robot, command, way.motion), f"it gives {first}")
    expected = sum(phase.duration for phase in way.phases)
    demand(abs(first.duration - expected) <= 1e-6, f"it says {first.duration:.6g} s, the trajectory lasts {expected:.6g} s")
    demand(moving.stands(), "it moves before it is started")
    return "the same answer, and it stood"


@law("motion", "A second `start` of the same id is a no-op.")
def start_twice_is_once(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    prepared, _ = moving.halfway()
    moving.robot.start(prepared)
    bed.done(robot, prepared.command)
    there = moving.q()
    moving.robot.start(prepared)
    away = max(moving.distance(state.q, there) for state in moving.watch(0.5))
    demand(away <= moving.still, f"started again when it was done, it moved by {away:.3g}")
    states = [state for state, _ in groupby(status.state for status in bed.told(robot, prepared.command))]
    demand(states.count("running") <= 1 and states.count("done") <= 1, f"it told {', '.join(states)}")
    return "in mid-motion and after the end, and it ran once"


@law("motion", "An id is not taken for another command.")
def an_id_is_not_taken_for_another_command(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way = moving.way()
    prepared = moving.prepared(way)
    for what, call in (
        ("the id of a motion for another motion", lambda: moving.prepared(replace(way, motion="another"), prepared.command)),
        ("the id of a motion for a deactivation", lambda: moving.robot.deactivate(prepared.command)),
    ):
        refused = refusal(call, what)
        demand(refused.code is Refusal.ID_REUSED, f"{what} is refused as {refused.code.name}")
    return "refused for another motion and for a deactivation"


@law("motion", "A refused command is `not seen` and may be sent again.")
def a_refused_id_may_be_sent_again(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    way, command = moving.way(), bed.id()
    refusal(lambda: moving.prepared(replace(way, phases=()), command), "a trajectory without phases")
    is_not_seen(bed, robot, command)
    moving.started(way, command)
    bed.done(robot, command)
    return "refused, sent again as it should be, done"


@law("motion", "What was not prepared does not start.")
def start_needs_prepare(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    stranger = Prepared(robot, bed.id(), "there", 1.0)
    refused = refusal(lambda: moving.robot.start(stranger), "the start of what was never prepared")
    demand(refused.code is Refusal.NOT_PREPARED, f"it is refused as {refused.code.name}")
    demand(moving.stands(), "it moves")
    return "refused, and it stood"


@law("motion", "One motion at a time.")
def one_motion_at_a_time(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    one, two = moving.prepared(moving.way("one")), moving.prepared(moving.way("two"))
    moving.robot.start(one)
    moving.watch(0.3 * one.duration)
    refused = refusal(lambda: moving.robot.start(two), "a second motion beside the first")
    demand(refused.code is Refusal.BUSY, f"it is refused as {refused.code.name}")
    bed.done(robot, one.command)
    return "the second is refused, the first went on to its end"


@law("motion", "`start` is refused where the robot no longer stands at the start.")
def start_is_refused_from_elsewhere(bed: Bed, robot: str) -> str:
    moving = rig(bed, robot)
    one, two = moving.prepared(moving.way("one")), moving.prepared(moving.way("two"))
    moving.robot.start(one)
    bed.done(robot, one.command)
    refused = refusal(lambda: moving.robot.start(two), "a motion from where the robot stood before")
    demand(refused.code is Refusal.START_DIFFERS, f"it is refused as {refused.code.name}")
    demand(moving.stands(), "it moves")
    return "refused, and it stood"
