"""What is wrong only in view of the rest of the cell: dangling names, contents, mounts, zones, coinciding places."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from cell.diagnostic import Diagnostic, Span, error, warning
from cell.equipment import Equipment
from cell.model import CellModel, Tool
from cell.quantities import Quantity
from cell.vocabulary import Vocabulary
from intentlang.assembly_rules import assemblies, idle_seats
from intentlang.changer_rules import changers
from intentlang.declared import Declared, numbers, unknown
from intentlang.findings import MOST, Findings
from intentlang.forms import Named
from intentlang.named_twice import named_twice
from intentlang.outfeed_rules import outfeeds
from intentlang.path_rules import path_problems, wrong_counts
from intentlang.ranges import too_slow
from intentlang.syntax import Word
from intentlang.words import quoted


def references(declared: Sequence[Declared], vocabulary: Vocabulary, broken: frozenset[str], found: Findings) -> frozenset[str]:
    """Who wrote a name in an attribute that names nothing or a thing of the wrong kind; each goes to `found`. Raises Enough where
    these are too many."""
    by_name = {d.name.text: d for d in declared}
    dirty: set[str] = set()
    for d in declared:
        names = [n for given in d.given for n in given.match.names]
        known = (p for n in names if (p := _group_for_its_parts(n, d) or _reference(n, by_name, vocabulary, broken)) is not None)
        problems = list(islice(known, MOST))
        problems += [*_ranges(d), *wrong_counts(d), *named_twice(d)]
        if not problems:  # a misspelt name under `from` is told once, and not by the seat besides
            problems += [p for p in idle_seats(d) if not broken & {d.name.text, "from", "slots"}]
        found.say(*problems)
        dirty |= {d.name.text} if problems else set()
    return frozenset(dirty)


def _group_for_its_parts(name: Named, d: Declared) -> Diagnostic | None:
    """`contains kit 4 parts` where `each kit [a, b]`: a kit is a name for a pocket, and what lies in a pocket are its parts."""
    each = d.get("each")
    content = next((given for given in d.all("contains") if given.match.names[0] is name), None)
    if each is None or content is None or name.text != each.match.names[0].text:
        return None
    parts = [part.text for part in each.match.names[1:]]
    much = next((value.text for value in content.values if isinstance(value, Quantity)), "1 parts")
    message = f"`{name.text}` is the name of a pocket of `{d.name.text}`; what lies in the pockets are its parts"
    help_ = f"Name them one by one: {quoted(f'contains {part} {much}' for part in parts)}, each on a line of its own."
    return error("E201", message, name.span, each.match.names[0].span.labelled("named here"), help=help_)


def _reference(name: Named, by_name: dict[str, Declared], vocabulary: Vocabulary, broken: frozenset[str]) -> Diagnostic | None:
    if name.what in (("name",), ("signal",)):
        return None
    word = Word(name.text, name.span)
    if name.what == ("verb",):
        return None if name.text in vocabulary.verbs else unknown("E214", "verb", word, list(vocabulary.verbs))
    what = " or ".join(name.what)
    target = by_name.get(name.text)
    if target is None:
        if name.text in broken:
            return None
        return unknown("E201", what, word, [n for n, d in by_name.items() if _is_one_of(d, name.what)])
    if not _is_one_of(target, name.what):
        message = f"`{name.text}` is a {target.kind.name}; a {what} is wanted here"
        known = [n for n, d in by_name.items() if _is_one_of(d, name.what)]
        help_ = f"There is {quoted(known)}." if known else f"Declare a {what}."
        return error("E213", message, name.span, target.name.span.labelled("declared here"), help=help_)
    return None


def _is_one_of(d: Declared, kinds: Sequence[str]) -> bool:
    return any(d.kind.stands_for(kind) for kind in kinds)


def _ranges(d: Declared) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for given in d.given:
        schema = d.kind.attribute(given.name)
        form = schema.forms[given.match.form] if schema else ""
        values = [v.value for v in given.values if isinstance(v, Quantity)]
        if " to <" in form and len(values) >= 2 and values[-2] > values[-1]:
            message = f"`{given.name}` goes from a larger value to a smaller one"
            found.append(error("E211", message, given.span, help="Write the smaller one first."))
        if given.name == "contains" and any(v < 0 or v != int(v) for v in values):
            message = "a number of parts is a whole number from 0 up"
            found.append(error("E211", message, given.span, help="Write how many lie there, such as `4 parts`."))
        for value in (v for v in given.values if isinstance(v, Quantity) and v.dimension == "speed"):
            problem = too_slow(value, given.span)
            found += [problem] if problem is not None else []
        if given.name == "box":
            low, high = (numbers(v) for v in given.values)
            if any(a >= b for a, b in zip(low, high, strict=True)):
                message = f"the box of `{d.name.text}` is empty: each coordinate of `from` must be below that of `to`"
                found.append(error("E403", message, given.span, help="Swap the values that are the wrong way round."))
    return found


def envelopes(declared: Sequence[Declared]) -> list[Diagnostic]:
    """What goes on by itself is said of the whole cell, so it is said once."""
    every = [d for d in declared if d.kind.record == "envelope"]
    help_ = "Keep one of them."
    return [
        error("E417", f"`{d.name.text}` is a second envelope", d.span, every[0].span.labelled("the first one"), help=help_)
        for d in every[1:]
    ]


def world(model: CellModel, is_whole: bool) -> list[Diagnostic]:
    """`is_whole` is False where things with errors are left out of the model, so that what seems to lack may be among them."""
    return [
        *_mounts(model),
        *(changers(model) if is_whole else ()),
        *(_ungripped(model) if is_whole else ()),
        *_other_bodies(model),
        *assemblies(model),
        *path_problems(model),
        *_contents(model),
        *_clamps(model),
        *outfeeds(model),
        *_zones(model),
        *_coinciding(model),
        *_people(model),
    ]


def _mounts(model: CellModel) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    first: dict[str, Tool] = {}
    for b in model.tools.values():
        a = first.setdefault(b.mount, b)
        if a is not b and a.mount in model.robots:
            message = f"`{a.name}` and `{b.name}` are both mounted on `{a.mount}`"
            other, help_ = (
                _at(a, "mounted").labelled("the other one"),
                "Mount one of them on another robot, or put it `in` a changer.",
            )
            found.append(error("E407", message, _at(b, "mounted"), other, help=help_))
    for tool in model.tools.values():
        if {"mounted", "in"} <= set(tool.attributes):
            message = f"`{tool.name}` is mounted and rests in a changer at once"
            found.append(error("E407", message, _at(tool, "in"), _at(tool, "mounted"), help="Delete one of the two lines."))
        if not tool.mount:
            help = "Write `mounted ROBOT`, or `in CHANGER`."
            found.append(error("E209", f"`{tool.name}` is neither mounted nor in a changer", tool.span, help=help))
    return found


def _at(thing: Tool | Equipment, attribute: str) -> Span:
    return thing.attribute_spans.get(attribute, thing.span)


def _ungripped(model: CellModel) -> list[Diagnostic]:
    handled = {name for tool in model.tools.values() for name in (*tool.grips, *tool.drives)}
    handled |= {name for part in model.parts.values() if part.name in handled for name in part.may_be}
    return [
        warning("W202", f"no tool of the cell grips `{part.name}`", part.span, help="Name it under `grips` of a tool.")
        for part in model.declared_parts.values()
        if part.name not in handled
    ]


def _other_bodies(model: CellModel) -> list[Diagnostic]:
    """What a part may turn out to be is gripped, carried and laid down like the part that it was taken for."""
    found: list[Diagnostic] = []
    for part in model.parts.values():
        for other in (model.parts[name] for name in part.may_be if name in model.parts):
            if (part.shape, part.mass) != (other.shape, other.mass):
                message = f"`{part.name}` may be a `{other.name}`, which has another shape or mass"
                help_ = f"Give both the same: `part {other.name} is {part.name} {{ }}`."
                found.append(error("E409", message, part.span, other.span.labelled("the other one"), help=help_))
    return found


def _contents(model: CellModel) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for thing in model.equipment.values():
        accepts = thing.attributes.get("accepts", ())
        assert isinstance(accepts, tuple)
        for part, _ in thing.contains:
            if part not in accepts:
                message = f"`{thing.name}` contains `{part}` but accepts only {quoted(accepts)}"
                help_ = f"Add `{part}` to what it holds, or correct `contains`."
                found.append(error("E405", message, _at(thing, f"contains {part}"), _at(thing, "holds"), help=help_))
        room = [p.capacity for p in thing.places]
        total = sum(n for _, n in thing.contains)
        if thing.places and model.kind_of(thing).layout != "bins" and None not in room and total > sum(r or 0 for r in room):
            most = sum(r or 0 for r in room)
            message = f"`{thing.name}` contains {total} parts and has room for {most}"
            key, help_ = f"contains {thing.contains[0][0]}", f"Write at most {most} parts, or make room for {total - most} more."
            found.append(error("E404", message, _at(thing, key), thing.span, help=help_))
    return found


def _clamps(model: CellModel) -> list[Diagnostic]:
    """One signal says one thing: a clamp that opens for one part would let go of the other one, which may be worked on."""
    return [
        error(
            "E415",
            f"`{thing.name}` has one clamp for {len(thing.places)} places",
            _at(thing, "capacity"),
            _at(thing, "clamp").labelled("the clamp"),
            help="Declare a thing for each clamp, or write `capacity 1`.",
        )
        for thing in model.equipment.values()
        if "clamp" in thing.signals and len(thing.places) > 1
    ]


def _zones(model: CellModel) -> list[Diagnostic]:
    found: list[Diagnostic] = []
    for zone in model.zones.values():
        if zone.distance is not None and (zone.when_occupied != "stop" or zone.occupied is not None):
            message = f"the distance of people is measured for `{zone.name}`, so it stops robots and nothing else reports people"
            found.append(error("E408", message, zone.span, help="Write `when_occupied stop`, and no `occupied`."))
        elif zone.when_occupied is not None and zone.occupied is None and zone.distance is None:
            message = f"`{zone.name}` says what to do when occupied, and nothing reports that it is"
            found.append(error("E408", message, zone.span, help="Add `occupied signal …`."))
        if zone.keep_out and zone.humans_allowed is False and zone.speed_limit is not None:
            message = f"`{zone.name}` is kept out of, so its speed limit binds nothing"
            found.append(warning("W204", message, zone.span, help="Delete `limit`, or `keep_out`."))
        if zone.humans_allowed and zone.occupied is None and zone.distance is None and zone.when_occupied is None:
            message = f"people may be in `{zone.name}` and nothing reports them"
            found.append(warning("W201", message, zone.span, help="Add `occupied signal …`."))
    return found


def _people(model: CellModel) -> list[Diagnostic]:
    """What people offer, and nobody reports; what they carry where it is not taken."""
    found: list[Diagnostic] = []
    for person in model.people.values():
        if person.offers and person.ready is None:
            message = f"nothing reports when `{person.name}` has ready hands"
            found.append(warning("W201", message, person.span, help="Add `ready signal …`: a button, or what sees them."))
        bin_, workplace = model.equipment.get(person.clears or ""), model.equipment.get(person.at)
        if bin_ is not None and workplace is not None and (left := sorted(_taken(workplace) - _taken(bin_))):
            message = f"`{bin_.name}` does not accept {quoted(left)}, which `{person.name}` would carry there"
            help_ = f"Add it to what `{bin_.name}` holds, or name another bin."
            found.append(error("E405", message, person.span, bin_.span.labelled("declared here"), help=help_))
    return found


def _taken(equipment: Equipment) -> set[str]:
    """The part kinds that it is declared to take."""
    accepts = equipment.attributes.get("accepts", ())
    return set(accepts) if isinstance(accepts, tuple) else set()


def _coinciding(model: CellModel) -> list[Diagnostic]:
    """Two pieces of equipment that put a part at the same spot: one of them was copied and not moved."""
    spots: dict[tuple[float, ...], tuple[str, str]] = {}
    found: list[Diagnostic] = []
    seen: set[tuple[str, str]] = set()
    for thing in model.equipment.values():
        for place in thing.places:
            key = tuple(np.round(place.frame.translation, 3))
            other = spots.setdefault(key, (thing.name, place.name))
            pair = (other[0], thing.name)
            if other[0] != thing.name and pair not in seen:
                seen.add(pair)
                message = f"`{place.name}` and `{other[1]}` are at the same spot"
                first = model.equipment[other[0]]
                found.append(
                    error("E406", message, thing.span, first.span.labelled("the other one"), help="Correct `at` of one of them.")
                )
    return found
