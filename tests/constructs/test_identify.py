"""`identify` tells which part it is; `otherwise when` sorts by more than two kinds."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from cell.events import BranchTaken
from cell.plan_file import with_plan_id
from cell.run import run_context
from cell.scenario import Identified
from cell.standard_verbs import STANDARD
from cell.task_plan import Alternative
from intentlang.check import check_intent
from intentlang.parse import parse_intent
from intentlang.source import SourceFile
from tests.constructs.bench import Bench

CELL = """
part casting {
  mass 1.0 kg
  shape cylinder radius 20 mm length 100 mm
  grip 60 N
  may_be [flange, bracket]
}
part flange is casting { }
part bracket is casting { }
tray infeed {
  at (0 mm, -600 mm, 50 mm)
  shape box (100 mm, 700 mm, 20 mm)
  grid 1x3
  pitch [240 mm, 240 mm]
  holds casting
  contains casting 3 parts
}
station camera {
  at (600 mm, 0 mm, 0 mm)
  shape box (120 mm, 120 mm, 100 mm)
  capacity 1
  holds casting
  offers identify for 2 s
  identity signal camera.kind
}
tray flanges {
  at (0 mm, 500 mm, 50 mm)
  shape box (100 mm, 700 mm, 20 mm)
  grid 1x3
  pitch [240 mm, 240 mm]
  holds flange
}
tray brackets is flanges {
  at (-500 mm, 500 mm, 50 mm)
  holds bracket
}
tray odd is flanges {
  at (-500 mm, -600 mm, 50 mm)
  holds casting
}
"""
INTENT = """
for each p in infeed {
  identify p at camera
  when p is flange {
    move p to flanges
  } otherwise when p is bracket {
    move p to brackets
  } otherwise {
    move p to odd
  }
}
"""


@cache
def sorting(intent: str = INTENT) -> Bench:
    return Bench.of(CELL, "casting", intent)


def test_each_kind_has_an_alternative_and_the_last_takes_any_other() -> None:
    plan = sorting().released().expect().motion_plan
    assert [tuple(a.values for a in c.alternatives) for c in plan.tasks.choices] == [(("flange",), ("bracket",), ())] * 3
    assert {c.outcome for c in plan.tasks.choices} == {"kind"}


def test_parts_are_sorted_by_what_they_truly_are() -> None:
    ran = sorting().run(Identified(1, "bracket"), Identified(2, "flange"), Identified(3, "nobody knows"))
    assert ran.record.summary.state == "Complete"
    assert {name: len(ran.lying[name]) for name in ("flanges", "brackets", "odd")} == {"flanges": 1, "brackets": 1, "odd": 1}
    assert [e.value for e in ran.all(BranchTaken)] == ["bracket", "flange", "nobody knows"]
    assert ran.asked == ()


def test_kinds_that_nobody_forces_are_drawn_from_those_that_it_may_be() -> None:
    told = {e.value for seed in range(4) for e in sorting().run(seed=seed).all(BranchTaken)}
    assert told == {"flange", "bracket"}


def test_a_branch_may_not_bring_a_part_where_its_kind_is_not_taken() -> None:
    outcome = sorting(INTENT.replace("move p to brackets", "move p to flanges")).planned()
    assert [(d.code, d.message) for d in outcome.diagnostics] == [("E613", "flanges does not take bracket")]


def test_an_alternative_for_another_kind_is_refused() -> None:
    bench = sorting()
    plan = bench.planned().expect()
    first = plan.tasks.choices[0]
    swapped = replace(
        first, alternatives=(
            Alternative(("bracket",), first.alternatives[0].operations),
            Alternative(("flange",), first.alternatives[1].operations),
            first.alternatives[2],
        ),
    )  # fmt: skip
    changed = replace(plan, tasks=replace(plan.tasks, choices=(swapped, *plan.tasks.choices[1:])))
    refused = bench.proved(with_plan_id(changed))
    assert refused.value is None
    assert {d.code for d in refused.diagnostics} == {"E683"}


def test_without_identify_the_kind_is_asked_before_it_is_told() -> None:
    source = SourceFile.of("t.intent", INTENT.replace("  identify p at camera\n", ""))
    found = check_intent(parse_intent(source, STANDARD).expect(), (), sorting().cell, STANDARD, {}, (source,))
    assert "E220" in {d.code for d in found.diagnostics}


MIXED = """
for each p in bowl {
  identify p at camera
  when p is flange {
    move p to flanges
  } otherwise {
    move p to brackets
  }
}
"""


def test_a_loop_binds_every_kind_that_lies_in_its_set() -> None:
    bowl = """
tray bowl is odd {
  at (600 mm, 700 mm, 50 mm)
  holds [flange, bracket]
  contains flange 2 parts
  contains bracket 1 parts
}
"""
    cell = CELL.replace("holds casting\n  offers", "holds [flange, bracket]\n  offers")
    ran = Bench.of(cell + bowl, "[flange, bracket, casting]", MIXED).run()
    assert ran.record.summary.state == "Complete"
    assert set(ran.lying["flanges"]) == {"flange#1", "flange#2"}
    assert ran.lying["brackets"] == ("bracket#1",)


def test_who_has_identified_a_part_unheard_may_say_any_kind_that_it_may_be_or_none_of_them() -> None:
    by_hand = "person ann {\n  at camera\n  offers identify\n  usually 5 s\n  ready signal ann.ready\n}\n"
    bench = Bench.of(CELL + by_hand, "casting", INTENT.replace("at camera", "by ann"))
    assert run_context(bench.program, bench.cell).tells == {"kind": ("flange", "bracket", "casting")}
