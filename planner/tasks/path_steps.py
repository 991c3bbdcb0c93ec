"""The steps of work along a path: the robot equipped and at the hub, the part in its clamp, then one motion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cell.reasons import contact_reason
from cell.seats import has_family
from cell.steps import Along, AtHub, Move, stance_name
from planner.tasks.draft import fact
from planner.tasks.floor import Act
from planner.tasks.path_acts import motion_along
from planner.tasks.robot_chain import RobotChain
from planner.tasks.route import Stage

if TYPE_CHECKING:
    from planner.tasks.write_steps import Writer


def write_along(writer: Writer, robot: RobotChain, act: Act, stage: Stage) -> None:
    shop, hub, kind = writer.shop, writer.shop.equipment_of[act.place], writer.kinds[act.job]
    task = writer.task_of(robot, act, stage)
    operation, part = task.operation, task.operation.part
    robot.equip(act.worker, task)
    assert stage.path is not None
    timed = motion_along(shop, robot.worker, stage.path, act.place, kind, robot.held(), stage.clauses)
    assert timed is not None
    touch, why = timed.need.touch, contact_reason(timed.need, part)
    assert isinstance(touch, Along)
    robot.go(hub, task, why)
    writer.devices.open_door(hub, operation)
    device, known = writer.devices[hub], shop.devices[hub]
    if known.has_clamp and not device.is_clamped:
        writer.clamp(hub, operation, part, act.place)
    claims = ((hub,) if known.works else ()) + robot.worker.motions.entered(act.place)
    needs = [fact("stands", robot.robot, stance_name(AtHub(hub))), fact("at", part, act.place)]
    needs += [fact("is", part, kind)] if has_family(shop.cell, kind) else []
    needs += [fact("clamped", hub)] if known.has_clamp else []
    needs += [fact("open", hub)] if known.has_door else []
    needs += [fact("idle", hub)] if known.works else []
    needs += [fact("free", above) for above in shop.upon.get(act.place, ())]
    cleared = robot.road.cleared(timed.way, timed.rest)
    before = tuple(dict.fromkeys((*robot.last, *device.last, *writer.people.were_at(act.place), *cleared)))
    robot.last = (writer.draft.step(
        operation, Move(timed.need), timed.seconds, before, why, robot=robot.robot, claims=claims,
        needs=tuple(needs), adds=(fact("reached", stage.goal.id, part),),
        uses=(robot.robot, touch.hand, act.place, *claims),
    ),)  # fmt: skip
    robot.road.passed(timed.way, timed.rest, robot.last)
    if known.works or known.has_clamp:
        device.last = robot.last
    writer.ends[(act.job, act.leg)] = (robot.robot, robot.last)
