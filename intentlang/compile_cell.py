"""From the declarations of one or more cell files to the CellModel. All errors at once; SI and the world frame inside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cell.diagnostic import Outcome, Span
from cell.envelope import SLOWER_BY, Envelope
from cell.equipment import Equipment, Feature, MachineProgram, Offer, PartKind
from cell.geometry import Box, Cylinder, Pose
from cell.model import CellModel, Queue, RobotUnit, Tool
from cell.people import Person, as_equipment
from cell.quantities import Quantity
from cell.vocabulary import Vocabulary
from cell.zones import Zone
from intentlang import cell_rules, sizes, solids
from intentlang.changers import changer_of
from intentlang.changers import shape_of as changer_shape
from intentlang.declared import Declared, Given, declare, numbers
from intentlang.driven import driven_by
from intentlang.durations import duration, durations_of
from intentlang.findings import Enough, Findings
from intentlang.forms import Named, Value
from intentlang.path_rules import path_of
from intentlang.places import accepted, contents, places_of, shape_with_default
from intentlang.revision import revision
from intentlang.seats import admitting, seat_places, with_laden, with_seats
from intentlang.syntax import CellTree

APPROACH_SPEED = 1.6
"""m/s, of a person, unless measured (ISO 13855)."""


def compile_cell(trees: Sequence[CellTree], vocabulary: Vocabulary) -> Outcome[CellModel]:
    """The model of these trees together, the user's own file first. None where anything is wrong: an intent checked against half
    a cell would be told of errors that it does not have."""
    found = Findings()
    try:
        model = _compiled(trees, vocabulary, found)
    except Enough:
        model = None
    return Outcome(model, tuple(sorted(found, key=lambda d: d.spans[:1])))


def _compiled(trees: Sequence[CellTree], vocabulary: Vocabulary, found: Findings) -> CellModel | None:
    """None where anything is wrong. Raises Enough where too much is."""
    broken = frozenset().union(*(tree.broken for tree in trees))
    declarations = declare(trees, vocabulary, found)
    wrong = declarations.dirty | cell_rules.references(declarations.things, vocabulary, broken, found)
    too_much, left_out = sizes.oversized([d for d in declarations.things if d.name.text not in wrong])
    dirty = wrong | left_out
    clean = [d for d in declarations.things if d.name.text not in dirty]
    model = _model(clean, trees[0].source.name, vocabulary)
    found.say(*too_much, *cell_rules.envelopes(clean), *cell_rules.world(model, is_whole=not dirty and not broken))
    return None if dirty or broken or any(d.is_error for d in found) else model


def _model(declared: Sequence[Declared], file: str, vocabulary: Vocabulary) -> CellModel:
    def of(record: str) -> list[Declared]:
        return [d for d in declared if d.kind.record == record]

    driven = dict.fromkeys(n for d in of("tool") for n in d.words("drives"))
    parts = _parts(of("part"))
    parts = with_seats(of("part"), parts, [name for name in driven if name in parts])
    by_name = {d.name.text: d for d in declared}
    tools = {d.name.text: _tool(d, parts) for d in of("tool")}
    equipment = {d.name.text: _equipment(d, parts, by_name, tools) for d in of("equipment")}
    zones = {d.name.text: _zone(d) for d in of("zone")}
    people = {d.name.text: _person(d) for d in of("person")}
    model = CellModel(
        robots={d.name.text: _robot(d) for d in of("robot")},
        tools=tools,
        parts=parts,
        equipment=equipment | {name: as_equipment(person, equipment, zones.values()) for name, person in people.items()},
        changers={d.name.text: changer_of(d, tools) for d in of("equipment") if d.kind.name == "changer"},
        zones=zones,
        people=people,
        queues={d.name.text: Queue(d.name.text, d.word("of") or "", d.span) for d in of("queue")},
        file=file,
        revision="",
        driven_by=driven_by(declared),
        envelope=next((_envelope(d) for d in of("envelope")), None),
        vocabulary=vocabulary,
    )
    return replace(model, revision=revision(model))


def _spans(declared: Declared) -> dict[str, Span]:
    return {f"{g.name} {g.key}".strip(): g.span for g in declared.given}


def _attributes(declared: Declared) -> dict[str, object]:
    """Every attribute as plain values in SI: the value, a tuple of several, True for a bare word; keyed ones by their key."""
    out: dict[str, object] = {}
    for given in declared.given:
        schema = declared.kind.attribute(given.name)
        if schema is not None and schema.keyed and given.key:
            keyed = out.setdefault(given.name, {})
            assert isinstance(keyed, dict)
            keyed[given.key] = _plain_values(given.values[1:])
        else:
            out[given.name] = _plain_values(given.values)
    return out


def _plain_values(values: tuple[Value, ...]) -> object:
    plainly = tuple(_plain(v) for v in values)
    return True if not plainly else plainly[0] if len(plainly) == 1 else plainly


def _plain(value: Value) -> object:
    match value:
        case Quantity():
            return value.value
        case Named():
            return value.text
        case str():
            return value
        case tuple():
            return tuple(_plain(v) for v in value)


def _signals(declared: Declared) -> dict[str, str]:
    """`door signal lathe.door` gives door -> lathe.door."""
    return {g.name: n.text for g in declared.given for n in g.match.names if n.what == ("signal",)}


def _robot(d: Declared) -> RobotUnit:
    return RobotUnit(
        name=d.name.text,
        model=d.word("model") or "",
        driver=d.word("driver") or "",
        base=solids.pose(d, "base"),
        home=d.vector("home"),
        payload=d.number("payload"),
        max_speed=d.number("max_speed"),
        force_limit=d.number("force_limit"),
        span=d.span,
        attribute_spans=_spans(d),
    )


def _tool(d: Declared, parts: dict[str, PartKind]) -> Tool:
    return Tool(
        name=d.name.text,
        mount=d.word("mounted") or d.word("in") or "",
        hands=solids.hands(d),
        bodies=solids.tool_bodies(d),
        mass=d.number("mass") or 0.0,
        grips=with_laden(d.words("grips"), parts),
        drives=d.words("drives"),
        force=_range(d.get("force")),
        signals=_signals(d),
        span=d.span,
        attributes=_attributes(d),
        attribute_spans=_spans(d),
        does=d.words("does"),
    )


def _range(given: Given | None) -> tuple[float, float] | None:
    if given is None:
        return None
    values = numbers(given.values)
    return (values[0], values[-1])


def _parts(declared: Sequence[Declared]) -> dict[str, PartKind]:
    """Parts in written order; what is assembled comes last, for it takes shape and mass from what it is made of."""
    parts: dict[str, PartKind] = {}
    for d in sorted(declared, key=lambda d: d.get("from") is not None):
        made_from = tuple(n for n in d.words("from") if n in parts)
        mass, shape = d.number("mass"), solids.shape_of(d.get("shape"))
        parts[d.name.text] = PartKind(
            name=d.name.text,
            mass=mass if mass is not None else sum(parts[n].mass for n in made_from),
            shape=shape or _default_shape(d, made_from, parts),
            grip_force=d.number("grip"),
            span=d.span,
            features=_features(d),
            made_from=d.words("from"),
            slots=d.words("slots"),
            has_assumed_shape=shape is None,
            may_be=d.words("may_be"),
        )
    return {d.name.text: parts[d.name.text] for d in declared}


def _default_shape(d: Declared, made_from: Sequence[str], parts: dict[str, PartKind]) -> Box | Cylinder:
    """An assembly looks like the part that the others go into; a screw M4 is a cylinder of radius 4 mm and length 20 mm."""
    if made_from:
        return parts[made_from[0]].shape  # type: ignore[return-value]
    thread = d.word("thread") or "M4"
    size = float(thread[1:]) / 1000 if thread[1:].isdigit() else 0.004
    return Cylinder(size, 5 * size)


def _features(d: Declared) -> tuple[Feature, ...]:
    found = []
    for given in d.given:
        if given.name in ("path", "seam"):
            found.append(path_of(given))
        if given.name not in ("hole", "face"):
            continue
        at = numbers(given.values[1])
        turned = numbers(given.values[2]) if given.match.form == 1 else (0.0, 0.0, 0.0)
        found.append(Feature(given.name, given.key, Pose.from_xyz_rpy(at, turned), given.span))
    return tuple(found)


def _equipment(d: Declared, parts: dict[str, PartKind], others: dict[str, Declared], tools: dict[str, Tool]) -> Equipment:
    frame = solids.pose(d)
    shape = changer_shape(d, tools) if d.kind.name == "changer" else shape_with_default(d)
    own = (solids.standing(d.name.text, shape, frame),) if shape is not None else ()
    attributes = _attributes(d)
    if d.kind.is_place:
        attributes["accepts"] = accepted(d, parts)
    places = tuple(admitting(place, d.kind, parts) for place in places_of(d, parts, others))
    return Equipment(
        kind=d.kind.name,
        name=d.name.text,
        frame=frame,
        bodies=own + tuple(b.moved(frame) for b in solids.extra_bodies(d)),
        places=places,
        contains=contents(d),
        programs=tuple(MachineProgram(g.key, duration(g), g.span) for g in d.all("program")),
        offers=_offers(d),
        signals=_signals(d),
        guard=d.word("guard"),
        span=d.span,
        attributes=attributes,
        attribute_spans=_spans(d),
        seats=tuple(seat for place in places for seat in seat_places(place, parts)) if d.kind.is_workplace else (),
    )


def _offers(d: Declared) -> tuple[Offer, ...]:
    return tuple(Offer(verb, length, given.span) for given in d.all("offers") for verb, length in durations_of(given, d))


def _zone(d: Declared) -> Zone:
    box = d.get("box")
    low, high = (numbers(v) for v in box.values) if box else ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    when = d.get("when_occupied")
    signals = _signals(d)
    capacity = d.number("capacity")
    return Zone(
        name=d.name.text,
        low=(low[0], low[1], low[2]),
        high=(high[0], high[1], high[2]),
        keep_out=d.get("keep_out") is not None,
        speed_limit=d.number("limit"),
        humans_allowed=d.get("humans") is not None,
        occupied=signals.get("occupied"),
        when_occupied=None if when is None else ("stop", "slow")[when.match.form],
        slow_to=d.number("when_occupied"),
        capacity=None if capacity is None else int(capacity),
        handover=d.get("handover") is not None,
        span=d.span,
        handover_at=_point(d.get("handover")),
        distance=signals.get("distance"),
    )


def _envelope(d: Declared) -> Envelope:
    return Envelope(d.name.text, d.number("slower_by") or SLOWER_BY, d.span)


def _point(given: Given | None) -> tuple[float, float, float] | None:
    if given is None or not given.values:
        return None
    x, y, z = numbers(given.values[0])
    return (x, y, z)


def _person(d: Declared) -> Person:
    return Person(
        name=d.name.text,
        at=d.word("at") or "",
        offers=_offers(d),
        usually=d.number("usually"),
        ready=_signals(d).get("ready"),
        approach_speed=d.number("approach_speed") or APPROACH_SPEED,
        span=d.span,
        clears=d.word("clears"),
    )
