"""`torque 2.5 Nm ± 0.2 Nm`: what was reached may be off by so much. Short for two monitors on what the device measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cell.diagnostic import Diagnostic, error
from cell.program import Amount, Block, Compare, Comparison, Ensure, Ref
from cell.quantities import Quantity
from cell.vocabulary import SettingSchema, VerbSchema
from intentlang import syntax as s
from intentlang.names import Resolved, Scope, Work, amount
from intentlang.types import Fact

_NOWHERE = Scope({}, {})


def with_ensures(block: Block | None, more: tuple[Ensure, ...]) -> Block | None:
    if not more:
        return block
    return Block((), (), more) if block is None else replace(block, ensures=(*block.ensures, *more))


def tolerated(node: s.GoalNode, verb: VerbSchema, target: Resolved, work: Work) -> tuple[Ensure, ...]:
    """The monitors of a goal's settings that have a tolerance; what has none to have is reported."""
    found: list[Ensure] = []
    for phrase in node.phrases:
        setting = verb.setting(phrase.name.text)
        if phrase.tolerance is None or (setting is None and phrase.name.text in work.broken):
            continue
        if setting is None or not isinstance(work.world.step(target.type, setting.name), Fact):
            work.say(unmeasured(phrase, target.ref.text))
        elif isinstance(phrase.amount, s.NumberNode):
            found += _monitors(phrase, phrase.amount, phrase.tolerance, setting, target, work)
        else:
            work.say(error("E235", "a tolerance stands behind a written amount", phrase.span, help="Write the amount out."))
    return tuple(found)


def of_retry(phrase: s.PhraseNode) -> Diagnostic:
    message = "a retry takes no tolerance: that of the goal stays"
    return error("E235", message, phrase.span, help="Delete the tolerance, or write it behind the goal's setting.")


def unmeasured(phrase: s.PhraseNode, of: str) -> Diagnostic:
    message = f"nothing measures the {phrase.name.text} of `{of}`, so a tolerance would bind nothing"
    help_ = "Delete the tolerance. A torque or an angle of what is fastened is measured."
    return error("E235", message, phrase.tolerance.span if phrase.tolerance else phrase.span, help=help_)


def _monitors(
    phrase: s.PhraseNode, written: s.NumberNode, off: s.NumberNode, setting: SettingSchema, target: Resolved, work: Work
) -> Iterator[Ensure]:
    apart = Work(work.world, {}, frozenset())  # the mistakes of the amount are told where the setting is checked
    middle = amount(written, (setting.dimension,), _NOWHERE, apart)
    margin = amount(off, (setting.dimension, "ratio"), _NOWHERE, work)
    if middle is None or margin is None:
        return
    value, width = middle.quantity.value, margin.quantity.value
    width = value * width if margin.quantity.dimension == "ratio" else width
    if not 0 < width < value:
        message = f"a tolerance of `{margin.quantity.text}` leaves nothing of `{middle.quantity.text}`, or all of it"
        work.say(error("E211", message, off.span, help="Write a tolerance above zero and below the amount."))
        return
    measured = Ref((*target.ref.path, setting.name), phrase.span)
    bounds: tuple[tuple[Comparison, float], ...] = ((">=", value - width), ("<=", value + width))
    for operator, bound in bounds:
        text = f"{middle.quantity.text} {'-' if operator == '>=' else '+'} {margin.quantity.text}"
        limit = Amount(Quantity(bound, setting.dimension, text), off.span)
        yield Ensure(Compare(measured, operator, limit, phrase.span), "monitor", phrase.span)
