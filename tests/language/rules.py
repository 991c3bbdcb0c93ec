"""Rules that no code names, each with a way to take it out: the claims that name one have to fall with it.

Each way changes one function of the language, as a slip of its author would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from cell.outfeeds import is_outfeed
from cell.program import When
from cell.vocabulary import KindSchema
from intentlang import (
    automaton,
    blocks,
    cell_rules,
    check,
    clauses,
    compile_cell,
    conditions,
    exhausted,
    goals,
    hints,
    names,
    order,
    outfeed_rules,
    parse,
    raised,
    reported,
    told,
)
from intentlang import understood as understanding
from intentlang.types import Fact, Thing
from intentlang.world import World

Patch = Callable[[pytest.MonkeyPatch], None]


def _set(owner: Any, name: str, value: Any) -> Patch:
    return lambda patch: patch.setattr(owner, name, value)


def _around(owner: Any, name: str, change: Callable[..., Any]) -> Patch:
    """`change` is given what is called, and then what it is called with."""
    before = getattr(owner, name)
    return _set(owner, name, lambda *args, **more: change(before, *args, **more))


def _owner(other: str) -> Patch:
    """Blocks of that kind have the ordering rule like all others."""
    return _around(blocks, "waits", lambda waits, mentions, owner: waits(mentions, "" if owner == other else owner))


def _mentions(**fixed: bool) -> Patch:
    return _around(blocks, "Mentions", lambda make, *args, **more: make(*args, **{**more, **fixed}))


def _made(node: str, **changes: Callable[[Any], Any]) -> Patch:
    """Each of these nodes of the program with its fields changed."""

    def changed(make: Any, *args: Any) -> Any:
        made = make(*args)
        return replace(made, **{name: change(getattr(made, name)) for name, change in changes.items()})

    return _around(blocks, node, changed)


def _goal(checked: Any, *args: Any) -> Any:
    found = checked(*args)
    return None if found is None else (replace(found[0], any_one=not found[0].any_one), found[1])


def _reported(step: Any, of: World, found: Any, word: str) -> Any:
    to = step(of, found, word)
    return Fact(to.schema.model_copy(update={"source": "told"}), to.owner) if isinstance(to, Fact) else to


def _no_own_fact(state: Any, subject: Any, work: Any) -> Any:
    return None if isinstance(subject.type, Thing) else state(subject, work)


def _flipped(members: Any, *args: Any) -> Any:
    found = members(*args)
    return None if found is None else replace(found, is_open=not found.is_open)


def _untold(line: Any, one: Any, before: Any, *rest: Any) -> Any:
    after = line(one, before, *rest)
    return before if isinstance(one, When) else after


def _uncopied(do: Any, *args: Any) -> Any:
    found = do(*args)
    return None if found is None else (found[0], order.Mentions())


def _all_about(mentions: Any, verb: Any, target: Any, phrases: Any) -> Any:
    """Everything named counts as the object, places included."""
    found = mentions(verb, target, phrases)
    everything = found.named | {tuple(r.ref.path) for r in phrases.resolved.values()}
    return replace(found, about=everything, named=everything)


def _without(*groups: str) -> Callable[..., Any]:
    """Why a preference is idle, in a cell that has none of these."""
    return lambda why, prefer, block, of: why(prefer, block, replace(of, cell=replace(of.cell, **{g: {} for g in groups})))


def _counted_bins(contents: Any, model: Any) -> Any:
    """Every heap has room for one."""
    heaps = {
        name: replace(thing, places=tuple(replace(place, capacity=place.capacity or 1) for place in thing.places))
        for name, thing in model.equipment.items()
    }
    return contents(replace(model, equipment=heaps))


def _zones(**fixed: Any) -> Callable[..., Any]:
    """Every zone is like that."""
    return lambda zones, model: zones(replace(model, zones={n: replace(z, **fixed) for n, z in model.zones.items()}))


def _busy_people(people: Any, model: Any) -> Any:
    return people(replace(model, people={n: replace(p, offers=("anything",)) for n, p in model.people.items()}))


def _only_named(accepted: Any, declared: Any, parts: Any) -> Any:
    """A place takes the kinds that it names, and none that may turn out to be one of them."""
    return tuple(k for k in accepted(declared, parts) if k in declared.words("holds") or not parts[k].may_be)


def _nobody(phrases: Any) -> Any:
    """Phrases without the one that says who does it."""
    return replace(phrases, resolved={name: found for name, found in phrases.resolved.items() if name != "by"})


def _taken_kinds(problem: Any, word: Any, scope: Any, work: Any, what: str) -> Any:
    return word.text in work.world.vocabulary.kinds or problem(word, scope, work, what)


RULES: Mapping[str, Patch] = {
    "along a path": _set(goals, "along_path", lambda *args: ()),
    "any one": _around(blocks, "check_goal", _goal),
    "any order": _owner("any order"),
    "attributes may be reserved": _set(automaton, "_sought", lambda tables, state: tables.words),
    "belts are not emptied": _set(outfeed_rules, "_is_by_hand", is_outfeed),
    "bins are heaps": _around(cell_rules, "_contents", _counted_bins),
    "broken clauses": _around(raised, "_raised", lambda found, *args, **more: found(*args, **more) - {"violated"}),
    "busy robots": _around(hints, "_why_idle", _without("robots", "tools")),
    "clause events": _around(raised, "_raised", lambda found, *args, **more: found(*args, **more) - {"timeout"}),
    "comments": _around(parse, "grammar", lambda text, *args: text(*args).replace("%ignore COMMENT", "")),
    "conjuncts": _set(clauses, "conjuncts", lambda checked: [checked]),
    "controllable": _set(clauses, "is_controllable", lambda checked: False),
    "deadlines": _made("Block", within=lambda _: None),
    "dimensions are types": _around(World, "typed", lambda f, self, word: None if word == "time" else f(self, word)),
    "events come from lines": _set(raised, "_raised", lambda *args, **more: frozenset()),
    "events of things": _set(KindSchema, "event", lambda self, name: None),
    "events of zones": _set(raised, "_can", lambda *args: False),
    "every by time is free": _mentions(is_free=False),
    "every keeps its place": _mentions(is_barrier=False),
    "freshness by count": _around(blocks, "above_zero", lambda f, node, dims, *rest: f(node, ("time",), *rest)),
    "freshness by time": _around(blocks, "above_zero", lambda f, node, dims, *rest: f(node, ("parts",), *rest)),
    "fullness": _around(exhausted, "_filled", lambda f, goal, of, named, members: f(goal, of, frozenset(), members)),
    "groups": _set(World, "group_in", lambda self, equipment: None),
    "hands": _around(hints, "_why_idle", _without("tools")),
    "hands are asked for": _around(cell_rules, "_people", _busy_people),
    "in order": _owner("in order"),
    "kept out": _around(cell_rules, "_zones", _zones(speed_limit=0.25)),
    "kinds are free names": _around(blocks, "name_problem", _taken_kinds),
    "lexicographic": _made("Block", prefers=lambda found: found[::-1]),
    "limits and monitors": _around(
        clauses, "Ensure", lambda make, c, kind, span: make(c, "limit" if kind == "monitor" else "monitor", span)
    ),
    "limits bind": _around(cell_rules, "_zones", _zones(keep_out=True)),
    "lines break": _set(automaton, "_DEPTH", {}),
    "loops overlap": _made("Loop", in_order=lambda found: not found),
    "only parts order": _set(names, "orders_lines", lambda found: True),
    "only the object counts": _around(goals, "_mentions", _all_about),
    "open sets": _around(World, "_members_of", _flipped),
    "ordering": _set(order, "_waits", lambda *args: False),
    "other arguments": _set(hints, "_text", lambda value: ""),
    "own facts": _around(conditions, "_state_fact", _no_own_fact),
    "paces": _made("Block", pace=lambda _: None),
    "params are known": _around(check, "bind_params", lambda bind, trees, names, *rest: (names, ())),
    "people are not bound": _around(hints, "_deadlines", lambda f, block, of, handled, act=None: f(block, of, frozenset(), act)),
    "people are seen": _set(reported, "_by_signal", lambda *args: ""),
    "people offer": _around(goals, "_is_offered", lambda f, verb, phrases, work: f(verb, _nobody(phrases), work)),
    "places are a type": _around(World, "typed", lambda f, self, word: None if word == "place" else f(self, word)),
    "programs are names": _set(World, "programs", lambda self: frozenset()),
    "reporters": _around(World, "step", _reported),
    "sets are told apart": _set(order, "_same_part", lambda a, b: True),
    "tellers": _around(understanding, "_reporter", lambda f, c, s, around, of: f(c, s, replace(around, tellers={}), of)),
    "templates are copied": _around(blocks, "_do", _uncopied),
    "templates are hygienic": _set(blocks, "fresh_name", lambda scope, name: name),
    "the goal is in its block": _set(raised, "_with_goal", lambda inner, goal: inner),
    "told of every member": _around(told, "_loop", lambda f, *args: f(*args) & frozenset()),
    "told on every path": _around(told, "_line", _untold),
    "tolerances": _set(goals, "tolerated", lambda *args: ()),
    "unions": _set(World, "_of_each", lambda self, *args: None),
    "units exclude words": _set(parse, "excluded_units", lambda vocabulary: ("nothing",)),
    "until is said": _made("Loop", until=lambda _: None),
    "urgent orders": _around(hints, "_why_idle", _without("queues")),
    "what is joined counts": _around(goals, "_mentions", lambda f, *args: replace(f(*args), joins=())),
    "what may be": _around(compile_cell, "accepted", _only_named),
    "who empties is seen": _set(outfeed_rules, "_is_watched", lambda *args: False),
    "whereabouts": _around(understanding, "told_by_the_cell", lambda f, text, subject, place, of: f(text, subject, None, of)),
    "zones are watched": _around(cell_rules, "_zones", _zones(occupied=None)),
}


_OF_THE_PARSER = frozenset({"attributes may be reserved", "comments", "units exclude words"})
"""A parser is kept between calls; for these it is made anew."""


@contextmanager
def without(rule: str) -> Iterator[None]:
    """The language without that rule."""
    with pytest.MonkeyPatch.context() as patch:
        RULES[rule](patch)
        _forget(rule)
        try:
            yield
        finally:
            patch.undo()
            _forget(rule)


def _forget(rule: str) -> None:
    if rule in _OF_THE_PARSER:
        parse.parser.cache_clear()
        parse.tables.cache_clear()
        parse.quantity_pattern.cache_clear()
