"""The registry: what kinds, verbs, events, objectives and units there are, as a value that is handed in.

Nothing here is a keyword of the language. A driver package brings schemas of its own and joins them with `extended_with`; the
grammar stays as it is. Hover, completion, did-you-mean, the reference pages and every check of names read these same schemas.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from cell.dataclass import dataclass
from cell.phases import ALONG, Phase
from cell.quantities import UNITS, Unit

Record = Literal["robot", "tool", "part", "equipment", "zone", "person", "queue", "envelope", "member"]
Source = Literal["driver", "signal", "told", "counted"]
Layout = Literal["row", "grid", "heap", "pile", "bins", "layers"]


class Schema(BaseModel):
    """A key that no schema knows is somebody's typo, so it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AttributeSchema(Schema):
    """One attribute of a kind. `forms` are the ways to write its values, see `intentlang.forms` for their small notation.
    `required`: every thing of the kind needs it, but one that has the attribute `unless` instead. `keyed`: it may stand several
    times, told apart by the name that follows (`program OP10`)."""

    name: str
    forms: tuple[str, ...]
    doc: str
    required: bool = False
    unless: str = ""
    keyed: bool = False


class FactSchema(Schema):
    """Something that can be asked of a thing of this kind: a quantity (`dimension`) or a state (`values`).

    `controlled`: the cell itself brings it about, so a bound on it is a limit and not a monitor. `source` says who reports it:
    the driver, a signal that the attribute `signal` names, a verb that tells it, or the cell's own count."""

    name: str
    doc: str
    dimension: str = ""
    values: tuple[str, ...] = ()
    controlled: bool = False
    source: Source = "driver"
    signal: str = ""


class EventSchema(Schema):
    """`cnc1.alarm`, `scrap.full`. `source` says who raises it: the driver of the thing, as a fault of that name; the signal that
    the attribute `signal` names; or the cell's own count. One of a driver may have a `signal` besides. `only_with` is an
    attribute that the thing must have to raise it at all."""

    name: str
    doc: str
    source: Literal["driver", "signal", "counted"] = "driver"
    signal: str = ""
    only_with: str = ""


class MembersSchema(Schema):
    """`pallet.layers`: a set that belongs to a thing. `features`: the members are the part's features of that kind.
    `single`: one thing and no set (`job.kit`)."""

    name: str
    member: str
    doc: str
    is_open: bool = False
    single: bool = False


class KindSchema(Schema):
    """A kind of thing. `record` says which record of the CellModel holds it; `member` kinds are never declared but bound by a
    loop (a layer, an order). `is_place`: parts can lie in it. `orders_lines`: it counts as a part for the ordering rule.
    `loops_over`: what `for each x in thing` binds: the parts that it holds, or a member kind. `own_fact`: the fact that is
    meant by the bare thing (`near is occupied`).

    Everything that checking, planning, proof and run ask about a kind stands here, so one that a package brings is like one of
    ours. `layout`: how its places lie: side by side (row), in a grid, one heap out of which nothing is taken, a pile, bins or
    layers (intentlang/places.py). `is_workplace`: parts are worked on and joined there. `works_by_itself`: it can be busy.
    `counts_as`: the kinds in whose stead it may be named (a role that takes a station takes it too)."""

    name: str
    doc: str
    record: Record = "equipment"
    is_place: bool = False
    layout: Layout = "row"
    is_workplace: bool = False
    works_by_itself: bool = False
    counts_as: tuple[str, ...] = ()
    orders_lines: bool = False
    attributes: tuple[AttributeSchema, ...] = ()
    facts: tuple[FactSchema, ...] = ()
    events: tuple[EventSchema, ...] = ()
    members: tuple[MembersSchema, ...] = ()
    loops_over: str = ""
    is_open: bool = False
    own_fact: str = ""

    def stands_for(self, kind: str) -> bool:
        """Whether it may be named where `kind` is asked for."""
        return kind == self.name or kind in self.counts_as

    @property
    def brings_parts(self) -> bool:
        """They arrive there one by one, like on a conveyor."""
        return self.attribute("delivers") is not None

    @property
    def takes_in(self) -> bool:
        """A `move` may put parts there."""
        return self.is_place and not self.brings_parts and self.layout not in ("pile", "bins")

    @property
    def gives_out(self) -> bool:
        """Parts are taken out of it."""
        return self.is_place and self.layout != "heap"

    @property
    def is_looped(self) -> bool:
        """A loop over the parts that lie there is planned."""
        return self.gives_out and self.layout != "layers"

    @property
    def keeps_waiting(self) -> bool:
        """What lies there is in nobody's way until it is fetched."""
        return self.gives_out and not self.is_workplace

    def attribute(self, name: str) -> AttributeSchema | None:
        return next((a for a in self.attributes if a.name == name), None)

    def fact(self, name: str) -> FactSchema | None:
        return next((f for f in self.facts if f.name == name), None)

    def event(self, name: str) -> EventSchema | None:
        return next((e for e in self.events if e.name == name), None)


