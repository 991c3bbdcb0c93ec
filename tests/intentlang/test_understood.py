"""What a text was understood to say is what planning is given: order, paces, deadlines, who reports, who raises."""

from __future__ import annotations

import pytest

from cell.standard_verbs import STANDARD
from intentlang.understood import understood
from intentlang.world import World
from tests.intentlang.cells import base, program_of

LOOP = """\
param batch = 36 parts
for each s in infeed until outfeed.count >= batch {
  process s at lathe
  every 10 parts {
    inspect s at gauge
    when s.verdict is reject {
      move s to scrap
    }
  }
  move s to outfeed force <= 40 N {
    on grip_lost: retry 2
    on timeout: skip
    within 20 s
  }
  every 45 s
}
in order {
  calibrate r1
  move shaft to outfeed
}
within 30 min
prefer throughput
prefer busy lathe
ensure r1.speed <= 800 mm/s and r1.current < 5 A
never r1 in lathe_door_zone and lathe.spindle is running
on reject or part_missing: hold
"""


@pytest.fixture(scope="module")
def said() -> dict[int, tuple[str, ...]]:
    outcome = program_of(LOOP)
    assert outcome.is_ok, outcome.diagnostics
    assert outcome.value is not None
    found = understood(outcome.value, World(base(), STANDARD))
    assert [u.span.start.line for u in found] == sorted(u.span.start.line for u in found)
    return {
        n: tuple(says for u in found if u.span.start.line == n for says in u.says) for n in (u.span.start.line for u in found)
    }


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (2, "`s` is each shaft of `infeed`; its members are known now; iterations overlap, in the planner's order"),
        (2, "`outfeed.count` is counted by the cell"),
        (3, "waits for no line of its block"),
        (4, "at the 1st, the 11th, the 21st shaft of the loop of line 2"),
        (5, "this very `s`; done by who offers it; tells its verdict"),
        (6, "`s.verdict` is told by `inspect` in line 5"),
        (6, "where nothing is true, no branch is taken"),
        (10, "after lines 3, 4: they are about the same part"),
        (11, "`grip_lost` may be raised by line 10"),
        (12, "`timeout` is raised by a `within`"),
        (13, "deadline of this `move`; time held counts"),
        (15, "paces the loop of line 2: the k-th iteration ends at most k - 1 times 45 s after the first"),
        (17, "each line after all steps of the one before"),
        (19, "any one shaft, chosen by the planner; done by a robot"),
        (19, "after line 18: the block is `in order`"),
        (21, "deadline of the run, from its first step; time held counts"),
        (22, "soft; decides first"),
        (23, "soft; decides where `throughput` leaves a choice"),
        (24, "in the run, from its first step: a limit that planning and drivers keep"),
        (24, "in the run, from its first step: a monitor: `violated` is raised where it is not so"),
        (25, "`lathe.spindle` is reported by the signal lathe.running"),
        (26, "`reject` may be raised by line 5"),
    ],
)
def test_a_line_says(said: dict[int, tuple[str, ...]], line: int, sentence: str) -> None:
    assert sentence in said[line]


def test_every_line_that_says_something_is_told(said: dict[int, tuple[str, ...]]) -> None:
    spoken = {n for n, text in enumerate(LOOP.splitlines(), 1) if text.strip() not in ("}", "") and not text.startswith("param")}
    assert set(said) == spoken
