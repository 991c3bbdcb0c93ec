"""What a cell must have right about its changers: every tool in one place, and a way for every robot to put its own tool down."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from cell.changers import Changer, Pocket
from cell.diagnostic import Diagnostic, Span, error, warning
from cell.model import CellModel, Tool


def changers(model: CellModel) -> Iterator[Diagnostic]:
    for changer in model.changers.values():
        yield from _pockets_without_tool(model, changer)
    yield from _stored_twice(model)
    for tool in model.tools.values():
        yield from _where_it_rests(model, tool)
        yield from _where_it_is_put(model, tool)


def _stored_twice(model: CellModel) -> Iterator[Diagnostic]:
    for one, other in combinations(model.pockets.values(), 2):
        if one.tool == other.tool:
            help_ = f"Name `{one.tool}` under `stores` of one of them."
            message = f"`{one.tool}` has a pocket in `{one.changer}` and one in `{other.changer}`"
            yield error(
                "E411", message, _of(model, other, "stores"), _of(model, one, "stores").labelled("the other one"), help=help_
            )


def _pockets_without_tool(model: CellModel, changer: Changer) -> Iterator[Diagnostic]:
    """`pocket X at …` of a tool that is not stored there."""
    stored = {pocket.tool for pocket in changer.pockets}
    pockets = model.equipment[changer.name].attributes.get("pocket", {})
    for tool in pockets if isinstance(pockets, dict) else ():
        if tool not in stored:
            spans = model.equipment[changer.name].attribute_spans
            message = f"`{changer.name}` has a place for `{tool}`, which it does not store"
            help_ = f"Add `{tool}` to what it stores, or delete the line."
            yield error("E411", message, spans.get(f"pocket {tool}", changer.span), spans.get("stores", changer.span), help=help_)


def _where_it_rests(model: CellModel, tool: Tool) -> Iterator[Diagnostic]:
    """A tool that is `in` a changer has its pocket there."""
    changer = model.changers.get(tool.mount)
    if changer is not None and tool.name not in {pocket.tool for pocket in changer.pockets}:
        message = f"`{tool.name}` rests in `{changer.name}`, which has no pocket for it"
        spans = _at(tool, "in"), model.equipment[changer.name].attribute_spans.get("stores", changer.span)
        yield error("E411", message, *spans, help=f"Add `{tool.name}` to what `{changer.name}` stores.")


def _where_it_is_put(model: CellModel, tool: Tool) -> Iterator[Diagnostic]:
    """A tool that is mounted has its pocket where its robot changes; a robot that could change has a pocket for its tool."""
    if tool.mount not in model.robots:
        return
    pocket, robot = model.pocket_of(tool.name), tool.mount
    if pocket is not None and robot not in model.changers[pocket.changer].serves:
        message = (
            f"`{tool.name}` is mounted on `{robot}` and has its pocket in `{pocket.changer}`, which does not serve `{robot}`"
        )
        help_ = f"Add `{robot}` to what `{pocket.changer}` serves, or mount it on a robot that it serves."
        yield error("E410", message, _at(tool, "mounted"), _of(model, pocket, "serves"), help=help_)
    if pocket is None and (serving := [c for c in model.changers.values() if robot in c.serves and c.pockets]):
        message = f"`{robot}` cannot change its tool: no changer has a pocket for `{tool.name}`"
        spans = _at(tool, "mounted"), model.equipment[serving[0].name].attribute_spans.get("stores", serving[0].span)
        yield warning("W205", message, *spans, help=f"Add `{tool.name}` to what `{serving[0].name}` stores.")


def _at(tool: Tool, attribute: str) -> Span:
    return tool.attribute_spans.get(attribute, tool.span)


def _of(model: CellModel, pocket: Pocket, attribute: str) -> Span:
    return model.equipment[pocket.changer].attribute_spans.get(attribute, model.changers[pocket.changer].span)
