"""A small plan, written by hand: two shafts through a lathe and a gauge, with one open choice. For renderers only."""

from cell.diagnostic import Position, Span
from cell.motion_plan import MotionPlan
from cell.released_plan import Obligation, Proof, ReleasedPlan
from cell.run import PartSummary, RunSummary
from cell.state import InPlace, Lost
from cell.steps import Action, AtHome, AtHub, Because, BranchRef, Decide, Grip, Inspect, MotionNeed, Move, RunProgram, Step
from cell.task_plan import Alternative, Bounds, Choice, Operation, PlannedPart, TaskPlan

LINE = Because(Span("a.intent", Position(5, 3), Position(5, 31)), "the goal")
TRAVEL = Move(MotionNeed("r1", AtHome(), AtHub("infeed"), (), None, None, (), "grip"))


def step(
    name: str,
    action: Action,
    part: str | None,
    start: float,
    duration: float,
    preds: tuple[str, ...] = (),
    robot: str | None = None,
) -> Step:
    branch = BranchRef("c1", 0) if name == "s6" else None
    motion = "m" if isinstance(action, Move) else None
    return Step(name, "o1", action, robot, part, (), (), (), (), preds, start, duration, motion, branch, LINE)


STEPS = (
    step("s1", TRAVEL, None, 0.0, 10.0, (), "r1"),
    step("s2", Grip("twin", "a", "shaft#1", 60.0), "shaft#1", 10.0, 10.0, ("s1",), "r1"),
    step("s3", RunProgram("lathe", "OP10", "shaft#1"), "shaft#1", 20.0, 40.0, ("s2",)),
    step("s4", Grip("twin", "a", "shaft#2", 60.0), "shaft#2", 30.0, 20.0, ("s2",), "r1"),
    step("s5", Inspect("gauge", "verdict", "shaft#1"), "shaft#1", 60.0, 20.0, ("s3",)),
    step("s6", Decide("c1"), "shaft#1", 80.0, 0.0, ("s5",)),
)
TASKS = TaskPlan(
    parts=(PlannedPart("shaft#1", "shaft", "infeed[1]"), PlannedPart("shaft#2", "shaft", "infeed[2]")),
    operations=(
        Operation("o1", "g1", "process", "shaft#1", (), "r1", "infeed[1]", "lathe", tuple(s.id for s in STEPS[:5]), LINE),
    ),
    steps=STEPS,
    orders={"r1": ("o1",), "lathe": ("o1",)},
    choices=(Choice("c1", "w1", "verdict", "shaft#1", (Alternative(("reject",), ()), Alternative((), ())), LINE),),
    bounds=Bounds(80.0, 75.0, 80.0 / 75.0 - 1.0, "lathe", 40.0, 100.0),
    reads=(),
    assumptions=(),
    seed=0,
)
PLAN = MotionPlan("0123456789abcdef", TASKS, {}, (("a.intent", "hash"),), (), "revision", (), ())
PROOF = Proof(
    (
        Obligation("q1", "clearance", "r1 touches nothing", "for all durations", "bounded between samples", 0.0042, ()),
        Obligation("q2", "deadline", "within 45 min", "at the declared durations", "longest path", 2620.0, (LINE.span,)),
    ),
    ("the shafts lie where the cell file says",),
)
RELEASED = ReleasedPlan(PLAN, PROOF)

PARTS = (
    PartSummary("shaft#1", "shaft", "outfeed[1]", InPlace("outfeed[1]"), (("verdict", "accept"),), False, "observed"),
    PartSummary("shaft#2", "shaft", "outfeed[2]", InPlace("outfeed[2]"), (("verdict", "accept"),), False, "observed"),
    PartSummary("shaft#3", "shaft", "", Lost("fell\x1b[2J"), (), True, "fell\x1b[2J"),
)
SUMMARY = RunSummary("20261123-1", "Complete", 540, 540, 108, 108, None, 0, 1902.4, PARTS, 0)
