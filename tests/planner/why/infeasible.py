"""Texts that no schedule does, or that nobody can say of whether one does: each with its kind, its finding and its core.

One cell for all of them, changed a little for each; motion times need no robot and honour speed limits. A core is written as the
lines that it consists of.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from cell.declared_state import declared_state
from cell.diagnostic import Kind
from cell.state import CellState, InPlace, PartState
from cell.steps import MotionNeed
from planner.tasks.crew import Known
from tests.planner.proof.gantry import gantry_model
from tests.planner.tasks.cells import cell_of, changed, seconds
from tests.planner.tasks.test_every_order import GEARS_FIRST, JOINING
from tests.planner.tasks.test_palletizing import BUILD
from tests.planner.tasks.test_palletizing import CELL as PALLETS

CELL = """
robot r1 {
  model "gantry"
  driver sim
  base (0 mm, 0 mm, 0 mm)
  payload 10 kg
}
tool grip {
  mounted r1
  tcp (0 mm, 0 mm, 150 mm)
  mass 1 kg
  grips shaft
  force 20 N to 120 N
}
part shaft {
  mass 1.2 kg
  shape cylinder radius 20 mm length 120 mm
  grip 60 N
}
tray infeed {
  at (500 mm, -350 mm, 50 mm)
  grid 1x4
  pitch [60 mm, 60 mm]
  holds shaft
  contains shaft 4 parts
}
tray outfeed is infeed {
  at (500 mm, 350 mm, 50 mm)
}
bin scrap {
  at (200 mm, 600 mm, 100 mm)
  holds shaft
}
machine lathe {
  at (950 mm, 0 mm, 250 mm)
  capacity 1
  door signal lathe.door
  clamp signal lathe.chuck
  spindle signal lathe.running
  program OP10 for 42 s
  guard lathe_door_zone
}
station gauge {
  at (800 mm, 500 mm, 100 mm)
  capacity 1
  offers inspect for 4 s
  verdict signal gauge.verdict
}
station bench {
  at (-600 mm, 500 mm, 100 mm)
  capacity 1
  holds shaft
}
person operator {
  at bench
  offers [seal, handover]
  usually 12 s
  ready signal operator.ready
}
zone lathe_door_zone {
  box from (750 mm, -250 mm, 0 mm) to (1300 mm, 250 mm, 800 mm)
}
"""
SECOND_ROBOT = """
robot r2 {
  model "gantry"
  driver sim
  base (9000 mm, 0 mm, 0 mm)
  payload 2 kg
}
tool grip2 {
  mounted r2
  tcp (0 mm, 0 mm, 150 mm)
  mass 1 kg
  grips shaft
  force 20 N to 120 N
}
tray there is infeed {
  at (9000 mm, 350 mm, 50 mm)
}
"""
THROUGH = "for each s in infeed {\n  process s at lathe\n  move s to outfeed\n}\n"
ALL_OUT = "for each s in infeed {\n  move s to outfeed\n}\n"


LOOP, PROCESS, OUT, SCRAP = "for each s in infeed", "process s at lathe", "move s to outfeed", "move s to scrap"
HEAVY = BUILD.format(order=", in order") + "ensure left.mass <= 90 kg\n"
HASTY = BUILD.format(order=", in order").replace("do build(right)\n", "") + "ensure line1.waiting < 4 parts\n"
GAUGED = f"{LOOP}, in order {{\n  {PROCESS}\n  inspect s at gauge\n  {SCRAP}\n}}\n"
FORKED = f"{LOOP} {{\n  inspect s at gauge\n  when s.verdict is reject {{\n    {SCRAP}\n  }}\n  {OUT}\n}}\n"


def at_speed(need: MotionNeed) -> float:
    """The stand-in of cells.py, but a motion takes half a metre and may not be quicker than its limit."""
    return max(seconds(need), 0.5 / need.speed_limit if need.speed_limit else 0.0)


KNOWN = Known(at_speed)


@dataclass(frozen=True)
class Case:
    """`core`: how the lines begin, in reading order. `needed`: those that belong to it too, but without which the text is refused
    for something else: parts that nothing moves on, say."""

    name: str
    intent: str
    code: str
    core: tuple[str, ...] = ()
    cell: str = CELL
    kind: Kind = "proved impossible"
    needed: tuple[str, ...] = ()
    state: CellState | None = None
    more: dict[str, object] = field(default_factory=dict)


def _foreign_in(place: str) -> CellState:
    return changed(declared_state(cell_of(CELL)), PartState("shaft#4", "shaft", InPlace(place), place))


def _with(old: str, new: str, cell: str = CELL) -> str:
    assert old in cell
    return cell.replace(old, new)


GANTRY = {"robots": {"r1": gantry_model()}}
BOTH = {"robots": {"r1": gantry_model(), "r2": gantry_model()}}

DEADLINES = (
    Case("the lathe needs longer", THROUGH + "within 2 min\n", "E501", (LOOP, PROCESS, "within 2 min")),
    Case("one iteration", THROUGH.replace("  move", "  within 40 s\n  move"), "E501", (LOOP, PROCESS, "within 40 s")),
    Case("one move too slow for it", f"{ALL_OUT}ensure r1.speed <= 20 mm/s\nwithin 5 min\n", "E501",
         (LOOP, OUT, "ensure r1.speed <= 20 mm/s", "within 5 min")),
    Case("a speed of one goal", "move shaft to outfeed speed <= 10 mm/s\nwithin 2 min\n", "E501",
         ("move shaft to outfeed", "move shaft to outfeed", "within 2 min")),
    Case("in order there is no time left", GAUGED + "within 285 s\n", "E501",
         (LOOP, LOOP, PROCESS, "inspect s at gauge", "within 285 s"), needed=(SCRAP,)),
    Case("pace", "for each s in infeed {\n  process s at lathe\n  move s to outfeed\n  every 12 s\n}\n", "E502",
         (LOOP, PROCESS, "every 12 s")),
    Case("a line that backs up", HASTY, "E503", ("for each layer", "do build(left)", "ensure line1.waiting"),
         _with("every 10 s", "every 2 s", PALLETS), needed=("for each spot", "move carton")),
    Case("a line that backs up where the robot is slow", HASTY + "ensure p1.speed <= 100 mm/s\n", "E503",
         ("for each layer", "do build(left)", "ensure line1.waiting", "ensure p1.speed"), PALLETS,
         needed=("for each spot", "move carton")),
    Case("too little for the search", THROUGH + "within 250 s\n", "E504", kind="gave up"),
)  # fmt: skip
REACH = (
    Case("a tray too far away", "move shaft to outfeed\n", "E603", ("move shaft to outfeed",),
         _with("at (500 mm, 350 mm", "at (7000 mm, 350 mm"), more=GANTRY),
    Case("another robot's tray", "for each s in infeed {\n  move s to there\n}\n", "E603",
         (LOOP, "move s to there"), CELL + SECOND_ROBOT, more=BOTH),
    Case("the robot that is named", "move shaft to there by r1\n", "E603", ("move shaft to there by r1",),
         CELL + SECOND_ROBOT, more=BOTH),
)  # fmt: skip
LOADS = (
    Case("payload", "move shaft to outfeed\n", "E602", ("move shaft to outfeed",), _with("mass 1.2 kg", "mass 9.5 kg")),
    Case("the force that is allowed", "move shaft to outfeed\nensure r1.force <= 10 N\n", "E602",
         ("move shaft to outfeed", "ensure r1.force <= 10 N")),
)  # fmt: skip
TOOLS = (
    Case("no tool for the part", "move shaft to outfeed by r1\n", "E602", ("move shaft to outfeed by r1",),
         _with("grips shaft", "grips cube") + "part cube {\n  mass 1 kg\n  shape box (30 mm, 30 mm, 30 mm)\n}\n" + SECOND_ROBOT),
    Case("no tool at all", "move shaft to outfeed by r1\n", "E602", ("move shaft to outfeed by r1",),
         CELL[: CELL.index("tool grip")] + CELL[CELL.index("part shaft") :] + SECOND_ROBOT),
    Case("a tool that grips too hard", "move shaft to outfeed\n", "E602", ("move shaft to outfeed",),
         _with("grip 60 N", "grip 10 N")),
)  # fmt: skip
CAPACITY = (
    Case("more than the tray holds", ALL_OUT, "E607", (LOOP, OUT),
         _with("tray outfeed is infeed {", "tray outfeed is infeed {\n  grid 1x2")),
    Case("the set is too small", "for each s in infeed until outfeed.count >= 5 parts {\n  move s to outfeed\n}\n", "E601",
         ("for each s in infeed until outfeed.count >= 5 parts",)),
    Case("nothing leaves the lathe", "for each s in infeed {\n  process s at lathe\n}\nensure r1.speed <= 500 mm/s\n", "E608",
         (LOOP, PROCESS)),
    Case("somebody's part in the lathe", "move shaft from infeed to lathe\n", "E608", ("move shaft from infeed",),
         state=_foreign_in("lathe")),
    Case("too heavy a pallet", HEAVY, "E618",
         ("for each layer", "do build(left)", "ensure left.mass"), PALLETS, needed=("for each spot", "move carton")),
    Case("no part", "move shaft from outfeed to gauge\n", "E611", ("move shaft from outfeed",)),
)  # fmt: skip
PEOPLE = (
    Case("nobody can stand there", "for each s in infeed {\n  handover s from r1 to operator\n}\n", "E625",
         (LOOP, "handover s from r1 to operator")),
    Case("they work elsewhere", "for each s in infeed {\n  seal s at gauge by operator\n}\n", "E625",
         (LOOP, "seal s at gauge by operator")),
    Case("the bench is full", "for each s in infeed {\n  seal s by operator\n}\n", "E607", (LOOP, "seal s by operator")),
)  # fmt: skip
ORDERS = (
    Case("each has to wait for all", "in order {\n  for each s in infeed {\n    process s at lathe\n  }\n"
         "  for each s in infeed {\n    move s to outfeed\n  }\n}\n", "E604", ("in order", LOOP, PROCESS),
         needed=(LOOP, OUT)),
    Case("in any order", "for each s in infeed {\n  any order {\n    move s to outfeed\n    move s to scrap\n  }\n}\n", "E605",
         (LOOP, "any order", OUT, "move s to scrap")),
    Case("from two places at once", FORKED, "E609", (LOOP, "inspect s at gauge", "when", SCRAP), needed=(OUT,)),
    Case("gears before covers", GEARS_FIRST, "E604", ("in order",), JOINING, needed=(
        "for each kit in kits", "move kit.housing to nest", "assemble kit.gear", "for each kit in kits", "assemble cover",
        "move kit.housing to done")),
    Case("skip leaves it in the hand", ALL_OUT + "on blocked: skip\n", "E606", ("on blocked: skip",)),
)  # fmt: skip
NOT_COVERED = (
    Case("a never that is not covered", "move shaft to outfeed\nnever r1 in lathe_door_zone and lathe.spindle is stopped\n",
         "E690", kind="unsupported"),
)  # fmt: skip
CASES = (*DEADLINES, *REACH, *LOADS, *TOOLS, *CAPACITY, *PEOPLE, *ORDERS, *NOT_COVERED)
