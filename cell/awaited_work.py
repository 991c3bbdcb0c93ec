"""What a plan counts on of people, in words: how long each thing usually takes, and that they are there when they are asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cell.model import CellModel
from cell.people import person_duration
from cell.steps import Await, Step


def waits_for_people(steps: Iterable[Step], cell: CellModel) -> Iterator[str]:
    """One line for each thing that is asked of each person, in the order of the cell's people and of their first asking."""
    asked = dict.fromkeys((s.action.person, s.action.verb) for s in steps if isinstance(s.action, Await))
    for person in cell.people.values():
        verbs = [verb for name, verb in asked if name == person.name]
        for verb in verbs:
            yield f"{verb} by {person.name} takes {person_duration(person, verb).longest:g} s: usual, not a bound"
        if verbs:
            reported = f"{person.ready} reports it" if person.ready is not None else "nothing reports it"
            yield f"{person.name} has ready hands when asked ({reported}): nobody knows beforehand when they come"
