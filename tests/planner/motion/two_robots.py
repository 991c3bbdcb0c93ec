"""Two arms one metre apart: a tray for each, a nest between them in a zone for one robot, and what they do there."""

from __future__ import annotations

from collections.abc import Mapping

from cell.model import CellModel
from cell.steps import AtHome, AtHub, AtPlace, Carried, MotionNeed, Touch
from planner.motion.configurations import shut_zones
from tests.planner.motion.workcell import compiled

_ROBOT = """
robot {name} {{
  model "ur5e"
  driver sim
  base ({x} mm, 0 mm, 0 mm)
  home [{turn} deg, -110 deg, 110 deg, -90 deg, -90 deg, 0 deg]
  payload 5 kg
  max_speed 1000 mm/s
}}
tool {tool} {{
  mounted {name}
  tcp (0 mm, 0 mm, 140 mm)
  mass 0.9 kg
  shape cylinder radius 40 mm length 105 mm
  grips block
  force 20 N to 120 N
}}
"""
_TRAY = """
tray {name} {{
  at ({x} mm, {y} mm, 0 mm)
  grid 2x3
  pitch [120 mm, 120 mm]
  shape box (260 mm, 380 mm, 20 mm)
  holds block
  {contents}
}}
"""
TEXT = (
    _ROBOT.format(name="west", x=-500, turn=90, tool="grip_w")
    + _ROBOT.format(name="east", x=500, turn=90, tool="grip_e")
    + """
part block {
  mass 0.3 kg
  shape box (50 mm, 50 mm, 60 mm)
  grip 40 N
}
fixture nest {
  at (0 mm, 350 mm, 0 mm)
  shape box (120 mm, 120 mm, 50 mm)
  holds block
}
zone middle {
  box from (-150 mm, 200 mm, 0 mm) to (150 mm, 500 mm, 900 mm)
  capacity 1
}
"""
    + _TRAY.format(name="in_w", x=-600, y=-450, contents="contains block 6 parts")
    + _TRAY.format(name="in_e", x=600, y=-450, contents="contains block 6 parts")
)
HANDS = {"west": "grip_w.a", "east": "grip_e.a"}
TOOLS = {"west": "grip_w", "east": "grip_e"}
TRAYS = {"west": "in_w", "east": "in_e"}


def pair_cell(more: str = "", changes: Mapping[str, str] | None = None) -> CellModel:
    text = TEXT
    for old, new in (changes or {}).items():
        assert old in text, old
        text = text.replace(old, new)
    return compiled(text + more)


def contact(cell: CellModel, robot: str, place: str, pair: str, end: str) -> MotionNeed:
    """`pair` and `end` as in Touch; a part is in the hand where part and place touch."""
    hand = HANDS[robot]
    hub, there = AtHub(cell.places[place].equipment), AtPlace(place, hand, "block", 0)
    touch = Touch(pair, place, hand, "block", 0, end)  # type: ignore[arg-type]
    carried = (Carried(hand, "block", 0),) if pair == "part and place" else ()
    start, stop = (hub, there) if end == "end" else (there, hub)
    return MotionNeed(robot, start, stop, carried, touch, None, shut_zones(cell, place), TOOLS[robot])


def visits(cell: CellModel, robot: str, place: str) -> tuple[MotionNeed, ...]:
    """In and out of the place, to fetch a part and to bring one."""
    return tuple(
        contact(cell, robot, place, pair, end) for pair in ("fingers and part", "part and place") for end in ("end", "start")
    )


def travels(cell: CellModel, robot: str) -> tuple[MotionNeed, ...]:
    tray, hand = AtHub(TRAYS[robot]), HANDS[robot]
    stances = [(AtHome(), tray), (tray, AtHub("nest")), (AtHub("nest"), tray), (AtHub("nest"), AtHome())]
    return tuple(
        MotionNeed(robot, start, end, carried, None, None, shut_zones(cell), TOOLS[robot])
        for start, end in stances
        for carried in ((), (Carried(hand, "block", 0),))
    )


def job(cell: CellModel, robot: str) -> tuple[MotionNeed, ...]:
    """All that a robot does to carry any part of its tray to the nest."""
    places = [place.name for place in cell.equipment[TRAYS[robot]].places]
    return (
        *travels(cell, robot),
        *visits(cell, robot, "nest"),
        *(need for place in places for need in visits(cell, robot, place)),
    )
