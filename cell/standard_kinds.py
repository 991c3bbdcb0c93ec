"""The kinds that every cell can use. A form is written the way a cell file writes the values, with `<…>` for what varies."""

from __future__ import annotations

from cell.vocabulary import AttributeSchema, EventSchema, FactSchema, KindSchema, MembersSchema

_VECTOR = "(<length>, <length>, <length>)"
_SIZE = "(<positive length>, <positive length>, <positive length>)"
_ANGLES = "(<angle>, <angle>, <angle>)"
_SHAPES = (
    f"box {_SIZE}",
    "cylinder radius <positive length> length <positive length>",
    "sphere radius <positive length>",
)
_PATHS = ("<name> along <point...>", "<name> along <point...> normal <direction...>")
_BODIES = tuple(f"<name> {shape} at {_VECTOR}{turned}" for shape in _SHAPES for turned in ("", f" rotation {_ANGLES}"))


def _attr(name: str, *forms: str, doc: str, required: bool = False, unless: str = "", keyed: bool = False) -> AttributeSchema:
    return AttributeSchema(name=name, forms=forms, doc=doc, required=required, unless=unless, keyed=keyed)


def _signal(name: str, doc: str) -> AttributeSchema:
    return _attr(name, "signal <signal>", doc=f"The signal that reports {doc}.")


AT = _attr("at", _VECTOR, doc="Centre of the lower face, in the world frame.", required=True)
ROTATION = _attr("rotation", _ANGLES, doc="Roll, pitch, yaw about the fixed axes x, y, z.")
SHAPE = _attr("shape", *_SHAPES, doc="The body. It stands on its lower face.")
BODY = _attr("body", *_BODIES, doc="One more body; `at` is the centre of its lower face, in the thing's frame.", keyed=True)
PLACED = (AT, ROTATION, SHAPE, BODY)
HOLDS = _attr("holds", "<part...>", doc="The part kinds that it accepts.")
CONTAINS = _attr(
    "contains",
    "<part> <parts>",
    doc="What lies there at the start when nothing observes it. `is` does not inherit it.",
    keyed=True,
)
CAPACITY = _attr("capacity", "<count>", doc="How many parts it takes at once.")
OFFERS = _attr(
    "offers",
    "<verb...>",
    "<verb> for <positive time>",
    "<verb> for <positive time> to <positive time>",
    doc="A verb that it offers, and how long that takes.",
    keyed=True,
)
GUARD = _attr("guard", "<zone>", doc="The zone that its moving parts sweep.")
ADDRESS = _attr("address", "<string>", doc="Where its driver finds it, as that driver writes addresses.")
LINK = (
    _attr("latency", "<positive time>", doc="How late its answers may come while running; 500 ms unless declared."),
    _attr("loss", "<positive ratio>", doc="Which share of them may come later, or not at all; 5 % unless declared."),
)
DRIVEN = (_attr("driver", "<name>", doc="The driver that speaks to it; the cell's only one unless said."), ADDRESS, *LINK)
EVERY = _attr("every", "<positive time>", doc="The arrival law: one part each such time.")
COUNT = FactSchema(name="count", doc="How many parts lie there.", dimension="parts", source="counted")
FULL = EventSchema(name="full", doc="No place is free there.", source="counted")
EMPTY = EventSchema(name="empty", doc="No part is left there.", source="counted")
ALARM = EventSchema(name="alarm", doc="It reports an alarm.", signal="alarm")
DOOR = FactSchema(name="door", doc="Its door.", values=("open", "closed"), controlled=True, source="signal", signal="door")
CLAMP = FactSchema(
    name="clamp", doc="Its clamp or chuck.", values=("open", "closed"), controlled=True, source="signal", signal="clamp"
)

