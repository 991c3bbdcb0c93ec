"""What is shown as otherwise than the journal has it: no last digits, which are others at each look."""

from dataclasses import replace

from immutables import Map

from cell.steps import AtHome, AtMeasured, Stance
from controller.difference import Difference, differences
from controller.run_state import NOTHING_YET, RobotBelief, RunState


def standing(at: Stance | None) -> RunState:
    return replace(NOTHING_YET, belief=replace(NOTHING_YET.belief, robots=Map({"arm": RobotBelief(at)})))


def test_a_robot_whose_encoders_tell_another_last_digit_at_each_look_stands_where_it_stood() -> None:
    one, other = AtMeasured((3.2857, -1.56404)), AtMeasured((3.28571, -1.56405))
    (shown,) = differences(standing(None), standing(one))
    assert shown == Difference("robot", "arm", "on its way", "measured 3.286 -1.564")
    assert differences(standing(None), standing(other)) == (shown,)
    assert differences(standing(one), standing(other)) == ()
    (on_zero,), (below) = (differences(standing(None), standing(AtMeasured((x,)))) for x in (1e-6, -1e-6))
    assert (on_zero.observed, below) == ("measured 0.000", (on_zero,))


def holding(where: str) -> RunState:
    return replace(NOTHING_YET, belief=replace(NOTHING_YET.belief, mounts=Map({"wide": where, "flat": "rack"})))


def test_a_tool_that_is_elsewhere_is_shown() -> None:
    assert differences(holding("g1"), holding("rack")) == (Difference("tool", "wide", "g1", "rack"),)
    assert differences(holding("g1"), holding("")) == (Difference("tool", "wide", "g1", "not known"),)
    assert differences(holding("g1"), holding("g1")) == ()


def test_a_robot_that_stands_elsewhere_is_shown() -> None:
    (shown,) = differences(standing(AtHome()), standing(AtMeasured((3.28, 0.0))))
    assert (shown.expected, shown.observed) == ("home", "measured 3.280 0.000")
    assert differences(standing(AtMeasured((3.28, 0.0))), standing(AtMeasured((3.29, 0.0)))) != ()
