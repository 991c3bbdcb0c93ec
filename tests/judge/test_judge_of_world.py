"""From the simulated world's record to a verdict: a block is moved by commands sent by hand, and judged by what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from cell.device import Trajectory
from cell.geometry import Array, frozen
from cell.model import CellModel
from cell.motion_plan import Phase, Segment
from cell.scenario import Disturbance, GripLost, MissingPart, Scenario, Stall
from cell_drivers.simulated import simulated_cell
from cellwright.robot_models import load_robot_model
from tests.judge.arm import arm_of
from tests.judge.bodies import tcp_frames
from tests.judge.from_world import recording_of
from tests.judge.judge import judge
from tests.judge.made import PICK, corners_of, listed, made_cell
from tests.judge.recording import AtPlace, Gone, InHand, Recording
from tests.judge.verdict import Verdict

HERE = Path(__file__).parent
WAY = ("left", "over left", "over right", "right", "over right")


@dataclass(slots=True)
class Bench:
    """A block, a ur5e and somebody who sends one command at a time."""

    spots: dict[str, Array]
    disturbances: tuple[Disturbance, ...] = ()
    cell: CellModel = field(init=False)
    record: Recording = field(init=False)

    def __post_init__(self) -> None:
        self.cell = made_cell(home=self.spots["over left"])
        model = load_robot_model("ur5e", HERE, None).value
        assert model is not None
        drivers = simulated_cell(self.cell, {"r1": model}, Scenario(0, self.disturbances))
        drivers.open()
        robot, gripper = drivers.motion["r1"], drivers.grippers["grip"]
        robot.activate("on")
        drivers.advance_to(1_000_000_000)
        for name, spot in zip(PICK, WAY, strict=True):
            robot.start(robot.prepare(name, _line(name, robot.state().q, self.spots[spot], model.chain.joint_names)))
            drivers.advance_to(drivers.now() + 4_000_000_000)
            if name == "down":
                gripper.grip("close", "a", None, 40.0)
            if name == "lower":
                gripper.release("open", "a")
            drivers.advance_to(drivers.now() + 1_000_000_000)
        self.record = recording_of(drivers.record(), self.cell)

    @property
    def verdict(self) -> Verdict:
        return judge(self.record, self.cell, HERE, listed())


def _line(motion: str, start: Array, end: Array, joints: tuple[str, ...]) -> Trajectory:
    """A straight line in joint space of length 1, in 3 s by four phases of constant jerk."""
    quarter = 0.75
    jerk = 0.5 / quarter**3
    phases = tuple(Phase(quarter, sign * jerk) for sign in (1.0, -1.0, -1.0, 1.0))
    return Trajectory(motion, joints, (Segment(frozen([start, end]), 1.0),), phases)


@pytest.fixture(scope="module")
def spots() -> dict[str, Array]:
    arm = arm_of(made_cell().robots["r1"], HERE)
    return corners_of(arm, tcp_frames(arm, made_cell())["grip.a"])


def test_reads_what_the_world_recorded(spots: dict[str, Array]) -> None:
    record = Bench(spots).record
    track = record.tracks["r1"]
    assert [run.command for run in track.runs] == list(PICK)
    assert [change.where for change in record.changes] == [AtPlace("left"), InHand("grip", "a"), AtPlace("right")]
    assert np.nanmax(track.progress) == pytest.approx(1.0, abs=1e-4)
    assert 0.0 < np.abs(track.readback - track.setpoint).max() < 0.01


def test_passes_a_block_moved_in_the_world(spots: dict[str, Array]) -> None:
    verdict = Bench(spots).verdict
    assert verdict.is_clean, verdict.text
    assert (verdict.motions, verdict.listed) == (5, 4)


def test_passes_a_robot_that_stalled_and_went_on(spots: dict[str, Array]) -> None:
    verdict = Bench(spots, (Stall("r1", 11.0, 0.7),)).verdict
    assert verdict.is_clean, verdict.text


def test_follows_a_part_that_fell(spots: dict[str, Array]) -> None:
    """It is in nobody's way any more, so nothing touches at the right fixture."""
    bench = Bench(spots, (GripLost("grip", 1, "on the way"),))
    assert isinstance(bench.record.changes[-1].where, Gone)
    assert bench.verdict.is_clean, bench.verdict.text
    assert bench.verdict.listed == 2


def test_knows_of_no_part_where_the_world_had_none(spots: dict[str, Array]) -> None:
    bench = Bench(spots, (MissingPart("left"),))
    assert bench.record.changes == ()
    assert bench.verdict.listed == 0


def test_refuses_in_the_world_what_the_plan_does_not_list(spots: dict[str, Array]) -> None:
    bench = Bench(spots)
    verdict = judge(bench.record, bench.cell, HERE, listed(without=PICK))
    assert {c.first for c in verdict.contacts} == {"r1 grip", "block#1 in grip.a"}
