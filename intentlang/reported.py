"""Who reports a fact that a condition asks for: a driver, a signal, a verb that tells it, or the cell's own count."""

from __future__ import annotations

from intentlang.types import Fact, Known, Part, Thing, Type
from intentlang.world import World


def told_by_the_cell(text: str, subject: Type | None, place: Type | None, world: World) -> str:
    """For the fact written `text`. `place`: what stands behind `in`, None where no `in` is asked."""
    if isinstance(place, Thing) and isinstance(subject, Thing) and subject.kind.record == "person":
        return _by_signal(text, place, "occupied", world)
    if place is not None:
        counted = isinstance(subject, Part)
        return f"`{text}` is known from {'the account of parts' if counted else 'what the driver reports, and the plan'}"
    match subject:
        case Known():
            return f"`{text}` is known now"
        case Fact(schema, owner):
            name = owner.name if isinstance(owner, Thing) and owner.name else "the device"
            match schema.source:
                case "signal":
                    return _by_signal(text, owner, schema.signal, world)
                case "driver":
                    return f"`{text}` is reported by the driver of {name}"
                case "counted":
                    return f"`{text}` is counted by the cell"
                case "told":
                    return f"`{text}` is told by a verb"
        case Thing(kind) if kind.own_fact:
            return told_by_the_cell(f"{text}.{kind.own_fact}", world.step(subject, kind.own_fact), None, world)
        case _:
            return f"`{text}` is known from where it came"
    raise AssertionError(schema.source)


def _by_signal(text: str, owner: Type, attribute: str, world: World) -> str:
    signal = world.reporter(owner, attribute)
    return f"`{text}` is reported by nothing" if signal is None else f"`{text}` is reported by the signal {signal}"
