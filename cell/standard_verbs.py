"""The verbs, objectives and clause events that every cell can use, and the standard vocabulary itself."""

from __future__ import annotations

from cell.phases import Phase
from cell.standard_kinds import KINDS
from cell.vocabulary import (
    ClauseEventSchema,
    ObjectiveSchema,
    OutcomeSchema,
    RoleSchema,
    SettingSchema,
    VerbSchema,
    Vocabulary,
)

_CARRYING = ("grip_lost", "part_missing", "blocked")
_ASKED = (*_CARRYING, "refused")
"""What can go wrong where a person may be asked."""
_WORKPLACE = ("machine", "station", "fixture")

_VERDICT = OutcomeSchema(
    name="verdict",
    values=("accept", "reject"),
    adverse=("reject",),
    doc="Whether the part passed the inspection.",
    signal="verdict",
)
_KIND = OutcomeSchema(name="kind", values=("*",), adverse=(), doc="Which part it is.", signal="identity")


def _role(name: str, *types: str, doc: str, required: bool = False) -> RoleSchema:
    return RoleSchema(name=name, types=types, doc=doc, required=required)


_AT = _role("at", *_WORKPLACE, doc="Where it is done.")
_BY = _role("by", "person", "robot", doc="Who does it.")
_USING_TOOL = _role("using", "tool", doc="With which tool.")
_FORCE = SettingSchema(name="force", dimension="force", doc="The force to use.")
_SPEED = SettingSchema(name="speed", dimension="speed", doc="The speed to use.")
_ALONG: tuple[Phase, ...] = ("approach", "follow", "retract")
_PATHS = ("path", "seam")

