"""One need, one motion: find its path or take the access that is already known, prove it clear, time it, list what it does.

Whoever planned the path, it is checked again here as it will be run: with what is carried, the zones to stay out of, and the
contact that is meant. What comes out has passed that check; the proof does it once more with its own means.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import assert_never

import numpy as np

from cell.codec import canonical
from cell.diagnostic import Diagnostic
from cell.geometry import Array
from cell.model import FORCE_LIMIT
from cell.motion_plan import ContactAllowance, Motion, Segment
from cell.steps import Along, AtHome, AtHub, AtMeasured, AtPlace, AtPocket, Carried, Docking, MotionNeed, Stance, Touch
from planner.motion import findings
from planner.motion.access import (
    Access,
    Check,
    NoAccess,
    check_of,
    find_access,
    find_docking,
    joined,
    outer_end,
    path_blocker,
)
from planner.motion.blends import smoothed
from planner.motion.configurations import home, shut_zones
from planner.motion.curves import length, reversed_path
from planner.motion.free_path import GaveUp, free_path
from planner.motion.margins import CONTACT_SPEED, FREE_CLEARANCE
from planner.motion.timing import Rests, SpeedCap, law
from planner.motion.trace import NoTrace, find_trace
from planner.motion.trace_findings import no_trace
from planner.motion.workbench import Workbench
from planner.motion.zones_along import bodies_of, zone_visits

DEFAULT_FORCE = 60.0  # N in contact where neither part nor tool names one


@dataclass(slots=True)
class Solver:
    """Answers needs of one robot with one tool. `hubs` by equipment, None where there is none; accesses are found once and kept.
    `with_tool` gives the bench of the same robot with another tool, or with none."""

    bench: Workbench
    hubs: Mapping[str, Array | None]
    seed: int
    with_tool: Callable[[str | None], Workbench]
    _accesses: dict[AtPlace | AtPocket, Access | NoAccess] = field(default_factory=dict)

    def motion(self, need: MotionNeed) -> Motion | Diagnostic:
        overweight = findings.overweight(self.bench, need)
        if overweight is not None:
            return overweight
        if isinstance(need.touch, Along):
            return self._along_motion(need, need.touch)
        match need.start, need.end:
            case AtPlace() | AtPocket(), AtPlace() | AtPocket():
                return findings.unsupported(self.bench, need)
            case (_, (AtPlace() | AtPocket()) as there) | ((AtPlace() | AtPocket()) as there, _):
                return self._contact_motion(need, there)
        return self._free_motion(need)

    def access(self, stance: AtPlace | AtPocket) -> Access | NoAccess:
        """The way in from the hub of the equipment there. Raises KeyError without a hub."""
        if stance not in self._accesses:
            hub = self.hubs[self.bench.cell.equipment_of(_where(stance))]
            if hub is None:
                raise KeyError(f"no hub for {_where(stance)}")
            self._accesses[stance] = self._found(stance, hub)
        return self._accesses[stance]

    def _found(self, stance: AtPlace | AtPocket, hub: Array) -> Access | NoAccess:
        seed = self._seed_of(stance)
        match stance:
            case AtPlace():
                return find_access(self.bench, hub, stance, seed)
            case AtPocket(pocket):
                equipped = self.with_tool(self.bench.cell.pockets[pocket].tool)
                return find_docking(self.with_tool(None), equipped, hub, stance, seed)
        assert_never(stance)

    def _seed_of(self, of: object) -> int:
        return int.from_bytes(hashlib.sha256(f"{self.seed}:{canonical(of)}".encode()).digest()[:8], "big")

    def _rest(self, stance: Stance) -> Array | None:
        """Joint positions of a stance outside contact; None for a hub that there is not."""
        match stance:
            case AtHome():
                return home(self.bench.arm)
            case AtMeasured(q):
                return np.array(q)
            case AtHub(equipment):
                return self.hubs.get(equipment)
            case AtPlace() | AtPocket():
                raise ValueError("a place is entered by its access")
        assert_never(stance)

    # --- free motions ---------------------------------------------------------------------------------------------

    def _free_motion(self, need: MotionNeed) -> Motion | Diagnostic:
        collider = self.bench.collider(need.carried)
        margins = self.bench.margins(collider, None, need.avoid, FREE_CLEARANCE)
        ends = []
        for stance in (need.start, need.end):
            q = self._rest(stance)
            if q is None:
                return findings.no_hub(self.bench, stance)
            refusal = findings.at_rest(self.bench, need, stance, q, collider, margins)
            if refusal is not None:
                return refusal
            ends.append(q)
        start, end = ends
        if np.abs(start - end).max() < 1e-9:
            return findings.unsupported(self.bench, need)
        way = free_path(collider, margins, start, end, self._seed_of(need))
        if isinstance(way, GaveUp):
            return findings.gave_up(self.bench, need, way)
        check = Check(collider, margins, margins, margins)
        path = smoothed(self.bench.arm, way, (), 0.0, lambda path: path_blocker(path, 0.0, 0.0, (check,)) is None)
        if path is None:
            return findings.gave_up(self.bench, need, GaveUp(0))
        return self.timed(need, path, check)

    # --- motions along a path of a part ----------------------------------------------------------------------------

    def _along_motion(self, need: MotionNeed, touch: Along) -> Motion | Diagnostic:
        equipment = self.bench.cell.equipment_of(touch.place)
        hub = self.hubs.get(equipment)
        if hub is None:
            return findings.no_hub(self.bench, AtHub(equipment))
        if (need.start, need.end) != (AtHub(equipment), AtHub(equipment)):
            return findings.unsupported(self.bench, need)
        check = check_of(self.bench, touch, need.carried, need.avoid)
        refusal = findings.at_rest(self.bench, need, need.start, hub, check.collider, check.free)
        if refusal is not None:
            return refusal
        trace = find_trace(self.bench, hub, touch, check, self._seed_of(need))
        if isinstance(trace, NoTrace):
            return no_trace(self.bench, need, touch, trace)
        stretches = ((trace.first, trace.start), (trace.end, trace.last))
        caps = [SpeedCap(first, last, CONTACT_SPEED) for first, last in stretches]
        caps.append(SpeedCap(trace.start, trace.end, touch.feed))
        contact = ContactAllowance(touch, trace.first, trace.last, CONTACT_SPEED, touch.force, (trace.start, trace.end))
        return self.timed(need, trace.segments, check, (contact,), tuple(caps), trace.rests)

    # --- motions into and out of contact --------------------------------------------------------------------------

    def _contact_motion(self, need: MotionNeed, stance: AtPlace | AtPocket) -> Motion | Diagnostic:
        equipment = self.bench.cell.equipment_of(_where(stance))
        if self.hubs.get(equipment) is None:
            return findings.no_hub(self.bench, AtHub(equipment))
        if not isinstance(need.touch, Touch | Docking) or need.touch.where != _where(stance):
            return findings.unsupported(self.bench, need)
        access = self.access(stance)
        if isinstance(access, NoAccess):
            return findings.no_access(self.bench, need, stance, access)
        check = check_of(self.bench, need.touch, need.carried, need.avoid)
        other = need.end if isinstance(need.start, AtPlace | AtPocket) else need.start
        is_known = other == AtHub(equipment) and self._was_checked(need, access)
        if other != AtHub(equipment) or not (is_known or _is_clear(access, check)):
            found = self._other_way(need, other, access, check)
            if isinstance(found, Diagnostic):
                return found
            access = found
        path = access.segments if isinstance(need.end, AtPlace | AtPocket) else reversed_path(access.segments)
        contact = self._allowance(need, need.touch, length(path), access)
        return self.timed(need, path, check, (contact,), (SpeedCap(contact.first, contact.last, contact.speed),))

    def _was_checked(self, need: MotionNeed, access: Access) -> bool:
        """Whether this very situation is among those that the access was found clear in."""
        touch = need.touch
        if not isinstance(touch, Touch):
            return False
        touched = Carried(touch.hand, touch.kind, touch.grasp)
        others = [c for c in need.carried if c.hand != touch.hand]
        own = [c for c in need.carried if c.hand == touch.hand]
        return (
            own == ([touched] if touch.pair == "part and place" else [])
            and access.loads is not None
            and set(others) <= set(access.loads)
            and set(need.avoid) <= set(shut_zones(self.bench.cell, touch.place))
        )

    def _other_way(self, need: MotionNeed, other: Stance, access: Access, check: Check) -> Access | Diagnostic:
        """From another rest, or for another load, to the same straight line."""
        start = self._rest(other)
        if start is None:
            return findings.no_hub(self.bench, other)
        refusal = findings.at_rest(self.bench, need, other, start, check.collider, check.free)
        if refusal is not None:
            return refusal
        way = free_path(check.collider, check.free, start, outer_end(access.way_in), self._seed_of(need))
        if isinstance(way, GaveUp):
            return findings.gave_up(self.bench, need, way)
        found = joined(self.bench, way, access.way_in, (check,))
        return found if isinstance(found, Access) else findings.gave_up(self.bench, need, GaveUp(0))

    # --- time, contact, zones -------------------------------------------------------------------------------------

    def timed(
        self, need: MotionNeed, path: Sequence[Segment], check: Check, contacts: tuple[ContactAllowance, ...] = (),
        in_contact: tuple[SpeedCap, ...] = (), rests: Rests = MappingProxyType({}),
    ) -> Motion:  # fmt: skip
        bench, end = self.bench, length(path)
        limits = [v for v in (need.speed_limit, bench.arm.unit.max_speed) if v is not None]
        caps = [*((SpeedCap(0.0, end, min(limits)),) if limits else ()), *in_contact]
        avoided = {*need.avoid, *(z.name for z in bench.cell.zones.values() if z.keep_out)}
        visits = zone_visits(check.collider, path, sorted(avoided))
        for visit in visits:
            limit = bench.cell.zones[visit.zone].speed_limit
            if limit is not None:
                caps.append(SpeedCap(visit.first, visit.last, limit, bodies_of(check.collider)))
        phases = law(bench.arm, path, caps, rests)
        return Motion(need, tuple(path), phases, contacts, visits, sum(phase.duration for phase in phases))

    def _allowance(self, need: MotionNeed, touch: Touch | Docking, end: float, access: Access) -> ContactAllowance:
        first, last = (end - access.contact, end) if touch.end == "end" else (0.0, access.contact)
        force = contact_force(self.bench, touch)
        force = force if need.force_limit is None else min(force, need.force_limit)
        return ContactAllowance(touch, first, last, CONTACT_SPEED, force)


def _where(stance: AtPlace | AtPocket) -> str:
    return stance.place if isinstance(stance, AtPlace) else stance.pocket


def _is_clear(access: Access, check: Check) -> bool:
    return path_blocker(access.segments, access.line, access.contact, (check,)) is None


def contact_force(bench: Workbench, touch: Touch | Docking) -> float:
    """N: what the part asks to be gripped with, within what the tool and the robot may exert; at a changer a usual force."""
    tool = bench.arm.tool
    wanted = DEFAULT_FORCE
    if isinstance(touch, Touch):
        wanted = bench.cell.parts[touch.kind].grip_force or (tool.force[0] if tool and tool.force else DEFAULT_FORCE)
    most = bench.arm.unit.force_limit or FORCE_LIMIT
    return min(wanted, most)
