"""The way from a hub into a place or a pocket, one for each stance: where the arm stands in contact, the straight line, the
free part.

An access depends on the cell and the stance and not on who asks, so that the motion into a place ends where the motion out of
it begins, in this plan and in every later one. It is found for the worst that may be in the other hands; where that cannot
be, for parts held just like its own; else for empty other hands. What is run is
checked again for what is really carried (planner/motion/solve.py). The way into a pocket is one with the tool and without it.

Contact configurations are tried in order of travel time from the hub, of the hub's branch first, over all turns of the part
that cannot be told from none. The first whose straight joint line to the hub is clear is taken; if none is, the path search
looks for a way around from the first ones.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from cell.docking import T_world_flange, length_of
from cell.geometry import Array, Pose, height
from cell.motion_plan import Segment
from cell.steps import Along, AtPlace, AtPocket, Carried, Docking, Touch
from planner.motion.arm import stacked
from planner.motion.blends import smoothed
from planner.motion.cartesian_path import SINGULAR, AccessLine, access_lines
from planner.motion.certify import certified
from planner.motion.collision import Blocker, Collider
from planner.motion.configurations import shut_zones
from planner.motion.curves import between, length, reversed_path
from planner.motion.free_path import GaveUp, free_path
from planner.motion.ik_branch import is_same_branch, least_singular, nearest_turns
from planner.motion.margins import (
    ACCESS_CLEARANCE,
    ACCESS_FACTORS,
    ACCESS_HEADROOM,
    ACCESS_LENGTH,
    CONTACT_LENGTH,
    FREE_CLEARANCE,
)
from planner.motion.workbench import Workbench

MOST_CONTACTS = 24  # contact configurations that are looked at
LEG_LOOKS = 12  # configurations of a straight leg that are looked at first
AT_ONCE = 4  # lines that are solved together
MOST_SEARCHED = 2  # of them, from which a way around is looked for


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """`segments` lead from the hub to contact. Of the straight `way_in` at their end the last `contact` of s is where contact
    is allowed; the last `line` of s is as long as the way in, whose outer part the blend may have cut off. It was found clear
    with any of `loads` in the other hands; None where that is not known."""

    segments: tuple[Segment, ...]
    way_in: AccessLine
    contact: float
    line: float
    loads: tuple[Carried, ...] | None = None


@dataclass(frozen=True, slots=True)
class NoAccess:
    """Why there is none. `reached`: contact configurations within limits; `clear`: of them those that touch nothing; `lines`:
    straight ways in that end blocked from the hub; `blocker`: what was in the way last, if anything; `gave_up`: the path search
    ran out of its budget."""

    reached: int
    clear: int
    lines: int
    blocker: Blocker | None
    gave_up: GaveUp | None


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """Where contact is: the poses of `T_flange_tcp` in the world that will do, the unit vector `away` (3,) from contact, and how
    long (m) the straight way usually is."""

    poses: tuple[Pose, ...]
    T_flange_tcp: Pose
    away: Array
    reach: float


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """One situation in which a path has to be clear: what is carried, and the touch."""

    collider: Collider
    free: Array
    line: Array
    contact: Array


def find_access(bench: Workbench, hub: Array, stance: AtPlace, seed: int) -> Access | NoAccess:
    others = tuple(hand for hand in bench.arm.hands if hand != stance.hand)
    found: Access | NoAccess = NoAccess(0, 0, 0, None, None)
    target = target_of(bench, stance)
    alike = tuple(Carried(hand, stance.kind, stance.grasp) for hand in others)
    for loads in dict.fromkeys([bench.loads(others), alike, ()]):
        searches = loads != alike or not others
        found = _find(bench, hub, target, checks_of(bench, stance, loads), seed, searches)
        if isinstance(found, Access):
            return replace(found, loads=loads)
    return found


def find_docking(bare: Workbench, equipped: Workbench, hub: Array, stance: AtPocket, seed: int) -> Access | NoAccess:
    """The way into a pocket, clear with the tool at the flange and with a bare one that comes for it."""
    checks = (
        check_of(equipped, Docking("tool and pocket", stance.pocket, "end"), ()),
        check_of(bare, Docking("flange and tool", stance.pocket, "end"), ()),
    )
    return _find(bare, hub, target_of(bare, stance), checks, seed, searches=True)


def target_of(bench: Workbench, stance: AtPlace | AtPocket) -> Target:
    cell = bench.cell
    match stance:
        case AtPlace(place, hand, kind):
            reach = height(cell.parts[kind].shape) + ACCESS_HEADROOM
            poses, frame, place_frame = bench.contact_poses(stance), bench.arm.T_flange_tcp(hand), cell.places[place].frame
        case AtPocket(pocket):
            spot = cell.pockets[pocket]
            reach = length_of(cell.tools[spot.tool]) + ACCESS_HEADROOM
            poses, frame, place_frame = (T_world_flange(cell, spot),), Pose.identity(), spot.frame
    return Target(poses, frame, np.array(place_frame.rotation[:, 2]), max(ACCESS_LENGTH, reach))


def checks_of(bench: Workbench, stance: AtPlace, loads: tuple[Carried, ...]) -> tuple[Check, ...]:
    """Coming for a part with an empty hand, and bringing one; the other hands hold `loads`."""
    bringing = (Carried(stance.hand, stance.kind, stance.grasp), *loads)
    return (
        check_of(bench, Touch("part and place", stance.place, stance.hand, stance.kind, stance.grasp, "end"), bringing),
        check_of(bench, Touch("fingers and part", stance.place, stance.hand, stance.kind, stance.grasp, "end"), loads),
    )


def check_of(
    bench: Workbench, touch: Touch | Docking | Along, carried: Sequence[Carried], avoid: Sequence[str] | None = None
) -> Check:
    shut = shut_zones(bench.cell, touch.where) if avoid is None else avoid
    collider = bench.collider(carried)
    return Check(
        collider,
        bench.margins(collider, touch, shut, FREE_CLEARANCE),
        bench.margins(collider, touch, shut, ACCESS_CLEARANCE),
        bench.margins(collider, touch, shut, ACCESS_CLEARANCE, in_contact=True),
    )


def _find(
    bench: Workbench, hub: Array, target: Target, checks: tuple[Check, ...], seed: int, searches: bool
) -> Access | NoAccess:
    """`searches`: the path search may look for a way around."""
    reached = contact_configurations(bench, hub, target)
    contacts, blocker = clear_of(reached, checks)
    roundabout: list[AccessLine] = []
    for line in _lines(bench, contacts, target):
        way = (hub, outer_end(line))
        in_the_way = leg_blocker(way, checks)
        if in_the_way is not None:
            blocker = in_the_way
            roundabout.append(line)
            continue
        found = _line_blocker(line, checks) or joined(bench, way, line, checks)
        if isinstance(found, Access):
            return found
        blocker = found
    why = NoAccess(len(reached), len(contacts), len(roundabout), blocker, None)
    return _around(bench, hub, roundabout, checks, seed, why) if searches else why


def _around(
    bench: Workbench, hub: Array, lines: Sequence[AccessLine], checks: tuple[Check, ...], seed: int, why: NoAccess
) -> Access | NoAccess:
    """The path search's turn, from the first lines that are clear themselves."""
    searched = 0
    for line in lines:
        blocker = _line_blocker(line, checks)
        if blocker is not None:
            why = replace(why, blocker=blocker)
            continue
        searched += 1
        way = free_path(checks[0].collider, checks[0].free, hub, outer_end(line), seed)
        found = why.blocker if isinstance(way, GaveUp) else joined(bench, way, line, checks)
        if isinstance(found, Access):
            return found
        why = replace(why, blocker=found, gave_up=way if isinstance(way, GaveUp) else why.gave_up)
        if searched == MOST_SEARCHED:
            break
    return why