ROBOT = KindSchema(
    name="robot",
    doc="A manipulator.",
    record="robot",
    attributes=(
        _attr("model", "<string>", doc="The name of the robot model.", required=True),
        _attr(
            "driver",
            "<name>",
            doc="Who speaks to it: `sim`, or one of `cellwright drivers list`.",
            required=True,
        ),
        ADDRESS,
        *LINK,
        _attr("base", _VECTOR, doc="Where its base frame stands in the world.", required=True),
        ROTATION,
        _attr("home", "[<angle/length>...]", doc="The joint positions that it waits in."),
        _attr("payload", "<positive mass>", doc="The largest load at the flange."),
        _attr("max_speed", "<positive speed>", doc="The highest speed of the TCP."),
        _attr("force_limit", "<positive force>", doc="The highest force at the TCP."),
    ),
    facts=(
        FactSchema(name="speed", doc="Speed of the TCP.", dimension="speed", controlled=True),
        FactSchema(name="force", doc="Force at the TCP.", dimension="force", controlled=True),
        FactSchema(name="current", doc="The largest motor current.", dimension="current"),
        FactSchema(name="temperature", doc="The hottest joint.", dimension="temperature"),
    ),
    events=(EventSchema(name="fault", doc="The robot reports a fault."),),
)
TOOL = KindSchema(
    name="tool",
    doc="A device at a flange, or in a changer.",
    record="tool",
    attributes=(
        _attr("mounted", "<robot>", doc="The robot that carries it."),
        _attr("in", "<changer>", doc="The changer that it rests in at the start."),
        _attr("tcp", _VECTOR, doc="The tool centre point in the flange frame, z out of the tool.", required=True),
        ROTATION,
        _attr("mass", "<positive mass>", doc="Its own mass.", required=True),
        SHAPE,
        BODY,
        _attr("grips", "<part...>", doc="The part kinds that it can take."),
        _attr("drives", "<part...>", doc="The fasteners that it can drive."),
        _attr("hands", "<count>", doc="How many gripping points it has."),
        _attr(
            "hand",
            f"<name> at {_VECTOR}",
            f"<name> at {_VECTOR} rotation {_ANGLES}",
            doc="One gripping point, in the flange frame.",
            keyed=True,
        ),
        _attr("force", "<positive force> to <positive force>", "<positive force>", doc="The gripping force."),
        _attr("torque", "<positive torque> to <positive torque>", "<positive torque>", doc="The driving torque."),
        _attr("does", "<verb...>", doc="The verbs that it does along a path of a part, or at a spot of one."),
        _attr("feed", "<positive speed>", doc="How fast it goes along a path where a line does not say."),
        _attr("driving", "<positive time>", doc="How long it takes to drive a fastener in; 2 s unless declared."),
        _attr("vacuum", "<positive pressure>", doc="It grips by vacuum."),
        _signal("holding", "whether it holds a part"),
        _signal("alarm", "an alarm"),
        *DRIVEN,
    ),
    facts=(
        FactSchema(name="force", doc="Gripping force.", dimension="force", controlled=True),
        FactSchema(name="torque", doc="Driving torque.", dimension="torque", controlled=True),
        FactSchema(name="angle", doc="Driven angle.", dimension="angle"),
        FactSchema(name="holding", doc="Whether it holds a part.", values=("yes", "no"), source="signal", signal="holding"),
    ),
    events=(
        EventSchema(name="vacuum_lost", doc="The vacuum dropped with a part in the hand.", only_with="vacuum"),
        ALARM,
    ),
)
CHANGER = KindSchema(
    name="changer",
    doc="A rack of tools that a robot changes by itself.",
    attributes=(
        *PLACED,
        _attr("stores", "<tool...>", doc="The tools that have a pocket there.", required=True),
        _attr("serves", "<robot...>", doc="The robots that reach it.", required=True),
        _attr("swap", "<positive time>", doc="What coupling and uncoupling take together, half each."),
        _attr(
            "pocket",
            f"<tool> at {_VECTOR}",
            f"<tool> at {_VECTOR} rotation {_ANGLES}",
            doc="Where the tip of a tool stands, in the changer's frame.",
            keyed=True,
        ),
        *DRIVEN,
    ),
)
PART = KindSchema(
    name="part",
    doc="A kind of part. Its frame is the centre of its lower face.",
    record="part",
    orders_lines=True,
    attributes=(
        _attr(
            "mass",
            "<positive mass>",
            doc="What one weighs. An assembly weighs what its parts weigh.",
            required=True,
            unless="from",
        ),
        SHAPE,
        _attr("grip", "<positive force>", doc="The force to grip it with."),
        _attr("thread", "<name>", doc="A metric thread: M4."),
        _attr("from", "<part...>", doc="The parts that it is assembled from; the first is the one they go into."),
        _attr("slots", "<name...>", doc="Pockets that other parts go into."),
        _attr(
            "seat",
            f"<name> at {_VECTOR}",
            f"<name> at {_VECTOR} rotation {_ANGLES}",
            f"<name> at {_VECTOR} holds <part...>",
            f"<name> at {_VECTOR} rotation {_ANGLES} holds <part...>",
            "<name> holds <part...>",
            doc="Where a part of an assembly sits on its base, or where a slot lies and what it holds.",
            keyed=True,
        ),
        _attr("may_be", "<part...>", doc="What `identify` may tell that it is: kinds of its own shape and mass."),
        _attr("hole", f"<name> at {_VECTOR}", f"<name> at {_VECTOR} rotation {_ANGLES}", doc="A hole.", keyed=True),
        _attr(
            "seam",
            *_PATHS,
            f"<name> from {_VECTOR} to {_VECTOR}",
            f"<name> from {_VECTOR} to {_VECTOR} normal <direction>",
            doc="A seam: a path that joins what lies on both sides of it.",
            keyed=True,
        ),
        _attr("path", *_PATHS, doc="A path for a tool, by waypoints in the part's frame; a spot, by one.", keyed=True),
        _attr("face", f"<name> at {_VECTOR}", f"<name> at {_VECTOR} rotation {_ANGLES}", doc="A face.", keyed=True),
    ),
    facts=(
        FactSchema(name="age", doc="Time since it came into the cell.", dimension="time", source="counted"),
        FactSchema(name="mass", doc="Its mass.", dimension="mass"),
    ),
    members=(
        MembersSchema(name="holes", member="hole", doc="Its holes."),
        MembersSchema(name="seams", member="seam", doc="Its seams."),
        MembersSchema(name="paths", member="path", doc="Its paths."),
        MembersSchema(name="faces", member="face", doc="Its faces."),
        MembersSchema(name="slots", member="slot", doc="Its slots."),
    ),
)
TRAY = KindSchema(
    name="tray",
    doc="A grid of places.",
    is_place=True,
    layout="grid",
    loops_over="content",
    attributes=(
        *PLACED,
        _attr("grid", "<dims>", doc="Columns along x, rows along y.", required=True),
        _attr("pitch", "[<positive length>, <positive length>]", doc="Distance of the places in x and y.", required=True),
        HOLDS,
        CONTAINS,
        _attr("each", "<name> <part...>", doc="Each place is a group of these parts, under this name."),
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
        _attr("max_height", "<positive length>", doc="The highest stack, from the floor."),
        _attr("max_mass", "<positive mass>", doc="The heaviest stack."),
        _attr("pattern", "<pattern>", doc="How a layer is laid."),
        _attr("layers", "<count>", doc="How many layers."),
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
        _attr("layer", "<dims>", doc="Parts along x and y.", required=True),
        _attr("turn", "<angle>", doc="How the parts are turned."),
        _attr("gap", "<length>", doc="What is left free between the parts; 10 mm unless said."),
        _attr("alternate", "<yes/no>", doc="Every second layer is turned by 180 deg."),
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
    attributes=(*PLACED, HOLDS, CONTAINS, CAPACITY),
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
    _attr("delivers", "<part...>", doc="The part kinds that arrive there.", required=True),
    EVERY,
    _attr("buffer", "<parts>", doc="How many parts can wait there."),
    _attr("ahead", "<parts>", doc="Parts come without end, and one plan counts on so many of those to come."),
    _signal("waiting", "how many parts wait"),
    _signal("alarm", "an alarm"),
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
    _signal("door", "its door"),
    _signal("clamp", "its clamp or chuck"),
    _signal("verdict", "the verdict of an inspection"),
    _signal("identity", "which part was identified"),
    _signal("occupied", "whether a part lies there"),
    _signal("alarm", "an alarm"),
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
        _attr(
            "program",
            "<name> for <positive time>",
            "<name> for <positive time> to <positive time>",
            doc="A program and how long it runs.",
            keyed=True,
        ),
        _signal("spindle", "whether its spindle turns"),
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
QUEUE = KindSchema(
    name="queue",
    doc="Orders, that arrive as data.",
    record="queue",
    is_open=True,
    loops_over="order",
    attributes=(_attr("of", "<part>", doc="The part kind that an order makes.", required=True),),
    facts=(
        FactSchema(name="done", doc="Orders done.", dimension="orders", source="counted"),
        FactSchema(name="waiting", doc="Orders waiting.", dimension="orders", source="counted"),
    ),
    events=(EventSchema(name="withdrawn", doc="An order was withdrawn and its work had begun.", source="counted"), EMPTY),
)
ZONE = KindSchema(
    name="zone",
    doc="A box of the cell with a rule.",
    record="zone",
    own_fact="occupied",
    attributes=(
        _attr("box", f"from {_VECTOR} to {_VECTOR}", doc="Its two corners.", required=True),
        _attr("keep_out", "", doc="No link, tool or held part is ever inside."),
        _attr("limit", "<positive speed>", doc="The highest speed of any point of a robot inside."),
        _attr("humans", "allowed", doc="People may be inside."),
        _signal("occupied", "whether a person is inside"),
        _signal("distance", "how far the nearest person is from the robots, in m, in the place of `occupied`"),
        _attr("when_occupied", "stop", "slow to <positive speed>", doc="What robots do while a person is inside."),
        _attr("capacity", "<count>", doc="How many robots may be inside at once."),
        _attr(
            "handover", "", f"at {_VECTOR}", doc="A person may reach in there to take or give: in its middle, or at this point."
        ),
        *DRIVEN,
    ),
    facts=(
        FactSchema(
            name="occupied", doc="Whether a person is inside.", values=("occupied", "free"), source="signal", signal="occupied"
        ),
    ),
    events=(EventSchema(name="intrusion", doc="A person stepped in.", source="signal", signal="occupied", only_with="humans"),),
)
PERSON = KindSchema(
    name="person",
    doc="A person's role: awaited, never commanded.",
    record="person",
    own_fact="ready",
    attributes=(
        _attr("at", "<station/zone/fixture/machine>", doc="Where the person works.", required=True),
        OFFERS,
        _attr("usually", "<positive time>", doc="How long the work usually takes: an assumption."),
        _signal("ready", "ready hands"),
        _attr("approach_speed", "<positive speed>", doc="1.6 m/s unless measured (ISO 13855)."),
        _attr("clears", "<bin>", doc="Where they carry what is finished where they work."),
        *DRIVEN,
    ),
    facts=(FactSchema(name="ready", doc="Ready hands.", values=("ready", "away"), source="signal", signal="ready"),),
)
SENSOR = KindSchema(
    name="sensor",
    doc="Reports a quantity or a state.",
    own_fact="state",
    attributes=(
        _attr("reports", "signal <signal>", doc="Its signal.", required=True),
        _attr("measures", "<name>", doc="The dimension of the quantity `value`."),
        _attr("states", "<name...>", doc="The states that it tells."),
        _attr("max_age", "<positive time>", doc="An older sample counts as none."),
        *DRIVEN,
    ),
    facts=(
        FactSchema(name="value", doc="What it measures.", dimension="*", source="signal", signal="reports"),
        FactSchema(name="state", doc="What it tells.", values=("*",), source="signal", signal="reports"),
    ),
)
ENVELOPE = KindSchema(
    name="envelope",
    doc="Within what a run plans again after a disturbance and goes on by itself.",
    record="envelope",
    attributes=(
        _attr(
            "slower_by",
            "<positive ratio>",
            doc="How much longer the takt may be than that of the approved plan; 10 % unless declared.",
            required=True,
        ),
    ),
)

_MEMBERS = (
    KindSchema(
        name="hole", doc="A hole of a part.", record="member", orders_lines=True,
        facts=(
            FactSchema(name="angle", doc="The angle that the fastener was driven.", dimension="angle"),
            FactSchema(name="torque", doc="The torque that it was driven with.", dimension="torque"),
        ),
    ),
    KindSchema(name="seam", doc="A seam of a part.", record="member", orders_lines=True),
    KindSchema(name="path", doc="A path along a part, or a spot of it.", record="member", orders_lines=True),
    KindSchema(name="face", doc="A face of a part.", record="member", orders_lines=True),
    KindSchema(name="slot", doc="A pocket of a part.", record="member", is_place=True, orders_lines=True),
    KindSchema(
        name="layer", doc="A layer of a pallet.", record="member", is_place=True, orders_lines=True,
        members=(MembersSchema(name="spots", member="spot", doc="Its places."),),
    ),
    KindSchema(name="spot", doc="A place in a layer.", record="member", is_place=True, orders_lines=True),
    KindSchema(
        name="order", doc="An order of a queue.", record="member", orders_lines=True,
        facts=(FactSchema(name="age", doc="Time since it arrived.", dimension="time", source="counted"),),
        members=(MembersSchema(name="items", member="item", doc="The parts that it asks for."),),
        events=(EventSchema(name="withdrawn", doc="It was withdrawn and its work had begun.", source="counted"),),
    ),
    KindSchema(name="item", doc="A part that an order asks for.", record="member", orders_lines=True),
)  # fmt: skip

KINDS = (
    ROBOT, TOOL, CHANGER, PART, TRAY, PALLET, PATTERN, STACK, BIN, SHELF, FEED, CONVEYOR, QUEUE, FIXTURE, MACHINE, STATION,
    ZONE, PERSON, SENSOR, ENVELOPE, *_MEMBERS,
)  # fmt: skip
