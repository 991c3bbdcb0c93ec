"""Jogging: one robot, one way along one axis, at a manual reduced speed, for as long as somebody holds a key.

Values only: controller/jogging.py says when, planner/jog.py which way, planner/proof/jog.py that it may be gone. Supervisory: no
enabling device is read here, and none is replaced.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, Literal

from cell.dataclass import dataclass
from cell.device import LinkLoss
from cell.motion_plan import MotionPlan
from cell.ordered import Ordered
from cell.steps import AtMeasured, Because, Fact, MotionNeed, Move, Step, stance_name
from cell.task_plan import Bounds, TaskPlan

FASTEST: Final = 0.25
"""m/s of any point of links, tool and load: the manual reduced speed of ISO 10218-1."""
SLOWEST: Final = 0.001  # m/s
LEASE: Final = 0.25
"""s for which one press of a key holds: a terminal sees no key go up, only that no more of it comes."""
LONGEST: Final = 4.0
"""s that a way lasts at most. It is proved to its end before any of it is gone, so a controller that dies in the middle leaves a
robot that comes to rest within it."""
ALONE: Final = 0.1
"""m that no point of links, tool and load goes further on a way of a robot that goes on when its link is lost: so much is left
where whoever holds the key can no longer stop it."""
OUT_OF_CONTACT: Final = 0.05  # m/s of any point, where the robot stands in a contact
AXES: Final = ("x", "y", "z", "rx", "ry", "rz")
RULE: Final = "it is jogged"

Mode = Literal["Production", "Manual"]
"""The modes of ANSI/ISA-TR88.00.02 (PackML) that there are here."""
Frame = Literal["joint", "base", "tool"]


@dataclass(frozen=True, slots=True)
class Jog(Ordered):
    """`robot` along `axis`: the number of a joint from 1 on in the frame "joint"; else one of AXES, of its base or of the tool at
    its flange (the first TCP), r for a turn about it. `speed` in m/s: no point of links, tool and load is faster."""

    robot: str
    frame: Frame
    axis: str
    is_forward: bool
    speed: float

    @property
    def text(self) -> str:
        where = f"joint {self.axis}" if self.frame == "joint" else f"{self.axis} of the {self.frame}"
        return f"{self.robot} {'+' if self.is_forward else '-'} {where}"

    @property
    def sign(self) -> float:
        return 1.0 if self.is_forward else -1.0

    @property
    def joint(self) -> int | None:
        """Its number from 0 on; None where it is no joint that is jogged."""
        return int(self.axis) - 1 if self.frame == "joint" and self.axis.isdecimal() and self.axis.isascii() else None


@dataclass(frozen=True, slots=True)
class WantedJog(Ordered):
    """What a way is asked for. `avoid`: zones that it must not enter now. `lasts`: s, at most."""

    jog: Jog
    avoid: tuple[str, ...] = ()
    lasts: float = LONGEST


def lasts(jog: Jog, on_link_loss: LinkLoss | None) -> float:
    """s that a way may last. None: a run of before, which did not say what its robots' drivers declare."""
    return min(LONGEST, ALONE / jog.speed) if on_link_loss == "finishes its buffer" else LONGEST


def objection(jog: Jog, joints: Mapping[str, int]) -> str | None:
    """What is wrong with it by itself; None for nothing. `joints`: how many each robot has, as far as is known."""
    if jog.robot not in joints:
        return f"there is no robot {jog.robot!r:.80}"
    if not (math.isfinite(jog.speed) and jog.speed <= FASTEST):
        return f"{1e3 * jog.speed:g} mm/s is asked for, and {1e3 * FASTEST:g} mm/s is the most in manual mode"
    if jog.speed < SLOWEST:
        return f"{1e3 * jog.speed:g} mm/s is asked for, and {1e3 * SLOWEST:g} mm/s is the least"
    if jog.frame != "joint":
        return None if jog.axis in AXES else f"{jog.axis!r:.20} is no axis: there are {', '.join(AXES)}"
    most = joints[jog.robot]
    is_one = jog.joint is not None and len(jog.axis) < 4 and jog.joint >= 0 and (most == 0 or jog.joint < most)
    return None if is_one else f"{jog.robot} has no joint {jog.axis!r:.20}"


# --- the way, as a plan of one motion ----------------------------------------------------------------------------------


def jog_plan(need: MotionNeed, because: Because, duration: float, seed: int) -> TaskPlan:
    """The whole of it, but for the motion. It serves no goal and follows no other plan. Who proves it makes it again."""
    at, then = (Fact("stands", (need.robot, stance_name(stance))) for stance in (need.start, need.end))
    step = Step("s1", "", Move(need), need.robot, None, (), (at,), (then,), (at,), (), 0.0, duration, None, None, because)
    return TaskPlan((), (), (step,), {}, (), Bounds(duration, duration, 0.0, need.robot, None, None), (), (), seed)


def jog_of(plan: MotionPlan) -> MotionNeed | None:
    """The motion's need where the plan is the way of a jog: it begins and ends where a robot is measured, as no other does."""
    tasks = plan.tasks
    if tasks.operations or len(tasks.steps) != 1 or not isinstance(tasks.steps[0].action, Move):
        return None
    need = tasks.steps[0].action.need
    return need if isinstance(need.start, AtMeasured) and isinstance(need.end, AtMeasured) else None


def ends_because(plan: MotionPlan) -> str:
    """Why it goes no further; "" where it only ends."""
    return plan.tasks.steps[0].because.rule.removeprefix(RULE).removeprefix(": ")
