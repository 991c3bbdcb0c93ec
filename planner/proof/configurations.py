"""One configuration for each stance: what a robot rests in between two motions is the end of one and the start of the next."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from cell.diagnostic import Diagnostic, error
from cell.geometry import Array
from cell.motion_plan import Motion
from cell.steps import stance_name
from planner.proof.stances import SAME_CONFIGURATION


def check_configurations(motions: Mapping[str, Motion]) -> tuple[Diagnostic, ...]:
    """Every motion that starts or ends in a stance does so in the same joint positions."""
    known: dict[tuple[str, str], tuple[str, Array]] = {}
    found = []
    for key, motion in motions.items():
        ends = ((motion.need.start, motion.segments[0].control[0]), (motion.need.end, motion.segments[-1].control[-1]))
        for stance, q in ends:
            name = (motion.need.robot, stance_name(stance))
            first = known.setdefault(name, (key, q))
            if first[1].shape != q.shape or float(np.abs(first[1] - q).max()) > SAME_CONFIGURATION:
                message = f"motions {first[0][:12]} and {key[:12]} put {name[0]} elsewhere for {name[1]}"
                found.append(error("E684", message))
    return tuple(found)
