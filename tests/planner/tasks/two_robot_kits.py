"""Example 04 with two kits, and times for its motions that need no robot."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path

from cell.steps import Docking, MotionNeed, Touch, stance_name

EXAMPLE = Path(__file__).parents[3] / "examples" / "04_two_robot_assembly"
INTENT = (EXAMPLE / "assembly.intent").read_text()
for clause in ('use "assembly.cell"', "within 2 min", "within 5 min"):
    INTENT = INTENT.replace(clause, "")
CELL = (EXAMPLE / "assembly.cell").read_text().replace("grid 1x3", "grid 1x2").replace("cover 3 parts", "cover 2 parts")
ONE_SCREW = CELL.replace("  hole b at (40 mm, 0 mm, 90 mm)\n", "")


def drawn(seed: int) -> Callable[[MotionNeed], float]:
    """Durations by sort; ways as between points of a line, so that no way round about is quicker."""

    def at(name: str) -> float:
        return zlib.crc32(f"{seed} {name}".encode()) % 3000 / 1000

    def duration(need: MotionNeed) -> float:
        match need.touch:
            case Touch(pair=pair, end=end, kind=kind, place=place):
                return 0.5 + at(f"{pair} {end} {kind} {place.partition('[')[0]}")
            case Docking(pair=pair, pocket=pocket, end=end):
                return 0.5 + at(f"{pair} {pocket} {end}")
            case _:
                return 0.5 + abs(at(stance_name(need.start)) - at(stance_name(need.end)))

    return duration