class RoleSchema(Schema):
    """`types` are kinds, or `place` (anything that parts can lie in), `part`, `feature`, `program`."""

    name: str
    types: tuple[str, ...]
    doc: str
    required: bool = False


class SettingSchema(Schema):
    name: str
    dimension: str
    doc: str
    required: bool = False


class OutcomeSchema(Schema):
    """What a verb tells when it has been done. An adverse value that no `when` asks about is an event of that name. `signal` is
    the attribute of the place that names the reporting signal; a person reports without one."""

    name: str
    values: tuple[str, ...]
    adverse: tuple[str, ...]
    doc: str
    signal: str = ""


class VerbSchema(Schema):
    """`objects` as the types of roles. `needs_one_of`: of these roles one has to be given. `offered`: the place or person must
    list this verb under `offers`. `carries`: a robot takes the part somewhere, so the part's tool and place matter.
    `duration` says where its length comes from. `planned`: planning supports it today. Where `phases` are only of ALONG and the
    object is a path, a tool that `does` the verb works along it, or at it; `speed`, `force` and `dwell` are then the settings
    that the motion keeps."""

    name: str
    doc: str
    objects: tuple[str, ...]
    roles: tuple[RoleSchema, ...] = ()
    settings: tuple[SettingSchema, ...] = ()
    bounds: tuple[str, ...] = ("force", "speed")
    needs_one_of: tuple[str, ...] = ()
    tells: tuple[OutcomeSchema, ...] = ()
    events: tuple[str, ...] = ()
    offered: bool = False
    carries: bool = True
    joins: bool = False
    phases: tuple[Phase, ...] = ()
    duration: Literal["motion", "program", "offer"] = "motion"
    planned: bool = False

    def role(self, name: str) -> RoleSchema | None:
        return next((r for r in self.roles if r.name == name), None)

    @property
    def raises(self) -> frozenset[str]:
        """Events of the act itself, and of what it tells that is adverse."""
        return frozenset((*self.events, *(value for outcome in self.tells for value in outcome.adverse)))

    def setting(self, name: str) -> SettingSchema | None:
        return next((s for s in self.settings if s.name == name), None)

    @property
    def along(self) -> tuple[Phase, ...]:
        """The phases of its motion along a path, or at a spot; empty for a verb that has none."""
        works = {"follow", "dwell"} & set(self.phases)
        return self.phases if works and ALONG.issuperset(self.phases) else ()


class ObjectiveSchema(Schema):
    """`argument` is a type as of roles, a dimension, or empty."""

    name: str
    doc: str
    argument: str = ""


class ClauseEventSchema(Schema):
    """An event that a clause raises: `timeout` comes of `within`."""

    name: str
    clause: str
    doc: str


