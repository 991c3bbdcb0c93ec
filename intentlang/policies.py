"""Failure ladders: their events and their rungs."""

from __future__ import annotations

from typing import assert_never

from cell.diagnostic import error, warning
from cell.program import Goal, Hold, Policy, Ref, Retry, Role, Rung, Skip
from cell.vocabulary import EventSchema
from intentlang import syntax as s
from intentlang.declared import unknown
from intentlang.goals import check_goal
from intentlang.names import Scope, Work, resolve
from intentlang.settings import once_each, setting
from intentlang.tolerances import of_retry
from intentlang.types import Member, SetOf, Thing
from intentlang.words import RESERVED


def check_policy(node: s.PolicyNode, scope: Scope, work: Work) -> Policy | None:
    events = [e for e in (_event(ref, scope, work) for ref in node.events) if e is not None]
    ladder = [r for r in (_rung(rung, scope, work) for rung in node.ladder) if r is not None]
    if len(events) < len(node.events) or len(ladder) < len(node.ladder):
        return None
    return Policy(tuple(events), tuple(ladder), node.span)


def _rung(node: s.RungNode, scope: Scope, work: Work) -> Rung | None:
    match node:
        case s.HoldNode(message, span):
            return Hold(message, span)
        case s.SkipNode(span):
            return Skip(span)
        case s.RetryNode():
            return _retry(node, scope, work)
        case s.GoalNode():
            checked = check_goal(node, None, scope, work, work.id("g"))
            goal: Goal | None = checked[0] if checked else None
            return goal
        case _:
            assert_never(node)


def _retry(node: s.RetryNode, scope: Scope, work: Work) -> Retry | None:
    tries = node.tries
    if tries.value < 1 or tries.value != int(tries.value):
        work.say(
            error("E211", "`retry` takes a whole number from 1 up", tries.span, help="Write `retry 1`, or leave the step out.")
        )
        return None
    settings: list[Role] = []
    for phrase in once_each(node.phrases, work):
        known = {x.name: x.dimension for v in work.world.vocabulary.verbs.values() for x in v.settings}
        if phrase.name.text in RESERVED:
            continue  # `retry 2 then hold` is told by the reserved word, and asks for no setting
        if phrase.operator is not None or phrase.name.text not in known:
            work.say(unknown("E215", "setting", phrase.name, list(known), " of a retry"))
            continue
        if phrase.tolerance is not None:
            work.say(of_retry(phrase))
        settings += setting(phrase, known[phrase.name.text], scope, work)
    return Retry(int(tries.value), tuple(settings), node.span)


# -- events ---------------------------------------------------------------------------------------------------------------


def _event(ref: s.RefNode, scope: Scope, work: Work) -> Ref | None:
    """A bare event (`jam`, `reject`, `timeout`), or one of a thing (`lathe.alarm`). Whether anything here can raise it is asked
    of the finished tree, see raised.py."""
    if len(ref.words) == 1:
        name = ref.words[0]
        if name.text in bare_events(work):
            return Ref((name.text,), ref.span)
        if name.text not in work.broken:
            work.say(unknown("E223", "event", name, sorted(bare_events(work))))
        return None
    carrier = s.RefNode(ref.words[:-1], ref.span)
    found = resolve(carrier, scope, work)
    if found is None:
        return None
    kind = found.type.kind if isinstance(found.type, Thing | Member) else None
    if kind is None and isinstance(found.type, SetOf) and isinstance(found.type.member, Thing | Member):
        kind = found.type.member.kind
    last = ref.words[-1]
    event = kind.event(last.text) if kind is not None else None
    if event is None:
        known = [e.name for e in kind.events] if kind is not None else []
        if last.text not in work.broken:
            work.say(unknown("E223", "event", last, known, f" of `{carrier.text}`"))
        return None
    _reported(event, found.type, ref, work)
    return Ref((*found.path, last.text), ref.span)


def _reported(event: EventSchema, owner: object, ref: s.RefNode, work: Work) -> None:
    if event.signal and isinstance(owner, Thing) and work.world.reporter(owner, event.signal) is None:
        message = f"nothing in the cell reports `{ref.text}`"
        work.say(warning("W201", message, ref.span, help=f"Add `{event.signal} signal …` to its declaration."))


def bare_events(work: Work) -> set[str]:
    vocabulary = work.world.vocabulary
    verbs = {e for v in vocabulary.verbs.values() for e in v.events}
    outcomes = {value for v in vocabulary.verbs.values() for outcome in v.tells for value in outcome.adverse}
    things = {e.name for k in vocabulary.kinds.values() for e in k.events}
    return verbs | outcomes | things | set(vocabulary.clause_events)
