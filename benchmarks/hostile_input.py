"""Claim: hostile input is answered in seconds (thirty robots: in minutes, with a plan), under 2 GB, with its kind; none is run.

    python benchmarks/hostile_input.py

Each input is planned as the program, cache and state in a folder of its own; one whose plan exists and whose world is the trouble
is simulated. Printed are what came of it, the time with the start of the program, and the largest memory of all its processes
together (Linux; what they share is counted in each).
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measured import Called, called, machine, say

ROBOT = """robot {name} {{
  model "ur5e"
  driver sim
  base ({x} mm, 0 mm, 0 mm)
  payload 5 kg
}}
tool {name}_grip {{
  mounted {name}
  tcp (0 mm, 0 mm, 150 mm)
  mass 1 kg
  shape cylinder radius 30 mm length 140 mm
  grips shaft
  force 20 N to 120 N
}}
"""
REST = """part shaft {
  mass 0.5 kg
  shape cylinder radius 20 mm length 100 mm
  grip 60 N
}
tray infeed {
  at (400 mm, -300 mm, 50 mm)
  grid 1x3
  pitch [100 mm, 100 mm]
  holds shaft
  contains shaft 3 parts
}
tray outfeed is infeed {
  at (400 mm, 300 mm, 50 mm)
}
station gauge {
  at (550 mm, 0 mm, 0 mm)
  shape box (100 mm, 100 mm, 100 mm)
  capacity 1
  holds shaft
  offers inspect for 4 s
  verdict signal gauge.verdict
}
person operator {
  at gauge
  offers seal
  usually 12 s
  ready signal operator.ready
}
"""
CELL = ROBOT.format(name="r1", x=0) + REST
QUEUE = "queue orders {\n  of shaft\n}\n"
LOOP = "for each s in infeed {\n  move s to outfeed\n}\n"
SEALED = 'for each s in infeed {\n  seal s by operator\n  move s to outfeed\n}\nwithin 10 min\non timeout: hold "nobody came"\n'
CYCLE = """in order {
  for each s in infeed {
    inspect s at gauge
  }
  for each s in infeed {
    move s to outfeed
  }
}
on reject: hold "look"
"""
FILLED = """for each job in orders {
  move job.shaft from infeed to outfeed
  for each item in job.items {
    move item from infeed to outfeed
  }
}
"""
AWAY = '[[person_away]]\nperson = "operator"\nstart = 0.0\nend = 1000000.0\n'


@dataclass(frozen=True, slots=True)
class Hostile:
    """`orders` and `scenario` are files beside it; with a scenario it is simulated, else planned."""

    name: str
    intent: str
    cell: str = CELL
    orders: str = ""
    scenario: str = ""


CASES = (
    Hostile("zero capacity", LOOP, CELL.replace("capacity 1", "capacity 0")),
    Hostile("negative deadline", LOOP + "within -5 s\n"),
    Hostile("cyclic order", CYCLE),
    Hostile("demand that nothing can fill", FILLED, CELL + QUEUE, '{"id": "A", "items": {"shaft": 9}}\n'),
    Hostile("10^5 parts", LOOP, CELL.replace("1x3", "250x400").replace("shaft 3 parts", "shaft 100000 parts")),
    Hostile("30 robots", LOOP, "".join(ROBOT.format(name=f"r{k}", x=-2500 * k) for k in range(30)) + REST),
    Hostile("a person who never comes", SEALED, scenario=AWAY),
    Hostile("two bases that overlap", LOOP, CELL + ROBOT.format(name="r2", x=60)),
)


def main() -> None:
    say(machine())
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            found = _called(Path(folder), case)
            ran = any((Path(folder) / "state").rglob("*.sqlite*"))
            seen = f"{found.seconds:6.1f} s {found.peak / 2**20:6.0f} MB  exit {found.code}"
            say(f"{case.name:30} {seen}  {_told(found)}{', A RUN' if ran else ''}")


def _called(folder: Path, case: Hostile) -> Called:
    (folder / "a.cell").write_text(case.cell)
    (folder / "a.intent").write_text('use "a.cell"\n' + case.intent)
    words = ["simulate" if case.scenario else "plan", "a.intent", "--format", "json"]
    for option, text in (("--orders", case.orders), ("--scenario", case.scenario)):
        if text:
            (folder / f"given{option}").write_text(text)
            words += [option, f"given{option}"]
    return called(folder, *words)


def _told(found: Called) -> str:
    try:
        answer = json.loads(found.out)
    except ValueError:
        return (found.err or "nothing").strip().splitlines()[-1][:100]
    if "kind" in answer:
        return f"{answer['kind']}: {', '.join(dict.fromkeys(d['code'] for d in answer['diagnostics']))}"
    if "makespan_s" in answer and "state" in answer:
        return f"{answer['state']}: {answer['held_because'] or ''}"
    return f"planned, {answer.get('makespan_s', 0.0):.1f} s"


if __name__ == "__main__":
    main()
