"""A kind of equipment of one's own, with its outcome, its event and its unit, as a package brings them.

The entry point of the group `cellwright_words` names `words`. Nothing of it touches the grammar: `leak_tester bath { … }` in a
cell and `leak_test s at bath`, `when s.leak is leaking`, `on bath.pump_dry: …` in an intent are checked, planned, proved and
run like built-in words. What is wrong with a registration is told when it is joined: E297, E298, E299.
"""

from __future__ import annotations

from cell.quantities import Unit
from cell.standard_places import STATION
from cell.vocabulary import AttributeSchema, EventSchema, KindSchema, OutcomeSchema, RoleSchema, VerbSchema, Vocabulary

PUMP_DRY = "pump_dry"
"""What the driver calls the fault, too: by that name it is this event."""

LEAK_TESTER = KindSchema(
    name="leak_tester",
    doc="Seals a part, fills it with air and measures what escapes.",
    is_place=True,
    loops_over="content",
    is_workplace=True,  # parts are worked on there, so they do not lie there waiting
    works_by_itself=True,  # it can be busy, so a robot waits for it
    counts_as=("station",),  # a person may work `at` one
    attributes=(
        *STATION.attributes,
        AttributeSchema(name="pressure", forms=("<positive pressure>",), doc="What the part is filled to.", required=True),
        AttributeSchema(
            name="limit", forms=("<positive flow>",), doc="The most that may escape from a tight part.", required=True
        ),
    ),
    facts=STATION.facts,
    events=(*STATION.events, EventSchema(name=PUMP_DRY, doc="Its pump has no water left.")),
)
LEAK_TEST = VerbSchema(
    name="leak_test",
    doc="It is known whether the part is tight.",
    objects=("part",),
    roles=(RoleSchema(name="at", types=("leak_tester",), doc="Where it is done.", required=True),),
    tells=(OutcomeSchema(name="leak", values=("tight", "leaking"), adverse=("leaking",), doc="Whether it is tight."),),
    events=("grip_lost", "part_missing", "blocked", "seal_lost"),  # the last is one that the driver tells, see leak_tester.py
    offered=True,
    duration="offer",
    planned=True,
)
# Litres a minute at 0 °C and 1013 mbar: inside, flow is in m³/s at those.
UNITS = (Unit("Nl/min", "flow", 1e-3 / 60.0), Unit("Nml/min", "flow", 1e-6 / 60.0))


def words(known: Vocabulary) -> Vocabulary:
    """`known` and these. Raises WordTaken when one is taken."""
    return known.extended_with(kinds=(LEAK_TESTER,), verbs=(LEAK_TEST,), units=UNITS)
