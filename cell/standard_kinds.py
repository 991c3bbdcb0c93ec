"""The kinds that every cell can use: these, and the places of standard_places.py."""

from __future__ import annotations

from cell.standard_attributes import (
    ADDRESS,
    ALARM,
    ANGLES,
    BODY,
    DRIVEN,
    EMPTY,
    LINK,
    OFFERS,
    PATHS,
    PLACED,
    ROTATION,
    SHAPE,
    VECTOR,
    attr,
    signal,
)
from cell.standard_places import BIN, CONVEYOR, FEED, FIXTURE, MACHINE, PALLET, PATTERN, SHELF, STACK, STATION, TRAY
from cell.vocabulary import EventSchema, FactSchema, KindSchema, MembersSchema

ROBOT = KindSchema(
    name="robot",
    doc="A manipulator.",
    record="robot",
    attributes=(
        attr("model", "<string>", doc="The name of the robot model.", required=True),
        attr(
            "driver",
            "<name>",
            doc="Who speaks to it: `sim`, or one of `cellwright drivers list`.",
            required=True,
        ),
        ADDRESS,
        *LINK,
        attr("base", VECTOR, doc="Where its base frame stands in the world.", required=True),
        ROTATION,
        attr("home", "[<angle/length>...]", doc="The joint positions that it waits in."),
        attr("payload", "<positive mass>", doc="The largest load at the flange."),
        attr("max_speed", "<positive speed>", doc="The highest speed of the TCP."),
        attr("force_limit", "<positive force>", doc="The highest force at the TCP."),
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
        attr("mounted", "<robot>", doc="The robot that carries it."),
        attr("in", "<changer>", doc="The changer that it rests in at the start."),
        attr("tcp", VECTOR, doc="The tool centre point in the flange frame, z out of the tool.", required=True),
        ROTATION,
        attr("mass", "<positive mass>", doc="Its own mass.", required=True),
        SHAPE,
        BODY,
        attr("grips", "<part...>", doc="The part kinds that it can take."),
        attr("drives", "<part...>", doc="The fasteners that it can drive."),
        attr("hands", "<count>", doc="How many gripping points it has."),
        attr(
            "hand",
            f"<name> at {VECTOR}",
            f"<name> at {VECTOR} rotation {ANGLES}",
            doc="One gripping point, in the flange frame.",
            keyed=True,
        ),
        attr("force", "<positive force> to <positive force>", "<positive force>", doc="The gripping force."),
        attr("torque", "<positive torque> to <positive torque>", "<positive torque>", doc="The driving torque."),
        attr("does", "<verb...>", doc="The verbs that it does along a path of a part, or at a spot of one."),
        attr("feed", "<positive speed>", doc="How fast it goes along a path where a line does not say."),
        attr("driving", "<positive time>", doc="How long it takes to drive a fastener in; 2 s unless declared."),
        attr("vacuum", "<positive pressure>", doc="It grips by vacuum."),
        signal("holding", "whether it holds a part"),
        signal("alarm", "an alarm"),
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
        attr("stores", "<tool...>", doc="The tools that have a pocket there.", required=True),
        attr("serves", "<robot...>", doc="The robots that reach it.", required=True),
        attr("swap", "<positive time>", doc="What coupling and uncoupling take together, half each."),
        attr(
            "pocket",
            f"<tool> at {VECTOR}",
            f"<tool> at {VECTOR} rotation {ANGLES}",
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
        attr(
            "mass",
            "<positive mass>",
            doc="What one weighs. An assembly weighs what its parts weigh.",
            required=True,
            unless="from",
        ),
        SHAPE,
        attr("grip", "<positive force>", doc="The force to grip it with."),
        attr("thread", "<name>", doc="A metric thread: M4."),
        attr("from", "<part...>", doc="The parts that it is assembled from; the first is the one they go into."),
        attr("slots", "<name...>", doc="Pockets that other parts go into."),
        attr(
            "seat",
            f"<name> at {VECTOR}",
            f"<name> at {VECTOR} rotation {ANGLES}",
            f"<name> at {VECTOR} holds <part...>",
            f"<name> at {VECTOR} rotation {ANGLES} holds <part...>",
            "<name> holds <part...>",
            doc="Where a part of an assembly sits on its base, or where a slot lies and what it holds.",
            keyed=True,
        ),
        attr("may_be", "<part...>", doc="What `identify` may tell that it is: kinds of its own shape and mass."),
        attr("hole", f"<name> at {VECTOR}", f"<name> at {VECTOR} rotation {ANGLES}", doc="A hole.", keyed=True),
        attr(
            "seam",
            *PATHS,
            f"<name> from {VECTOR} to {VECTOR}",
            f"<name> from {VECTOR} to {VECTOR} normal <direction>",
            doc="A seam: a path that joins what lies on both sides of it.",
            keyed=True,
        ),
        attr("path", *PATHS, doc="A path for a tool, by waypoints in the part's frame; a spot, by one.", keyed=True),
        attr("face", f"<name> at {VECTOR}", f"<name> at {VECTOR} rotation {ANGLES}", doc="A face.", keyed=True),
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
QUEUE = KindSchema(
    name="queue",
    doc="Orders, that arrive as data.",
    record="queue",
    is_open=True,
    loops_over="order",
    attributes=(attr("of", "<part>", doc="The part kind that an order makes.", required=True),),
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
        attr("box", f"from {VECTOR} to {VECTOR}", doc="Its two corners.", required=True),
        attr("keep_out", "", doc="No link, tool or held part is ever inside."),
        attr("limit", "<positive speed>", doc="The highest speed of any point of a robot inside."),
        attr("humans", "allowed", doc="People may be inside."),
        signal("occupied", "whether a person is inside"),
        signal("distance", "how far the nearest person is from the robots, in m, in the place of `occupied`"),
        attr("when_occupied", "stop", "slow to <positive speed>", doc="What robots do while a person is inside."),
        attr("capacity", "<count>", doc="How many robots may be inside at once."),
        attr("handover", "", f"at {VECTOR}", doc="A person may reach in there to take or give: in its middle, or at this point."),
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
        attr("at", "<station/zone/fixture/machine>", doc="Where the person works.", required=True),
        OFFERS,
        attr("usually", "<positive time>", doc="How long the work usually takes: an assumption."),
        signal("ready", "ready hands"),
        attr("approach_speed", "<positive speed>", doc="1.6 m/s unless measured (ISO 13855)."),
        attr("clears", "<bin>", doc="Where they carry what is finished where they work."),
        *DRIVEN,
    ),
    facts=(FactSchema(name="ready", doc="Ready hands.", values=("ready", "away"), source="signal", signal="ready"),),
)
SENSOR = KindSchema(
    name="sensor",
    doc="Reports a quantity or a state.",
    own_fact="state",
    attributes=(
        attr("reports", "signal <signal>", doc="Its signal.", required=True),
        attr("measures", "<name>", doc="The dimension of the quantity `value`."),
        attr("states", "<name...>", doc="The states that it tells."),
        attr("max_age", "<positive time>", doc="An older sample counts as none."),
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
        attr(
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
