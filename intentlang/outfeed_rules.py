"""What is wrong with a thing that is emptied from outside."""

from __future__ import annotations

from cell.diagnostic import Diagnostic, Span, error, warning
from cell.equipment import Equipment, Place
from cell.model import CellModel
from cell.outfeeds import EMPTIED, LEAVES, is_outfeed


def outfeeds(model: CellModel) -> list[Diagnostic]:
    """What is emptied from outside is waited for, so somebody has to say how many may lie there and how many do."""
    found: list[Diagnostic] = []
    for thing in model.equipment.values():
        given = [word for word in (LEAVES, EMPTIED) if word in thing.attributes]
        if len(given) == 2:
            message = f"parts leave `{thing.name}` one by one, and all at once"
            found.append(error("E418", message, _at(thing, EMPTIED), _at(thing, LEAVES), help="Keep one of the two."))
        elif given and "capacity" not in thing.attributes:
            message = f"`{thing.name}` is emptied from outside, and nothing says how many have room there"
            found.append(error("E418", message, _at(thing, given[0]), help="Add `capacity …`."))
        elif given and "waiting" not in thing.signals:
            message = f"`{thing.name}` is emptied from outside, and nothing reports how many lie there"
            found.append(error("E418", message, _at(thing, given[0]), help="Add `waiting signal …`: what counts them."))
    found += _counted_together(model)
    return found or _reached_into(model)


def _counted_together(model: CellModel) -> list[Diagnostic]:
    """As a thing does that `is` another one and has no signal of its own."""
    found: list[Diagnostic] = []
    first: dict[str, Equipment] = {}
    for thing in (e for e in model.equipment.values() if is_outfeed(e) and "waiting" in e.signals):
        other = first.setdefault(thing.signals["waiting"], thing)
        if other is not thing:
            message = f"`{thing.signals['waiting']}` counts what lies in `{other.name}` and in `{thing.name}`"
            help_ = "Give each a signal of its own under `waiting`."
            found.append(error("E418", message, thing.span, other.span.labelled("the other one"), help=help_))
    return found


def _reached_into(model: CellModel) -> list[Diagnostic]:
    """Who empties a box by hand reaches to where robots put parts down. What robots do meanwhile is for the zone to say, or for
    the intent; of one that nothing reports nobody can say it."""
    return [
        warning(
            "W208",
            f"`{thing.name}` is emptied by hand, and no zone around it has anything that reports people",
            _at(thing, EMPTIED),
            thing.span.labelled("declared here"),
            help=f"Add a zone around it with `occupied signal …` and `when_occupied stop`, or write `{LEAVES}` for a belt.",
        )
        for thing in model.equipment.values()
        if _is_by_hand(thing) and not all(_is_watched(model, place) for place in thing.places)
    ]


def _is_by_hand(thing: Equipment) -> bool:
    return EMPTIED in thing.attributes


def _is_watched(model: CellModel, place: Place) -> bool:
    return any(
        (zone.occupied or zone.distance or zone.keep_out) and zone.holds(place.frame.translation) for zone in model.zones.values()
    )


def _at(thing: Equipment, attribute: str) -> Span:
    return thing.attribute_spans.get(attribute, thing.span)