def contact_configurations(bench: Workbench, hub: Array, target: Target) -> Array:
    """(K, n) in the order in which they are tried."""
    arm = bench.arm
    poses = arm.base_flange(stacked(target.poses), target.T_flange_tcp)
    q = nearest_turns(arm.model, bench.kinematics.branches_at(poses)[0], hub)
    if len(q) == 0:
        return q
    q = q[least_singular(arm.model, q) > SINGULAR]
    order = np.lexsort((arm.travel_time(hub, q), ~is_same_branch(arm.model, hub, q)))
    ordered: Array = q[order]
    return ordered


def clear_of(q: Array, checks: Sequence[Check]) -> tuple[Array, Blocker | None]:
    """The first MOST_CONTACTS of contact configurations (K, n) that are clear in every check, and what blocks the first
    one that is not."""
    kept: list[Array] = []
    first: Blocker | None = None
    for candidate in q:
        blockers = (check.collider.blocker(candidate, check.contact) for check in checks)
        blocker = next(filter(None, blockers), None)
        if blocker is not None:
            first = first or blocker
            continue
        kept.append(candidate)
        if len(kept) == MOST_CONTACTS:
            break
    return np.array(kept).reshape(-1, q.shape[1]), first


def _lines(bench: Workbench, contacts: Array, target: Target) -> Iterator[AccessLine]:
    for reach in (target.reach * factor for factor in ACCESS_FACTORS):
        for first in range(0, len(contacts), AT_ONCE):
            some = contacts[first : first + AT_ONCE]
            found = access_lines(bench.arm, bench.kinematics, some, target.T_flange_tcp, target.away, reach)
            yield from (line for line in found if line is not None)


