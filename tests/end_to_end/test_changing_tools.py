"""An arm with two tools on a changer, from its text to a finished rehearsal that the judge finds clean, docking included."""

from __future__ import annotations

from pathlib import Path

import pytest

from cell.steps import Docking
from tests.end_to_end.line import planned, rehearsed

CELL = """
robot rb {
  model "ur5e"
  driver sim
  base (500 mm, 0 mm, 0 mm)
  payload 5 kg
}
tool driver_b {
  mounted rb
  tcp (0 mm, 0 mm, 220 mm)
  mass 1.6 kg
  shape cylinder radius 40 mm length 220 mm
  grips pin
}
tool grip_b {
  in rack
  tcp (0 mm, 0 mm, 140 mm)
  mass 0.9 kg
  shape cylinder radius 45 mm length 140 mm
  grips [cover]
}
changer rack {
  at (700 mm, 400 mm, 0 mm)
  stores [driver_b, grip_b]
  serves rb
  swap 6 s
}
part cover {
  mass 0.3 kg
  shape box (120 mm, 80 mm, 10 mm)
}
part pin {
  mass 0.1 kg
  shape cylinder radius 15 mm length 40 mm
}
tray covers {
  at (600 mm, -450 mm, 0 mm)
  grid 2x1
  pitch [130 mm, 90 mm]
  holds cover
  contains cover 2 parts
}
tray pins {
  at (300 mm, -450 mm, 0 mm)
  grid 2x1
  pitch [60 mm, 60 mm]
  holds pin
  contains pin 2 parts
}
tray done {
  at (200 mm, 450 mm, 0 mm)
  grid 2x1
  pitch [140 mm, 100 mm]
  holds cover
}
tray pins_done {
  at (0 mm, 300 mm, 0 mm)
  grid 2x1
  pitch [60 mm, 60 mm]
  holds pin
}
"""
INTENT = """
use "changing.cell"
for each c in covers {
  move c to done
}
for each p in pins {
  move p to pins_done
}
"""

pytestmark = pytest.mark.slow


def test_an_arm_changes_its_tool_where_only_that_touches_which_may(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "changing.cell").write_text(CELL)
    (tmp_path / "changing.intent").write_text(INTENT)
    run = rehearsed(planned(str(tmp_path / "changing.intent"), cache))
    assert (run.run.summary.state, run.run.summary.goals_met) == ("Complete", 4)
    assert [(e.what, e.detail) for e in run.world.effects if "coupled" in e.what] == [
        ("uncoupled", "driver_b"),
        ("coupled", "grip_b"),
    ]
    assert run.world.violations == ()
    verdict = run.verdict()
    assert verdict.is_clean, verdict.text
    assert sum(isinstance(c.touch, Docking) for m in run.motions.values() for c in m.contacts) == 4


SCREWED = """
robot rb {
  model "ur5e"
  driver sim
  base (500 mm, 0 mm, 0 mm)
  payload 5 kg
}
tool driver_b {
  mounted rb
  tcp (0 mm, 0 mm, 220 mm)
  mass 1.6 kg
  shape cylinder radius 20 mm length 220 mm
  drives screw
  torque 0.5 Nm to 4 Nm
}
tool grip_b {
  in rack
  tcp (0 mm, 0 mm, 140 mm)
  mass 0.9 kg
  shape cylinder radius 45 mm length 140 mm
  grips [cover, base, unit]
}
changer rack {
  at (800 mm, 400 mm, 0 mm)
  stores [driver_b, grip_b]
  serves rb
  swap 6 s
}
part base {
  mass 0.8 kg
  shape box (120 mm, 80 mm, 40 mm)
  hole a at (-40 mm, 0 mm, 50 mm)
  hole b at (40 mm, 0 mm, 50 mm)
}
part cover {
  mass 0.3 kg
  shape box (120 mm, 80 mm, 10 mm)
  grip 30 N
}
part screw {
  mass 0.004 kg
  thread M4
}
part unit {
  from [base, cover]
}
tray bases {
  at (600 mm, -450 mm, 0 mm)
  grid 2x1
  pitch [150 mm, 100 mm]
  each kit [base]
}
tray covers {
  at (300 mm, -450 mm, 0 mm)
  grid 2x1
  pitch [150 mm, 90 mm]
  holds cover
  contains cover 2 parts
}
feed screws {
  at (0 mm, -300 mm, 50 mm)
  delivers screw
  every 1 s
}
tray done {
  at (450 mm, 450 mm, 0 mm)
  grid 2x1
  pitch [150 mm, 100 mm]
  holds [base, unit]
}
fixture nest {
  at (100 mm, 250 mm, 100 mm)
  holds [base, cover, screw, unit]
  capacity 1
  clamp signal nest.clamp
}
"""
BUILDING = """
use "screwed.cell"
for each kit in bases {
  move kit.base to nest
  assemble cover into kit.base at nest force <= 60 N
  for each hole in kit.base.holes, in order {
    fasten hole with screw at nest torque 2.5 Nm
  }
  move kit.base to done
}
"""


def test_an_arm_sets_a_cover_with_one_tool_and_screws_it_down_with_the_other(tmp_path: Path, cache: Path) -> None:
    (tmp_path / "screwed.cell").write_text(SCREWED)
    (tmp_path / "screwed.intent").write_text(BUILDING)
    run = rehearsed(planned(str(tmp_path / "screwed.intent"), cache))
    summary = run.run.summary
    assert (summary.state, summary.goals_met) == ("Complete", summary.goals_total)
    assert run.world.violations == ()
    assert len(run.world.parts_in("done")) == 2
    assert len(run.world.of("coupled")) >= 2
