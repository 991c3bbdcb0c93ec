"""The order of the instants at which runs are killed by command."""

from __future__ import annotations

import shlex
from itertools import pairwise

import pytest

from tests.crash.__main__ import asked, told
from tests.crash.killing import WHENS
from tests.crash.points import instant, instants


@pytest.mark.parametrize("writes", [1, 2, 3, 60, 180, 211])
def test_each_instant_is_met_once_and_any_five_in_a_row_have_each_way(writes: int) -> None:
    met = [(one.point.write, one.point.when) for one in instants(writes, 10**6, first=7)]
    assert sorted(met) == sorted((write, when) for write in range(1, writes + 1) for when in WHENS)
    assert all({when for _, when in met[k : k + 5]} == set(WHENS) for k in range(len(met) - 4))


@pytest.mark.parametrize(("first", "wanted"), [(0, 20), (20, 20), (0, 200), (537, 60)])
def test_a_stretch_of_the_order_lies_all_over_the_run(first: int, wanted: int) -> None:
    writes = 400
    met = sorted({0, writes, *(one.point.write for one in instants(writes, wanted, first))})
    assert max(b - a for a, b in pairwise(met)) <= 3 * writes // wanted


def test_who_goes_on_where_another_one_has_stopped_does_what_one_would_do() -> None:
    assert [*instants(50, 40), *instants(50, 60, first=40)] == list(instants(50, 100))


def test_an_instant_is_told_as_it_is_asked_for_again() -> None:
    assert all(instant(one.text) == one for one in instants(50, 150))
    with pytest.raises(ValueError, match="after lunch"):
        instant("12, after lunch, heard, 3 s away, devices tell")


def test_what_stands_before_a_fault_runs_its_point_again_by_itself(capsys: pytest.CaptureFixture[str]) -> None:
    (last,) = instants(50, 1, first=49)
    assert last.is_mute
    for how in "stopped", "stopping", "":
        assert told("sorting", last, ["casting#3 is gone"], f" --{how}" if how else "")
        first, fault = capsys.readouterr().out.splitlines()
        again = asked(shlex.split(first))
        assert (again.story, again.only, fault.strip()) == ("sorting", [last], "casting#3 is gone")
        assert (again.stopped, again.stopping) == (how == "stopped", how == "stopping")
    assert not told("sorting", last, [])
    assert capsys.readouterr().out == ""
