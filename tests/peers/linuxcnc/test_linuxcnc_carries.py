"""Example 10 as it stands: LinuxCNC moves the arm, the gripper and the block are simulated, and the world's record says that the
arm that we did not move ourselves has truly carried the block."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cell.world_record import Effect, Violation
from cell_drivers.simulated.record_file import read_record
from cellwright.robot_models import load_robot_model
from tests.end_to_end.program import Program
from tests.peers.linuxcnc.controller import Controller

pytestmark = [pytest.mark.counterpart, pytest.mark.xdist_group("linuxcnc")]
ROOT = Path(__file__).parents[3]
HOME = tuple(np.radians([180.0, -110.0, 110.0, -90.0, -90.0, 0.0]))
ADDRESS = "linuxcnc://127.0.0.1:5007/tmp/cellwright"


def test_a_simulated_gripper_carries_the_block_on_the_arm_of_linuxcnc(tmp_path: Path) -> None:
    program = Program(ROOT, tmp_path / "cache", tmp_path / "state", tmp_path)
    with Controller(load_robot_model("ur5e", Path(), None).expect(), HOME) as controller:
        for file in (ROOT / "examples" / "10_linuxcnc").glob("on_linuxcnc.*"):
            (tmp_path / file.name).write_text(file.read_text("utf-8").replace(ADDRESS, controller.address), "utf-8")
        done = program.call("run", "on_linuxcnc.intent", "--yes", "--speed", "1")
    assert done.code == 0, done.everything
    assert "1 block in right" in done.out
    (record,) = (tmp_path / "state" / "worlds").glob("*.jsonl")
    happened = list(read_record(record))
    of_gripper = [(one.what, one.detail) for one in happened if isinstance(one, Effect) and one.device == "gripper"]
    assert of_gripper == [("gripped", "gripper.a"), ("released", "right")]
    ways = [one.command for one in happened if isinstance(one, Effect) and (one.device, one.what) == ("arm", "motion ended")]
    assert len(set(ways)) == len(ways) == 6
    assert [one for one in happened if isinstance(one, Violation)] == []