def has_line(bench: Workbench, contacts: Array, target: Target) -> bool:
    """Whether a straight way leads from some of these contact configurations (K, n), with nothing around."""
    return next(_lines(bench, contacts[:MOST_CONTACTS], target), None) is not None


def outer_end(line: AccessLine) -> Array:
    return np.asarray(line.segments[-1].control[-1])


def _line_blocker(line: AccessLine, checks: Sequence[Check]) -> Blocker | None:
    mark, end = CONTACT_LENGTH / line.speed, length(line.segments)
    inner = [np.asarray(s.control) for s in between(line.segments, 0.0, mark)]
    outer = [np.asarray(s.control) for s in between(line.segments, mark, end)]
    for check in checks:
        blocker = certified(check.collider, inner, check.contact) or certified(check.collider, outer, check.line)
        if blocker is not None:
            return blocker
    return None


def leg_blocker(way: Sequence[Array], checks: Sequence[Check]) -> Blocker | None:
    """A quick look at the straight legs of a way: what is blocked there stays so however corners are cut."""
    looks = np.concatenate([np.linspace(a, b, LEG_LOOKS)[:-1] for a, b in pairwise(way)])
    return next(filter(None, (check.collider.blocker(looks, check.free) for check in checks)), None)


def joined(bench: Workbench, way: Sequence[Array], line: AccessLine, checks: Sequence[Check]) -> Access | Blocker:
    """Waypoints and line as one smooth path that is clear in every check."""
    mark, end = CONTACT_LENGTH / line.speed, length(line.segments)
    blockers: list[Blocker] = []

    def is_clear(path: Sequence[Segment]) -> bool:
        blocker = path_blocker(path, end, mark, checks)
        blockers.extend([blocker] if blocker else [])
        return blocker is None

    path = smoothed(bench.arm, way, reversed_path(line.segments), end - mark, is_clear)
    return blockers[-1] if path is None else Access(path, line, mark, end)


def path_blocker(path: Sequence[Segment], line: float, contact: float, checks: Sequence[Check]) -> Blocker | None:
    """What is in the way of a path whose last `line` of s may be near and last `contact` of s in contact."""
    end = length(path)
    marks = (0.0, max(end - line, 0.0), end - contact, end)
    parts = [[np.asarray(s.control) for s in between(path, a, b)] for a, b in itertools.pairwise(marks)]
    for check in checks:
        for curves, margins in zip(parts, (check.free, check.line, check.contact), strict=True):
            blocker = certified(check.collider, curves, margins) if curves else None
            if blocker is not None:
                return blocker
    return None
