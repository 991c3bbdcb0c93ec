"""Changers out of attributes: a pocket for each stored tool, side by side along x on the upper face where nothing is said.

One that says neither its shape nor where its tools stand is a plate under them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cell.changers import Changer, Pocket
from cell.docking import width_of
from cell.durations import SWAP_TIME
from cell.geometry import Box, Pose, Shape, height
from cell.model import Tool
from intentlang import solids
from intentlang.declared import Declared, Given, numbers

GAP = 0.1
"""m, between tools that stand side by side: room for the wrist that comes down to one of them."""


def shape_of(declared: Declared, tools: Mapping[str, Tool]) -> Shape | None:
    shape = solids.shape_of(declared.get("shape"))
    stored = [tools[name] for name in dict.fromkeys(declared.words("stores")) if name in tools]
    if shape is not None or declared.all("pocket") or not stored:
        return shape
    widths = [width_of(tool) for tool in stored]
    return Box((sum(widths) + GAP * (len(widths) - 1), max(widths), solids.DEFAULT_PLATE))


def changer_of(declared: Declared, tools: Mapping[str, Tool]) -> Changer:
    stored = [name for name in dict.fromkeys(declared.words("stores")) if name in tools]
    said = {given.key: given for given in declared.all("pocket")}
    frames = _row(declared, tools, stored) | {name: _said(declared, given) for name, given in said.items()}
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


def _row(declared: Declared, tools: Mapping[str, Tool], stored: Sequence[str]) -> dict[str, Pose]:
    shape = shape_of(declared, tools)
    top = height(shape) if shape is not None else 0.0
    widths = [width_of(tools[name]) for name in stored]
    left = -(sum(widths) + GAP * (len(stored) - 1)) / 2 if stored else 0.0
    frames = {}
    for name, width in zip(stored, widths, strict=True):
        frames[name] = solids.pose(declared) @ Pose.from_xyz_rpy((left + width / 2, 0.0, top))
        left += width + GAP
    return frames
