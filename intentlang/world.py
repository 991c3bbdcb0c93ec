"""The cell as names see it: what a declared name is, and where a dot leads from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cell.dataclass import dataclass
from cell.equipment import Equipment
from cell.model import CellModel
from cell.quantities import Quantity
from cell.vocabulary import AttributeSchema, FactSchema, KindSchema, OutcomeSchema, Vocabulary
from intentlang import forms
from intentlang.types import Fact, Known, Member, Part, Program, SetOf, Thing, Type

_FEATURES = ("hole", "seam", "face", "path")


@dataclass(frozen=True, slots=True)
class World:
    cell: CellModel
    vocabulary: Vocabulary

    # -- names -------------------------------------------------------------------------------------------------------

    def declared(self) -> Mapping[str, Type]:
        """Every name that the cell declares, apart from programs, whose names count only at their machine."""
        kinds = self.vocabulary.kinds
        cell = self.cell
        found: dict[str, Type] = {name: Part((name,), is_kind=True) for name in cell.declared_parts}
        for names, kind in ((cell.robots, "robot"), (cell.tools, "tool"), (cell.zones, "zone"), (cell.people, "person")):
            found |= {name: Thing(kinds[kind], name) for name in names}
        found |= {name: Thing(kinds["queue"], name) for name in cell.queues}
        return found | {e.name: Thing(kinds[e.kind], e.name) for e in cell.equipment.values()}

    def programs(self) -> frozenset[str]:
        return frozenset(p.name for e in self.cell.equipment.values() for p in e.programs)

    def group(self, name: str) -> Member | None:
        """`each kit [housing, gear]` makes a kind `kit`."""
        for equipment in self.cell.equipment.values():
            group = self.group_in(equipment)
            if group is not None and group.kind.name == name:
                return group
        return None

    def group_in(self, equipment: Equipment) -> Member | None:
        match equipment.attributes.get("each"):
            case (str(name), tuple(kinds)):
                schema = KindSchema(name=name, doc="A group of parts.", record="member", orders_lines=True)
                return Member(schema, tuple(str(k) for k in kinds))
            case _:
                return None

    def typed(self, word: str) -> Type | None:
        """What an argument of that type is: a kind, a part kind, a group, a dimension, `part` or `place`."""
        if word in self.cell.declared_parts:
            return Part((word,))
        group = self.group(word)
        if group is not None:
            return group
        if word == "part":
            return Part(tuple(self.cell.declared_parts))
        if word == "place":
            return Thing(KindSchema(name="place", doc="", is_place=True), "")
        kind = self.vocabulary.kinds.get(word)
        if kind is not None:
            return Thing(kind, "") if kind.record != "member" else Member(kind, tuple(self.cell.declared_parts))
        if word in self.vocabulary.dimensions:
            return Known(Quantity(1.0, word))
        return Program("") if word == "program" else None

    # -- dots --------------------------------------------------------------------------------------------------------

    def step(self, found: Type, word: str) -> Type | None:
        match found:
            case Thing(kind, name):
                own = self._of_kind(found, kind, word) or self._held(name, word) or self._attribute(kind, name, word)
                return own or self._of_each(kind, name, word)
            case Part():
                return self._of_part(found, word)
            case Member(kind, kinds):
                return self._of_kind(found, kind, word) or self._of_member(kind, kinds, word)
            case SetOf(member, is_open):
                inner = self.step(member, word)
                if inner is None or isinstance(inner, Fact | Known):
                    return None
                return inner if isinstance(inner, SetOf) else SetOf(inner, is_open)
            case Fact() | Known() | Program():
                return None

    def steps(self, found: Type) -> list[str]:
        """The words that may follow `found` and a dot."""
        match found:
            case Thing(kind) | Member(kind):
                words = [f.name for f in kind.facts] + [m.name for m in kind.members]
                return words + (list(found.kinds) if isinstance(found, Member) else [])
            case Part(kinds):
                part = self.vocabulary.kinds["part"]
                features = [f.name for k in kinds for f in self.cell.parts[k].features]
                slots = [s for k in kinds for s in self.cell.parts[k].slots]
                own = [f.name for f in part.facts] + [m.name for m in part.members] + [o.name for o in self.outcomes()]
                return own + features + slots
            case SetOf(member):
                return self.steps(member)
            case Fact() | Known() | Program():
                return []

    def outcomes(self) -> Iterator[OutcomeSchema]:
        seen: set[str] = set()
        for verb in self.vocabulary.verbs.values():
            for outcome in verb.tells:
                if outcome.name not in seen:
                    seen.add(outcome.name)
                    yield outcome

    def _of_kind(self, found: Type, kind: KindSchema, word: str) -> Type | None:
        fact = kind.fact(word)
        if fact is not None:
            return Fact(self._special(fact, found), found)
        for member in kind.members:
            if member.name == word:
                schema = self.vocabulary.kinds[member.member]
                kinds = tuple(self.cell.declared_parts)
                inner: Type = Part(kinds) if schema.name == "item" else Member(schema, kinds)
                return inner if member.single else SetOf(inner, member.is_open)
        return None

    def _special(self, fact: FactSchema, owner: Type) -> FactSchema:
        """What a sensor measures and tells stands in its declaration."""
        if not isinstance(owner, Thing) or (fact.dimension != "*" and fact.values != ("*",)):
            return fact
        attributes = self.cell.equipment[owner.name].attributes if owner.name in self.cell.equipment else {}
        states = attributes.get("states", ())
        if fact.dimension == "*":
            return fact.model_copy(update={"dimension": str(attributes.get("measures", ""))})
        return fact.model_copy(update={"values": tuple(states) if isinstance(states, tuple) else ()})

    def _of_part(self, found: Part, word: str) -> Type | None:
        part = self.vocabulary.kinds["part"]
        fact = part.fact(word)
        if fact is not None:
            return Fact(fact, found)
        for outcome in self.outcomes():
            if outcome.name == word:
                values = tuple(self.cell.declared_parts) if outcome.values == ("*",) else outcome.values
                return Fact(FactSchema(name=word, doc=outcome.doc, values=values, source="told"), found)
        for member in part.members:
            if member.name == word and any(self._has(kind, member.member) for kind in found.kinds):
                return SetOf(Member(self.vocabulary.kinds[member.member], found.kinds))
        for kind in found.kinds:
            model = self.cell.parts[kind]
            if word in model.slots:
                return Member(self.vocabulary.kinds["slot"], found.kinds)
            for feature in model.features:
                if feature.name == word:
                    return Member(self.vocabulary.kinds[feature.kind], found.kinds)
        return None

    def _has(self, kind: str, member: str) -> bool:
        model = self.cell.parts[kind]
        return bool(model.slots) if member == "slot" else any(f.kind == member for f in model.features)

    def _of_member(self, kind: KindSchema, kinds: tuple[str, ...], word: str) -> Type | None:
        """`kit.housing`, `job.kit`: a part of the group, the part that the order makes."""
        if word in kinds and kind.name not in (*_FEATURES, "slot", "layer", "spot"):
            return Part((word,))
        return None

    def _held(self, name: str, word: str) -> Type | None:
        """`supply.cartons`, `kits.housing`: the parts of one kind in a thing that holds several."""
        equipment = self.cell.equipment.get(name)
        if equipment is None:
            return None
        for kind in self.held_by(equipment):
            if word in (kind, f"{kind}s"):
                return SetOf(Part((kind,)), self.vocabulary.kinds[equipment.kind].is_open)
        return None

    def _of_each(self, kind: KindSchema, name: str, word: str) -> Type | None:
        """`orders.items`: the union over what a loop over the thing would bind."""
        members = self._members_of(kind, name)
        inner = self.step(members, word) if members is not None else None
        return inner if isinstance(inner, SetOf) else None

    def held_by(self, equipment: Equipment) -> tuple[str, ...]:
        accepts = equipment.attributes.get("accepts", ())
        return tuple(str(a) for a in accepts) if isinstance(accepts, tuple) else ()

    def _attribute(self, kind: KindSchema, name: str, word: str) -> Type | None:
        """A numeric attribute of the declaration: `left.max_height`."""
        schema = kind.attribute(word)
        thing = self.cell.equipment.get(name) or self.cell.tools.get(name)
        value = thing.attributes.get(word) if thing is not None else None
        if schema is None or not isinstance(value, float) or isinstance(value, bool):
            return None
        dimension = _dimension(schema)
        return Known(Quantity(value, dimension, f"{value:g}")) if dimension in self.vocabulary.dimensions else None

    # -- loops -------------------------------------------------------------------------------------------------------

    def members(self, found: Type) -> SetOf | None:
        """What `for each` binds over `found`."""
        match found:
            case SetOf():
                return found
            case Thing(kind, name):
                return self._members_of(kind, name)
            case Member(_, kinds) if kinds and found.kind.record == "member" and found.kind.name not in self.vocabulary.kinds:
                return SetOf(Part(kinds))
            case _:
                return None

    def _members_of(self, kind: KindSchema, name: str) -> SetOf | None:
        if kind.loops_over == "order":
            queue = self.cell.queues.get(name)
            return SetOf(Member(self.vocabulary.kinds["order"], (queue.of,) if queue else tuple(self.cell.declared_parts)), True)
        if kind.loops_over != "content":
            return None
        equipment = self.cell.equipment.get(name)
        if equipment is None:
            return SetOf(Part(tuple(self.cell.declared_parts)), kind.is_open)
        return SetOf(self.group_in(equipment) or Part(self.held_by(equipment)), kind.is_open)

    # -- who reports ---------------------------------------------------------------------------------------------------

    def reporter(self, owner: Type, signal: str) -> str | None:
        """The signal that the attribute `signal` of that thing names. "?" for a thing that is an argument nobody gave."""
        if not isinstance(owner, Thing):
            return None
        if not owner.name:
            return "?"
        zone, person = self.cell.zones.get(owner.name), self.cell.people.get(owner.name)
        if zone is not None:
            return zone.occupied
        if person is not None:
            return person.ready
        thing = self.cell.equipment.get(owner.name) or self.cell.tools.get(owner.name)
        return None if thing is None else thing.signals.get(signal)


def _dimension(schema: AttributeSchema) -> str:
    for pattern in forms.compiled(schema.forms[0]):
        if isinstance(pattern, forms.Atom) and len(pattern.what) == 1:
            return pattern.what[0]
    return ""
