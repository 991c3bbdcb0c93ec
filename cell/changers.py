"""Changers: racks in which tools stand, each in a pocket of its own, and that some robots may change their tools at.

A pocket belongs to one tool and a tool has at most one pocket, so a tool that is at a flange always has where to go.
"""

from __future__ import annotations

from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.geometry import Pose


@dataclass(frozen=True, slots=True)
class Pocket:
    """`name` is changer.tool. `frame` (world) is where the tool's tip stands, z up out of the pocket (see cell/docking.py)."""

    name: str
    changer: str
    tool: str
    frame: Pose


@dataclass(frozen=True, slots=True)
class Changer:
    """`serves` are the robots that change here. `swap` s is what coupling and uncoupling take together, half each."""

    name: str
    pockets: tuple[Pocket, ...]
    serves: tuple[str, ...]
    swap: float
    span: Span
