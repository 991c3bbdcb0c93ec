"""What the published formulas say of zones with people: whether a robot could slow down or stop before somebody who steps in
reaches it. An estimate for whoever lays out the cell; no statement that it keeps to anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from cell.diagnostic import Diagnostic, Severity
from cell.model import CellModel, RobotUnit
from cell.robot import RobotModel
from cell.separation_distance import APPROACH_SPEED, INTRUSION, REACTION, allowed_speed, separation_distance
from cell.zones import Zone
from cellwright.beyond_model import fastest_tcp


def near_people(cell: CellModel, models: Mapping[str, RobotModel]) -> Iterator[Diagnostic]:
    """One note for each zone in which people are seen and robots do something about it, and each robot."""
    for zone in cell.zones.values():
        if zone.humans_allowed and zone.when_occupied is not None:
            yield from (_note(cell, zone, unit, models[name]) for name, unit in cell.robots.items() if name in models)


def _note(cell: CellModel, zone: Zone, unit: RobotUnit, model: RobotModel) -> Diagnostic:
    v_h = max([APPROACH_SPEED, *(person.approach_speed for person in cell.people.values())])
    v_r = min(fastest_tcp(model, cell.tools_of(unit.name)), unit.max_speed or np.inf)
    T_s = float(np.max(model.velocity / model.acceleration))
    there = _distance(cell, zone, unit, model)
    if zone.when_occupied == "slow" and zone.slow_to is not None:
        most = allowed_speed(there, REACTION, v_r / T_s, INTRUSION, v_h=v_h)
        verdict = "that would do" if most >= zone.slow_to else f"the formula allows {1e3 * most:.0f} mm/s there"
        text = f"slowed to {1e3 * zone.slow_to:.0f} mm/s: {verdict}"
    else:
        needed = separation_distance(v_r, REACTION, T_s, INTRUSION, v_h=v_h)
        verdict = "would do" if there >= needed else "is too near"
        text = f"stopped, which needs {1e3 * needed:.0f} mm: it {verdict}"
    message = f"estimate: `{zone.name}` begins {1e3 * there:.0f} mm from where `{unit.name}` reaches, and it is {text}"
    said = "its `max_speed`" if v_r == unit.max_speed else "all joints at once: say `max_speed`"
    help_ = (
        f"ISO/TS 15066, 5.5.4, with a person at {v_h:g} m/s, `{unit.name}` at {v_r:.3g} m/s ({said}), "
        f"reaction in {REACTION:g} s, standstill in {T_s:.2f} s, intrusion {1e3 * INTRUSION:.0f} mm. "
        "Put in your own figures: this claims nothing of the cell."
    )
    return Diagnostic("W320", Severity.NOTE, message, (zone.span, unit.span), help_)


def _distance(cell: CellModel, zone: Zone, unit: RobotUnit, model: RobotModel) -> float:
    """m over the floor from the zone to the furthest that the robot's tool gets, 0 where it gets into the zone."""
    hands = [hand for tool in cell.tools_of(unit.name) for hand in tool.hands]
    longest = max((float(np.linalg.norm(hand.T_flange_tcp.translation)) for hand in hands), default=0.0)
    base = unit.base.translation[:2]
    nearest = np.clip(base, zone.low[:2], zone.high[:2])
    return max(0.0, float(np.linalg.norm(base - nearest)) - model.reach - longest)
