"""Changers out of attributes: a pocket for each stored tool, side by side along x on the upper face where nothing is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cell.changers import Changer, Pocket
from cell.docking import width_of
from cell.durations import SWAP_TIME
from cell.geometry import Pose, height
from cell.model import Tool
from intentlang import solids
from intentlang.declared import Declared, Given, numbers

GAP = 0.1
"""m, between tools that stand side by side: room for the wrist that comes down to one of them."""


def changer_of(declared: Declared, tools: Mapping[str, Tool]) -> Changer:
    stored = [name for name in dict.fromkeys(declared.words("stores")) if name in tools]
    said = {given.key: given for given in declared.all("pocket")}
    frames = _row(declared, [tools[name] for name in stored]) | {name: _said(declared, given) for name, given in said.items()}
    name = declared.name.text
    swap = declared.number("swap")
    return Changer(
        name,
        tuple(Pocket(f"{name}.{tool}", name, tool, frames[tool]) for tool in stored),
        declared.words("serves"),
        SWAP_TIME if swap is None else swap,
        declared.span,
    )


def _said(declared: Declared, given: Given) -> Pose:
    turned = numbers(given.values[2]) if given.match.form == 1 else (0.0, 0.0, 0.0)
    return solids.pose(declared) @ Pose.from_xyz_rpy(numbers(given.values[1]), turned)


def _row(declared: Declared, tools: Sequence[Tool]) -> dict[str, Pose]:
    shape = solids.shape_of(declared.get("shape"))
    top = height(shape) if shape is not None else 0.0
    widths = [width_of(tool) for tool in tools]
    left = -(sum(widths) + GAP * (len(tools) - 1)) / 2 if tools else 0.0
    frames = {}
    for tool, width in zip(tools, widths, strict=True):
        frames[tool.name] = solids.pose(declared) @ Pose.from_xyz_rpy((left + width / 2, 0.0, top))
        left += width + GAP
    return frames
