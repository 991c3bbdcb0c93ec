"""Params: constants of a run, settable from outside. The dimension comes from the default."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cell.diagnostic import OUTSIDE, Diagnostic, Position, Span, error
from cell.quantities import Quantity
from intentlang import syntax as s
from intentlang.declared import unknown
from intentlang.names import Binding, Scope, Work, amount, name_problem, resolve
from intentlang.types import Known, Program

_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s*(\S*)")
_NAME = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")

Params = tuple[tuple[str, Quantity | str], ...]


def bind_params(
    trees: Sequence[s.IntentTree], names: Mapping[str, Binding], overrides: Mapping[str, str], work: Work
) -> tuple[dict[str, Binding], Params]:
    """The names in reach with the params among them, and what is in force."""
    bound = dict(names)
    values: list[tuple[str, Quantity | str]] = []
    own: dict[str, s.ParamNode] = {}
    for param in (p for tree in trees for p in tree.params):
        if name_problem(param.name, Scope(bound, bound), work, "param"):
            work.broken |= {param.name.text}
            continue
        own[param.name.text] = param
        node = _overridden(param, overrides, work)
        if node is not param.value:
            work.outside[param.name.text] = node.span
        binding = _binding(param, node, Scope(names, names), work)
        if binding is None:
            work.broken |= {param.name.text}
            continue
        bound[param.name.text] = binding
        in_force = binding.type.quantity if isinstance(binding.type, Known) else ".".join(binding.path)
        values.append((param.name.text, in_force))
    for name in overrides:
        if name not in own:
            work.say(unknown("E234", "param", s.Word(name, _outside(f"{name}={overrides[name]}")), list(own)))
    return bound, tuple(values)


def _binding(param: s.ParamNode, node: s.ValueNode, scope: Scope, work: Work) -> Binding | None:
    span = param.name.span
    match node:
        case s.NumberNode():
            found = amount(node, (), scope, work)
            return None if found is None else Binding(Known(found.quantity), (param.name.text,), (), span)
        case s.RefNode():
            if node.text not in scope.names and node.text in work.world.programs():
                return Binding(Program(node.text), (node.text,), (node.text,), span)
            target = resolve(node, scope, work)
            return None if target is None else Binding(target.type, target.path, target.identity, span)
        case _:
            work.say(
                error("E208", "a param is a quantity or a name", node.span, help="Write `param batch = 36 parts`, or a name.")
            )
            return None


def _overridden(param: s.ParamNode, overrides: Mapping[str, str], work: Work) -> s.ValueNode:
    """The value from outside, if there is one and it is of the same kind as the default."""
    name = param.name.text
    if name not in overrides:
        return param.value
    text = overrides[name].strip()
    span, default = _outside(f"{name}={text}"), param.value.span.labelled("the default")
    default_text = param.value.text if isinstance(param.value, s.NumberNode | s.RefNode) else ""
    help_ = f"Write a value of the same kind as the default, such as `{default_text}`."
    number, word = _NUMBER.fullmatch(text), _NAME.fullmatch(text)
    if isinstance(param.value, s.NumberNode):
        if number is None:
            work.say(error("E234", f"`{name}` is a quantity; `{text}` is none", span, default, help=help_))
            return param.value
        node = s.NumberNode(float(number[1]), number[2], f"{number[1]} {number[2]}".strip(), span)
        unit = work.world.vocabulary.units.get(param.value.unit)
        wanted = unit.dimension if unit is not None else ""
        return node if amount(node, (wanted,), Scope({}, {}), work) is not None else param.value
    if word is None:
        work.say(error("E234", f"`{name}` is a name; `{text}` is none", span, default, help=help_))
        return param.value
    words = tuple(s.Word(w, span) for w in text.split("."))
    return s.RefNode(words, span)


def _outside(text: str) -> Span:
    """A place in what the user gave on the command line, which is its label."""
    return Span(OUTSIDE, Position(1, 1), Position(1, len(text) + 1), text)


def in_files(found: Diagnostic) -> Diagnostic:
    """Without a fix that would mend what the user gave on the command line."""
    is_outside = found.fix is not None and any(edit.span.file == OUTSIDE for edit in found.fix.edits)
    return replace(found, fix=None) if is_outside else found


def told_at_setting(found: Diagnostic, uses: Mapping[Span, Span]) -> Diagnostic:
    """What is wrong where one of `uses` stands, told at what was given on the command line. No fix: it would change the text."""
    given = uses.get(found.spans[0]) if found.spans else None
    if given is None:
        return found
    return replace(found, spans=(given, found.spans[0].labelled("used here"), *found.spans[1:]), fix=None)