S = TypeVar("S", bound=Schema)


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Equal only to itself, so that what is derived from it (a parser) can be kept beside it."""

    kinds: Mapping[str, KindSchema]
    verbs: Mapping[str, VerbSchema]
    objectives: Mapping[str, ObjectiveSchema]
    clause_events: Mapping[str, ClauseEventSchema]
    units: Mapping[str, Unit]

    @classmethod
    def of(
        cls,
        kinds: Iterable[KindSchema] = (),
        verbs: Iterable[VerbSchema] = (),
        objectives: Iterable[ObjectiveSchema] = (),
        clause_events: Iterable[ClauseEventSchema] = (),
        units: Iterable[Unit] = UNITS,
    ) -> Vocabulary:
        return cls(
            {k.name: k for k in kinds},
            {v.name: v for v in verbs},
            {o.name: o for o in objectives},
            {c.name: c for c in clause_events},
            {u.symbol: u for u in units},
        )

    def extended_with(
        self,
        kinds: Iterable[KindSchema] = (),
        verbs: Iterable[VerbSchema] = (),
        objectives: Iterable[ObjectiveSchema] = (),
        attributes: Mapping[str, Iterable[AttributeSchema]] | None = None,
        facts: Mapping[str, Iterable[FactSchema]] | None = None,
        events: Mapping[str, Iterable[EventSchema]] | None = None,
        units: Iterable[Unit] = (),
    ) -> Vocabulary:
        """This vocabulary and more: `attributes`, `facts` and `events` add to kinds that exist. Raises WordTaken when a name is
        taken already, for two packages that mean different things by one word must not be settled by the order of loading, and
        NoSuchKind where there is none of that name."""
        grown = dict(self.kinds)
        for of, more in (("attributes", attributes), ("facts", facts), ("events", events)):
            for name, added in (more or {}).items():
                grown[name] = _with(grown, name, of, tuple(added))
        return Vocabulary(
            _joined(grown, {k.name: k for k in kinds}, "kind"),
            _joined(self.verbs, {v.name: v for v in verbs}, "verb"),
            _joined(self.objectives, {o.name: o for o in objectives}, "objective"),
            self.clause_events,
            _joined(self.units, {u.symbol: u for u in units}, "unit"),
        )

    def told_by(self, verb: str) -> tuple[OutcomeSchema, ...]:
        """The outcomes that a verb tells."""
        return self.verbs[verb].tells if verb in self.verbs else ()

    def outcome(self, name: str) -> OutcomeSchema | None:
        """As whoever tells it says; two verbs that tell it mean the same."""
        return next((o for verb in self.verbs.values() for o in verb.tells if o.name == name), None)

    def is_about_things(self, verb: str) -> bool:
        """Whether the verb is done by what it is about, and to no part (`calibrate gauge`)."""
        return verb in self.verbs and self.verbs[verb].offered and "part" not in self.verbs[verb].objects

    @property
    def dimensions(self) -> frozenset[str]:
        return _dimensions(self)

    @property
    def role_words(self) -> frozenset[str]:
        """Every registered role, setting and bound: no name may be one of them, and no unit follows a number by one."""
        return _role_words(self)


@lru_cache(maxsize=8)
def _dimensions(vocabulary: Vocabulary) -> frozenset[str]:
    return frozenset(u.dimension for u in vocabulary.units.values())


@lru_cache(maxsize=8)
def _role_words(vocabulary: Vocabulary) -> frozenset[str]:
    return frozenset(
        word
        for verb in vocabulary.verbs.values()
        for word in (*(r.name for r in verb.roles), *(s.name for s in verb.settings), *verb.bounds)
    )


class WordTaken(ValueError):
    """`words` are registered already as `what` (kind, verb, attribute of tray, …)."""

    def __init__(self, what: str, words: tuple[str, ...]) -> None:
        super().__init__(f"already registered as {what}: {', '.join(words)}")
        self.what, self.words = what, words


class NoSuchKind(ValueError):
    """Something was to be added to the kind `name`; `known` are those that there are."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(f"there is no kind {name}; there are {', '.join(known)}")
        self.name, self.known = name, known


def _with(
    kinds: Mapping[str, KindSchema], name: str, of: str, added: tuple[AttributeSchema | FactSchema | EventSchema, ...]
) -> KindSchema:
    """The kind with more attributes, facts or events."""
    if name not in kinds:
        raise NoSuchKind(name, tuple(kinds))
    there = getattr(kinds[name], of)
    names = {one.name for one in there}
    _refuse([one.name for one in added if one.name in names], f"{of[:-1]} of {name}")
    return kinds[name].model_copy(update={of: (*there, *added)})


V = TypeVar("V")


def _joined(old: Mapping[str, V], new: Mapping[str, V], what: str) -> Mapping[str, V]:
    _refuse([name for name in new if name in old], what)
    return {**old, **new}


def _refuse(taken: list[str], what: str) -> None:
    if taken:
        raise WordTaken(what, tuple(taken))
