"""Goals about a path of a part: a tool that does the verb works along it."""

from __future__ import annotations

from collections.abc import Mapping

from cell.diagnostic import error
from cell.phases import Phase
from cell.vocabulary import VerbSchema
from intentlang import syntax as s
from intentlang.names import Resolved, Work
from intentlang.types import Member, Thing
from intentlang.words import quoted

PATHS = ("path", "seam")


def along_path(verb: VerbSchema, target: Resolved) -> tuple[Phase, ...]:
    """The phases of the verb's motion along what `target` is; empty where that is no path, or the verb has none."""
    return verb.along if isinstance(target.type, Member) and target.type.kind.name in PATHS else ()


def done_along(node: s.GoalNode, verb: VerbSchema, resolved: Mapping[str, Resolved], work: Work) -> None:
    """Reports a verb that no tool of the cell does, or that the tool which the line names does not."""
    tools = work.world.cell.tools
    able = [tool.name for tool in tools.values() if verb.name in tool.does]
    asked = next((r for r in resolved.values() if isinstance(r.type, Thing) and r.type.name in tools), None)
    if not able:
        spans = [tool.span.labelled("a tool") for tool in tools.values()][:1]
        help_ = f"Name it under `does` of a tool: `does {verb.name}`."
        work.say(error("E232", f"no tool of the cell does `{verb.name}`", node.verb.span, *spans, help=help_))
    elif asked is not None and isinstance(asked.type, Thing) and asked.type.name not in able:
        tool = tools[asked.type.name]
        help_ = f"Take {quoted(able)}, or add `{verb.name}` to what it does."
        message = f"`{tool.name}` does not do `{verb.name}`"
        work.say(error("E233", message, asked.span, tool.span.labelled("declared here"), help=help_))
