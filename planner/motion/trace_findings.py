"""What the motion stage says of a path of a part that the tool cannot follow: where on it, by how much, and what would help."""

from __future__ import annotations

from cell.diagnostic import Diagnostic, error
from cell.steps import Along, MotionNeed
from planner.motion.findings import equipment_of, place_span
from planner.motion.trace import NoTrace
from planner.motion.workbench import Workbench


def no_trace(bench: Workbench, need: MotionNeed, touch: Along, found: NoTrace) -> Diagnostic:
    feature = bench.cell.parts[touch.kind].path(touch.feature)
    where = f"{1e3 * found.at:.0f} mm of {1e3 * found.length:.0f} mm" if found.length > 0.0 else "the spot"
    spans = [place_span(equipment_of(bench, touch.place)), bench.arm.unit.span]
    spans += [feature.span] if feature is not None else []
    message = f"{need.robot} cannot follow {touch.feature} at {touch.place} beyond {where}: {_why(found)}"
    return error("E329", message, *spans, help=_help(touch, found))


def _why(found: NoTrace) -> str:
    pair = f"{found.blocker.mover} and {found.blocker.other}" if found.blocker is not None else "something"
    match found.why:
        case "reach":
            return f"the next point is {1e3 * found.amount:.0f} mm out of reach" if found.amount else "it is out of reach"
        case "limits":
            return f"joint {found.joint} comes to its limit, and another configuration would be a jump"
        case "singular":
            return "there its joints would race, for it is near a singularity"
        case "blocked":
            return f"in the way are {pair}"
        case "slow":
            return f"its joints allow {1e3 * found.amount:.0f} mm/s there"
        case "line":
            return f"there is no clear way in or out, between {pair}"


def _help(touch: Along, found: NoTrace) -> str:
    match found.why:
        case "reach":
            gap = f" by {1e3 * found.amount:.0f} mm" if found.amount else ""
            return f"Bring the part closer to the robot{gap}, or let the path end sooner."
        case "limits" | "singular":
            return "Turn or move what holds the part, or cut the path in two."
        case "slow":
            return f"Ask for a speed of {1e3 * found.amount:.0f} mm/s or less, or move what holds the part."
        case "blocked" | "line":
            what = "the tool" if found.blocker is None else found.blocker.other
            return (
                f"Give {what} more room, take a slimmer tool than that of {touch.hand.rpartition('.')[0]}, or turn the normals."
            )
