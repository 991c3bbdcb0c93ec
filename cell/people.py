"""People as the cell knows them: roles that are awaited and never commanded.

To planning a person is a device of their own: busy with one thing at a time, at work on what lies where they work. Where a robot
hands over to them is a place of theirs, in the air, in a handover zone; no part ever rests there (docs/decisions/0095).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cell import later_numpy as np
from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.equipment import DurationRange, Equipment, Offer, Place
from cell.geometry import Array, Pose
from cell.zones import Zone

PERSON = "person"
"""The kind of the equipment that stands for a person."""

CLEAR = "clear"
"""What a person does by themselves with a part that is finished where they work, where `clears` says so."""

HANDOVER = "handover"

ARM_LENGTH = 0.85
"""m, over the floor, from the middle of where a person works to the nearest point of a zone that they reach into."""


@dataclass(frozen=True, slots=True)
class Person:
    """`at` names the station or zone where the person works. `ready` is the signal that reports ready hands.
    `approach_speed` m/s, 1.6 unless measured (ISO 13855). `clears` names where they carry what is finished, None for nowhere."""

    name: str
    at: str
    offers: tuple[Offer, ...]
    usually: float | None
    ready: str | None
    approach_speed: float
    span: Span
    clears: str | None = None


def person_duration(person: Person, verb: str) -> DurationRange:
    """How long the person takes: what they offer for the verb, else what is usual. Raises KeyError where neither says."""
    known = {offer.verb: offer.duration for offer in person.offers}
    if verb not in known and person.usually is not None:
        return DurationRange(person.usually, person.usually, is_usual=True)
    return known[verb]


def handover_zone(person: Person, workplace: Equipment, zones: Iterable[Zone]) -> Zone | None:
    """The nearest handover zone within the person's reach, the first of several that are as near."""
    reached = [(_distance(workplace, zone), zone) for zone in zones if zone.handover]
    return min((pair for pair in reached if pair[0] <= ARM_LENGTH), key=lambda pair: pair[0], default=(0.0, None))[1]


def as_equipment(person: Person, equipment: Mapping[str, Equipment], zones: Iterable[Zone]) -> Equipment:
    """The person as planning sees them: what they offer, and the place at which a robot hands over, if there is one."""
    workplace = equipment.get(person.at)
    places: tuple[Place, ...] = ()
    frame = Pose.identity() if workplace is None else workplace.frame
    offers_handover = any(offer.verb == HANDOVER for offer in person.offers)
    zone = handover_zone(person, workplace, zones) if workplace is not None and offers_handover else None
    if workplace is not None and zone is not None:
        accepts = tuple(dict.fromkeys(kind for place in workplace.places for kind in place.accepts))
        frame = Pose(workplace.frame.rotation, zone.handover_point)
        places = (Place(person.name, person.name, frame, accepts, 1),)
    signals = {} if person.ready is None else {"ready": person.ready}
    spans = {} if zone is None else {"at": zone.span}
    return Equipment(
        PERSON, person.name, frame, (), places, (), (), person.offers, signals, None, person.span, attribute_spans=spans
    )


def _distance(workplace: Equipment, zone: Zone) -> float:
    """m over the floor from the middle of the workplace's places to the zone."""
    spots = [place.frame.translation for place in workplace.places] or [workplace.frame.translation]
    middle: Array = np.mean(spots, axis=0)[:2]
    nearest = np.clip(middle, zone.low[:2], zone.high[:2])
    return float(np.linalg.norm(middle - nearest))


def beyond_arm(workplace: Equipment, zone: Zone) -> float:
    """How far (m) over the floor the zone is out of reach of somebody who works there; 0 where it is not."""
    return max(0.0, _distance(workplace, zone) - ARM_LENGTH)
