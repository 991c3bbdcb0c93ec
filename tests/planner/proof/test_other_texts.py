"""A plan made for another text, under the name of this one: wherever the two differ in a line or a clause, it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from cell.diagnostic import Outcome
from cell.plan_file import with_plan_id
from cell.plan_inputs import plan_inputs
from cell.program import Block, Group
from cell.released_plan import ReleasedPlan
from cell.steps import Move
from planner.proof.release import release
from planner.tasks.crew import Known
from planner.tasks.plan_tasks import plan_tasks
from tests.constructs.bench import Bench
from tests.constructs.test_rework import CELL
from tests.planner.proof import two_gantries
from tests.planner.proof.gantry import VERSIONS
from tests.planner.proof.test_release import CERTIFICATES
from tests.planner.proof.told_least import told_least

TWO_TRAYS = CELL + "tray spare is infeed {\n  at (-400 mm, -600 mm, 50 mm)\n  contains shaft 3 parts\n}\n"
OUT = "for each s in infeed{until}{order} {{\n  move s to {to}{bound}\n  {pace}\n}}\n{clause}\n"
GAUGED = "for each s in infeed {{\n  inspect s at gauge\n  when s.verdict {test} {{\n    move s to scrap\n  }} otherwise {{\n"
GAUGED += "    move s to outfeed\n  }}\n}}\n"
BLANK = {"until": "", "order": "", "to": "outfeed", "bound": "", "pace": "", "clause": ""}


def proved(text: str, other: str, cell: str = CELL) -> Outcome[ReleasedPlan]:
    """What becomes of a plan for `other` that says it is for `text`."""
    true, false = (Bench.of(cell, "shaft", each, iterations=2) for each in (text, other))
    plan = replace(false.planned().expect(), sources=plan_inputs(true.request()).sources)
    return true.proved(with_plan_id(plan))


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ({"order": ", in order"}, {"order": "          "}),
        ({"until": " until outfeed.count >= 2 parts"}, {"until": " until outfeed.count >= 1 parts"}),
        ({"until": " until outfeed.count >= 2 parts"}, {"until": " until outfeed.count >= 3 parts"}),
        ({"to": "outfeed"}, {"to": "scrap  "}),
        ({"bound": " speed <= 100 mm/s"}, {"bound": " speed <= 900 mm/s"}),
        ({"bound": " force <= 60 N"}, {"bound": " force <= 90 N"}),
        ({"clause": "ensure g1.speed <= 100 mm/s"}, {"clause": "ensure g1.speed <= 900 mm/s"}),
    ],
    ids=lambda said: next(iter(said.items()))[1].strip(),
)
def test_a_plan_for_another_clause_is_refused(true: Mapping[str, str], false: Mapping[str, str]) -> None:
    text, other = (OUT.format(**{**BLANK, **said}) for said in (true, false))
    assert proved(text, text).is_ok
    assert proved(text, other).value is None


@pytest.mark.parametrize("time", [{"pace": "every {} s"}, {"clause": "within {} s"}], ids=["pace", "deadline"])
def test_a_plan_that_takes_longer_than_its_text_allows_is_refused(time: Mapping[str, str]) -> None:
    text, other = (OUT.format(**{**BLANK, **{k: v.format(most) for k, v in time.items()}}) for most in ("001", "900"))
    assert proved(other, other).is_ok
    assert proved(text, other).value is None


EACH = "for each s in {} {{\n  {}\n}}\n"


@pytest.mark.parametrize(
    "text",
    [
        EACH.format("infeed", "inspect s at gauge") + EACH.format("infeed", "move s to outfeed") + "on reject: hold\n",
        "in order {\n"
        + EACH.format("infeed", "move s to outfeed")
        + EACH.format("spare", "move t to scrap").replace("each s", "each t")
        + "}\n",
    ],
    ids=["a common member", "in order"],
)
def test_a_plan_that_does_the_second_loop_first_is_refused(text: str) -> None:
    b = Bench.of(TWO_TRAYS.replace("contains shaft 3", "contains shaft 1"), "shaft", text, iterations=2)
    other = replace(b, program=replace(b.program, block=_turned(b.program.block)))
    assert b.released().is_ok
    found = b.proved(other.planned().expect()).diagnostics
    assert {d.code for d in found} == {"E682"}
    assert "as its line does" in found[0].message


def _turned(block: Block) -> Block:
    """Its two loops the other way round."""
    match block.lines:
        case (Group(block=inner) as group,):
            return replace(block, lines=(replace(group, block=_turned(inner)),))
        case (first, second):
            return replace(block, lines=(second, first), waits=((), (0,)))
        case _:
            raise AssertionError(block)


@pytest.mark.parametrize(("true", "false"), [("is reject", "is accept"), ("is reject    ", "is not reject")])
def test_a_plan_for_another_question_is_refused(true: str, false: str) -> None:
    assert proved(GAUGED.format(test=true), GAUGED.format(test=false)).value is None


def test_one_that_is_taken_from_elsewhere_than_its_line_says_is_refused() -> None:
    text, other = "move shaft from infeed to outfeed\n", "move shaft from spare  to outfeed\n"
    assert proved(text, text, TWO_TRAYS).is_ok
    said = proved(text, other, TWO_TRAYS)
    assert [d.message for d in said.diagnostics] == ["o1: it takes one from spare[1], its line asks for one from infeed"]


def test_one_that_another_robot_does_than_its_line_says_is_refused() -> None:
    text = 'use "two.cell"\nfor each s in in_l {{\n  move s to out_l by {}\n}}\n'
    asked, other = (two_gantries.request(text.format(robot)) for robot in ("left ", "right"))
    made = two_gantries.motion_for
    tasks = plan_tasks(other, Known(lambda need: made(need).duration, least=told_least(other, made))).expect()
    motions = {s.action.need: two_gantries.motion_for(s.action.need) for s in tasks.steps if isinstance(s.action, Move)}
    plan = two_gantries.assembled(asked, tasks, motions)
    found = release(plan, asked, CERTIFICATES, versions=VERSIONS).diagnostics
    assert "o1: its line asks for left, not for right" in {d.message for d in found}
