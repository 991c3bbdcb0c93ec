"""What a name in an intent can be. A dotted name steps from one of these to the next."""

from __future__ import annotations

from cell.dataclass import dataclass
from cell.quantities import Quantity
from cell.vocabulary import FactSchema, KindSchema
from intentlang.units import noun

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """A declared thing that is not a part. `name` is "" for an argument of a task that nobody calls."""

    kind: KindSchema
    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of one of `kinds`. `is_kind`: the bare name of a part kind, so any one of them."""

    kinds: tuple[str, ...]
    is_kind: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """What only a loop or a dot leads to: a layer, a hole, an order, a group of parts in one pocket. `kinds` are the parts that
    it consists of or is about."""

    kind: KindSchema
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetOf:
    member: Type
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """A quantity or state of `owner`."""

    schema: FactSchema
    owner: Type


@dataclass(frozen=True, slots=True)
class Known:
    """A quantity that is known now: a param, an argument, a numeric attribute of the cell."""

    quantity: Quantity


@dataclass(frozen=True, slots=True)
class Program:
    """The name of a machine's program."""

    name: str


Type = Thing | Part | Member | SetOf | Fact | Known | Program


def described(found: Type) -> str:
    """For a message: `a machine`, `the part kind shaft`."""
    match found:
        case Thing(kind):
            return f"a {kind.name}"
        case Part(kinds, True):
            return f"the part kind {kinds[0]}"
        case Part(kinds) if len(kinds) == 1:
            return f"a {kinds[0]}"
        case Part():
            return "a part"
        case Member(kind):
            return f"a {kind.name}"
        case SetOf(member):
            return f"a set, of which each is {described(member)}"
        case Fact(schema):
            return noun(schema.dimension) if schema.dimension else f"a state ({', '.join(schema.values)})"
        case Known(quantity):
            return noun(quantity.dimension) if quantity.dimension else "a number"
        case Program():
            return "a program"


def fits(found: Type, wanted: tuple[str, ...]) -> bool:
    """Whether `found` is of one of the types that a role or verb names."""
    return any(_fits(found, one) for one in wanted)


def _fits(found: Type, wanted: str) -> bool:
    match found:
        case Thing(kind):
            return kind.stands_for(wanted) or wanted == "thing" or (wanted == "place" and kind.is_place)
        case Part():
            return wanted == "part"
        case Member(kind):
            is_feature = wanted == "feature" and kind.name in ("hole", "seam", "face", "path")
            return is_feature or wanted == kind.name or (wanted == "place" and kind.is_place)
        case Program():
            return wanted == "program"
        case SetOf() | Fact() | Known():
            return False


def orders_lines(found: Type) -> bool:
    """Whether the ordering rule counts it: parts and what carries parts along, never a part kind or a fixed thing."""
    match found:
        case Part(_, is_kind):
            return not is_kind
        case Thing(kind) | Member(kind):
            return kind.orders_lines
        case SetOf(member):
            return orders_lines(member)
        case Fact(_, owner):
            return orders_lines(owner)
        case Known() | Program():
            return False
