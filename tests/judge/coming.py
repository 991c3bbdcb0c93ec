"""Parts that come to a place without a robot: the next one in a bin of a shelf, and what a person has taken over.

In a bin only the part at the front is in anybody's way, and the next one is there when the robot has got out with the one before.
What a person takes hold of is theirs from when the hand opens: then it lies where they work, until they carry it away.
"""

from __future__ import annotations

from collections.abc import Iterator

from cell.declared_state import declared_state
from cell.model import CellModel
from cell.shelves import is_bin
from cell.state import InPlace
from cell.world_record import WorldRecord
from tests.judge.recording import Brought, Gone, PartChange

BRINGS = ("conveyor", "feed", "shelf")


def brings(cell: CellModel, equipment: str) -> bool:
    """Whether parts come there by themselves, or a person puts them there."""
    return cell.equipment[equipment].kind in BRINGS or any(person.at == equipment for person in cell.people.values())


def behind(record: WorldRecord, cell: CellModel) -> dict[str, list[tuple[str, str]]]:
    """Bin -> (part, kind) of all that wait behind the front at the start, the next one first."""
    there, rows = {part.id for part in record.parts}, dict[str, list[tuple[str, str]]]()
    for part in declared_state(cell).parts:
        if part.id in there and isinstance(part.location, InPlace) and is_bin(cell, part.location.place):
            rows.setdefault(part.location.place, []).append((part.id, part.kind))
    return {place: row[1:] for place, row in rows.items()}


def presented(record: WorldRecord, cell: CellModel) -> Iterator[PartChange]:
    """Each next part of a bin, when the motion that lifts the one before has ended."""
    waiting, kinds = behind(record, cell), {part.id: part.kind for part in record.parts}
    origin = {p.id: p.origin for p in declared_state(cell).parts if p.id in kinds and is_bin(cell, p.origin)}
    mounts = {name: tool.mount for name, tool in cell.tools.items()}
    lifted: dict[str, str] = {}
    for effect in record.effects:
        if effect.what == "gripped" and effect.part in origin:
            lifted[mounts[effect.device]] = origin.pop(effect.part)
        elif effect.what in ("motion ended", "motion aborted") and (place := lifted.pop(effect.device, None)) and waiting[place]:
            part, kind = waiting[place].pop(0)
            yield PartChange(effect.time, part, kind, Brought(place))


def handed(record: WorldRecord) -> Iterator[PartChange]:
    """What people have taken over, from when the hand opens, until it is carried away."""
    kinds, taken = {part.id: part.kind for part in record.parts}, dict[str, str]()
    for effect in record.effects:
        match effect.what:
            case "takes hold":
                taken[effect.part] = effect.detail
            case "released" if effect.part in taken:
                yield PartChange(effect.time, effect.part, kinds[effect.part], Gone("taken over"))
                yield PartChange(effect.time, effect.part, kinds[effect.part], Brought(taken.pop(effect.part)))
            case "carried":
                yield PartChange(effect.time, effect.part, kinds[effect.part], Gone("carried away"))
            case _:
                pass


def taken_over(record: WorldRecord) -> frozenset[tuple[int, str]]:
    """(time, part) of each release into the hands of a person."""
    taken, found = set[str](), set[tuple[int, str]]()
    for effect in record.effects:
        if effect.what == "takes hold":
            taken.add(effect.part)
        elif effect.what == "released" and effect.part in taken:
            taken.discard(effect.part)
            found.add((effect.time, effect.part))
    return frozenset(found)
