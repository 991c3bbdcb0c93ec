"""The kinds of things where parts lie, come or are worked on."""

from __future__ import annotations

from cell.standard_attributes import (
    ALARM,
    CAPACITY,
    CLAMP,
    CONTAINS,
    COUNT,
    DOOR,
    DRIVEN,
    EMPTY,
    EVERY,
    FULL,
    GUARD,
    HOLDS,
    OFFERS,
    PLACED,
    attr,
    signal,
)
from cell.vocabulary import FactSchema, KindSchema, MembersSchema

TRAY = KindSchema(
    name="tray",
    doc="A grid of places.",
    is_place=True,
    layout="grid",
    loops_over="content",
    attributes=(
        *PLACED,
        attr("grid", "<dims>", doc="Columns along x, rows along y.", required=True),
        attr("pitch", "[<positive length>, <positive length>]", doc="Distance of the places in x and y.", required=True),
        HOLDS,
        CONTAINS,
        attr("each", "<name> <part...>", doc="Each place is a group of these parts, under this name."),
    ),
    facts=(COUNT,),
    events=(FULL, EMPTY),
)
PALLET = KindSchema(
    name="pallet",
    doc="Layers of parts in a pattern.",
    is_place=True,
    layout="layers",
    orders_lines=True,
    loops_over="content",
    attributes=(
        *PLACED,
        attr("max_height", "<positive length>", doc="The highest stack, from the floor."),
        attr("max_mass", "<positive mass>", doc="The heaviest stack."),
        attr("pattern", "<pattern>", doc="How a layer is laid."),
        attr("layers", "<count>", doc="How many layers."),
        HOLDS,
        CONTAINS,
    ),
    facts=(
        COUNT,
        FactSchema(name="height", doc="Its height.", dimension="length", controlled=True, source="counted"),
        FactSchema(name="mass", doc="Its mass.", dimension="mass", controlled=True, source="counted"),
    ),
    members=(MembersSchema(name="layers", member="layer", doc="Its layers, lowest first."),),
    events=(FULL, EMPTY),
)
PATTERN = KindSchema(
    name="pattern",
    doc="How a layer of a pallet is laid.",
    attributes=(
        attr("layer", "<dims>", doc="Parts along x and y.", required=True),
        attr("turn", "<angle>", doc="How the parts are turned."),
        attr("gap", "<length>", doc="What is left free between the parts; 10 mm unless said."),
        attr("alternate", "<yes/no>", doc="Every second layer is turned by 180 deg."),
    ),
)
STACK = KindSchema(
    name="stack",
    doc="Parts one on another.",
    is_place=True,
    layout="pile",
    loops_over="content",
    attributes=(*PLACED, HOLDS, CONTAINS, CAPACITY),
    facts=(COUNT,),
    events=(FULL, EMPTY),
)
BIN = KindSchema(
    name="bin",
    doc="A heap: parts fall in and are not taken out again.",
    is_place=True,
    layout="heap",
    is_open=True,
    loops_over="content",
    attributes=(
        *PLACED,
        HOLDS,
        CONTAINS,
        CAPACITY,
        attr("leaves", "every <positive time>", doc="A belt: one part is carried off each such time."),
        attr("emptied", "every <positive time>", doc="A box: somebody takes all that lies there each such time."),
        signal("waiting", "how many parts lie there"),
        *DRIVEN,
    ),
    facts=(COUNT,),
    events=(FULL, EMPTY),
)
SHELF = KindSchema(
    name="shelf",
    doc="A bin for each of several part kinds, side by side along x.",
    is_place=True,
    layout="bins",
    loops_over="content",
    attributes=(*PLACED, HOLDS, CONTAINS),
    facts=(COUNT,),
    events=(EMPTY,),
)
_SUPPLY = (
    *PLACED,
    attr("delivers", "<part...>", doc="The part kinds that arrive there.", required=True),
    EVERY,
    attr("buffer", "<parts>", doc="How many parts can wait there."),
    attr("ahead", "<parts>", doc="Parts come without end, and one plan counts on so many of those to come."),
    signal("waiting", "how many parts wait"),
    signal("alarm", "an alarm"),
    *DRIVEN,
)
_WAITING = FactSchema(name="waiting", doc="How many parts wait.", dimension="parts", source="signal", signal="waiting")
FEED = KindSchema(
    name="feed", doc="Presents one part at a time.", is_place=True, is_open=True, loops_over="content",
    attributes=_SUPPLY, facts=(_WAITING,), events=(EMPTY, ALARM),
)  # fmt: skip
CONVEYOR = KindSchema(
    name="conveyor", doc="Parts arrive on a belt.", is_place=True, is_open=True, loops_over="content",
    attributes=_SUPPLY, facts=(_WAITING,), events=(EMPTY, ALARM),
)  # fmt: skip
_STATION = (
    *PLACED,
    CAPACITY,
    HOLDS,
    CONTAINS,
    OFFERS,
    GUARD,
    signal("door", "its door"),
    signal("clamp", "its clamp or chuck"),
    signal("verdict", "the verdict of an inspection"),
    signal("identity", "which part was identified"),
    signal("occupied", "whether a part lies there"),
    signal("alarm", "an alarm"),
    *DRIVEN,
)
STATION = KindSchema(
    name="station", doc="Offers work on a part.", is_place=True, is_workplace=True, works_by_itself=True, loops_over="content",
    attributes=_STATION, facts=(COUNT, DOOR, CLAMP), events=(FULL, ALARM),
)  # fmt: skip
FIXTURE = KindSchema(
    name="fixture", doc="Holds a part while it is worked on.", is_place=True, is_workplace=True, loops_over="content",
    attributes=_STATION, facts=(COUNT, DOOR, CLAMP), events=(FULL, ALARM),
)  # fmt: skip
MACHINE = KindSchema(
    name="machine",
    doc="Runs programs on a part.",
    is_place=True,
    is_workplace=True,
    works_by_itself=True,
    loops_over="content",
    attributes=(
        *_STATION,
        attr(
            "program",
            "<name> for <positive time>",
            "<name> for <positive time> to <positive time>",
            doc="A program and how long it runs.",
            keyed=True,
        ),
        signal("spindle", "whether its spindle turns"),
    ),
    facts=(
        COUNT,
        DOOR,
        CLAMP,
        FactSchema(
            name="spindle", doc="Whether its spindle turns.", values=("running", "stopped"), source="signal", signal="spindle"
        ),
    ),
    events=(FULL, ALARM),
)
