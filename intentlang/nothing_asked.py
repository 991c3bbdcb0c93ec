"""Lines and blocks that ask for nothing: legal, for what is so already needs no step, and hardly what was meant."""

from __future__ import annotations

from collections.abc import Iterator

from cell.diagnostic import Diagnostic, warning
from cell.program import Amount, Block, Compare, Goal, Loop, Ref
from cell.program_walk import lines_in
from intentlang import syntax as s


def empty_block(node: s.BlockNode, owner: str) -> Iterator[Diagnostic]:
    """Of a block without a statement. `owner`: the kind of block, as in `names.Scope`."""
    if node.statements:
        return
    if owner == "branch":
        message = "this branch asks for nothing, so what its `when` found out is passed over in silence"
        help_ = "Write what shall be true then, or at least `on …: hold`; an empty `otherwise` may be left out."
    else:
        message, help_ = "this block asks for nothing", "Write what shall be true in it, or delete it."
    yield warning("W206", message, node.span, help=help_)


def asked_in_vain(block: Block) -> Iterator[Diagnostic]:
    """Goals that are true before anything is done for them."""
    for line in lines_in(block):
        if isinstance(line, Goal):
            yield from _there_and_back(line)
        elif isinstance(line, Loop):
            yield from _where_it_lies(line)
            yield from _wanted_none(line)


def _there_and_back(goal: Goal) -> Iterator[Diagnostic]:
    start, to = goal.role("from"), goal.role("to")
    if isinstance(start, Ref) and isinstance(to, Ref) and start.path == to.path:
        message = f"what lies in `{to.text}` is in `{to.text}` already, so this line asks for nothing"
        yield warning("W207", message, to.span, start.span.labelled("taken from here"), help="Name another place, or delete it.")


def _where_it_lies(loop: Loop) -> Iterator[Diagnostic]:
    first = next(iter(loop.block.lines), None)
    if not isinstance(first, Goal) or first.object.path != (loop.variable,) or first.role("from") is not None:
        return
    to = first.role("to")
    if isinstance(to, Ref) and to.path == loop.members.path:
        message = f"each `{first.object.text}` lies in `{to.text}` already, so this line asks for nothing"
        yield warning("W207", message, to.span, loop.members.span.labelled("the loop goes over it"), help="Name another place.")


def _wanted_none(loop: Loop) -> Iterator[Diagnostic]:
    """`until outfeed.count >= 0 parts` is true of an empty outfeed, so no iteration is ever started."""
    match loop.until:
        case Compare(operator=">=", limit=Amount() as least) if least.quantity.dimension in ("parts", "orders"):
            if least.quantity.value == 0:
                message = f"there are never fewer than {least.quantity.text}, so no iteration of this loop is started"
                yield warning("W207", message, loop.until.span, help="Write how many are wanted, or delete the loop.")