VERBS = (
    VerbSchema(
        name="move",
        doc="The part lies in that place.",
        objects=("part",),
        roles=(
            _role("to", "place", "part", doc="Where it shall lie.", required=True),
            _role("from", "place", doc="Where to take one from."),
            _USING_TOOL,
            _role("by", "robot", doc="Which robot."),
        ),
        events=_CARRYING,
        phases=("approach", "grip", "retract", "approach", "insert", "release", "retract"),
        planned=True,
    ),
    VerbSchema(
        name="process",
        doc="The machine has run its program on the part.",
        objects=("part",),
        roles=(
            _role("at", "machine", doc="The machine.", required=True),
            _role("using", "program", doc="The machine's program."),
        ),
        events=_CARRYING,
        phases=("approach", "insert", "release", "retract", "dwell", "approach", "grip", "retract"),
        duration="program",
        planned=True,
    ),
    VerbSchema(
        name="inspect",
        doc="The part has been inspected; tells its verdict.",
        objects=("part",),
        roles=(_AT, _BY),
        needs_one_of=("at", "by"),
        tells=(_VERDICT,),
        events=_ASKED,
        offered=True,
        phases=("approach", "insert", "release", "retract", "dwell"),
        duration="offer",
        planned=True,
    ),
    VerbSchema(
        name="identify",
        doc="It is known which kind the part is.",
        objects=("part",),
        roles=(_AT, _BY),
        needs_one_of=("at", "by"),
        tells=(_KIND,),
        events=_ASKED,
        offered=True,
        phases=("approach", "insert", "release", "retract", "dwell"),
        duration="offer",
        planned=True,
    ),
    VerbSchema(
        name="assemble",
        doc="The part is joined into another one.",
        objects=("part",),
        roles=(
            _role("into", "part", doc="The part that it goes into.", required=True),
            _role("at", *_WORKPLACE, "robot", doc="Where it is done."),
            _role("holding", "part", "robot", doc="What is held meanwhile."),
            _USING_TOOL,
        ),
        settings=(_FORCE, _SPEED),
        events=(*_CARRYING, "jam"),
        joins=True,
        phases=("approach", "grip", "retract", "approach", "insert", "release", "retract"),
        planned=True,
    ),
    VerbSchema(
        name="fasten",
        doc="The fastener is driven into the feature.",
        objects=("feature", "part"),
        roles=(
            _role("with", "part", doc="The fastener.", required=True),
            _AT,
            _USING_TOOL,
            _role("holding", "part", "robot", doc="What is held meanwhile."),
        ),
        settings=(
            SettingSchema(name="torque", dimension="torque", doc="The torque to drive it with."),
            SettingSchema(name="angle", dimension="angle", doc="The angle to drive it by."),
            _SPEED,
        ),
        bounds=("force", "speed", "torque", "angle"),
        events=(*_CARRYING, "jam", "cross_threaded"),
        phases=("approach", "insert", "dwell", "retract"),
        planned=True,
    ),
    VerbSchema(
        name="handover",
        doc="A person has taken the part from the robot, or given it.",
        objects=("part",),
        roles=(
            _role("from", "robot", "person", doc="Who gives.", required=True),
            _role("to", "person", "robot", doc="Who takes.", required=True),
            _role("at", "zone", "station", doc="Where."),
        ),
        events=_ASKED,
        offered=True,
        phases=("approach", "dwell", "release", "retract"),
        duration="offer",
        planned=True,
    ),
    VerbSchema(
        name="label",
        doc="The part carries its label.",
        objects=("part",),
        roles=(_AT, _BY),
        needs_one_of=("at", "by"),
        events=_ASKED,
        offered=True,
        duration="offer",
        planned=True,
    ),
    *(
        VerbSchema(
            name=name,
            doc=doc,
            objects=("part", *_PATHS),
            roles=(_AT, _BY, _USING_TOOL),
            settings=(_FORCE, _SPEED),
            needs_one_of=("at", "by"),
            events=_ASKED,
            offered=True,
            phases=_ALONG,
            duration="offer",
            planned=True,
        )
        for name, doc in (
            ("seal", "The part is sealed, or sealed along that path."),
            ("clean", "The part is clean, or clean along that path."),
        )
    ),
    VerbSchema(
        name="deburr",
        doc="There are no burrs along the path.",
        objects=_PATHS,
        roles=(_AT, _role("by", "robot", doc="Which robot."), _USING_TOOL),
        settings=(_FORCE, _SPEED),
        events=("blocked", "jam"),
        phases=_ALONG,
        carries=False,
        planned=True,
    ),
    VerbSchema(
        name="calibrate",
        doc="The thing has been calibrated.",
        objects=("robot", "tool", "station", "machine", "sensor"),
        roles=(_AT, _BY),
        events=("blocked",),
        offered=True,
        carries=False,
        duration="offer",
        planned=True,
    ),
    VerbSchema(
        name="weld",
        doc="The seam is welded.",
        objects=_PATHS,
        roles=(
            _AT,
            _role("by", "robot", doc="Which robot."),
            _USING_TOOL,
            _role("holding", "part", "robot", doc="What is held meanwhile."),
        ),
        settings=(
            SettingSchema(name="current", dimension="current", doc="The welding current."),
            SettingSchema(name="voltage", dimension="voltage", doc="The welding voltage."),
            _SPEED,
        ),
        events=("blocked", "jam", "arc_lost"),
        phases=_ALONG,
        carries=False,
        planned=True,
    ),
)

OBJECTIVES = (
    ObjectiveSchema(name="throughput", doc="As many parts an hour as can be."),
    ObjectiveSchema(name="busy", doc="The least idle time of that machine, station or person.", argument="thing"),
    ObjectiveSchema(name="carrying", doc="Carry so many parts at once where that is quicker.", argument="parts"),
    ObjectiveSchema(name="urgent", doc="What is due first is done first."),
)

CLAUSE_EVENTS = (
    ClauseEventSchema(name="timeout", clause="within", doc="A `within` has run out."),
    ClauseEventSchema(name="violated", clause="ensure", doc="An `ensure` or a `never` has been broken."),
    ClauseEventSchema(name="late", clause="pace", doc="An iteration ended later than the pace asks."),
    ClauseEventSchema(name="overdue", clause="fresh", doc="An `every … { }` is overdue."),
)

STANDARD = Vocabulary.of(kinds=KINDS, verbs=VERBS, objectives=OBJECTIVES, clause_events=CLAUSE_EVENTS)
