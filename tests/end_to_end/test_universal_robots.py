"""Example 01 on drivers of real devices, from its text to a report: the robot is a UR's double, the gripper a Modbus gripper's.

Each driver runs in a process of its own, found by its entry point, and speaks over real sockets.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cellwright.robot_models import load_robot_model
from tests.doubles.gripper_2f import Gripper2F
from tests.doubles.modbus_server import ModbusServer
from tests.doubles.ur.controller import Controller
from tests.doubles.ur.served import Served
from tests.doubles.ur.wired import HOME
from tests.end_to_end.program import Program


@pytest.mark.slow
def test_a_first_move_with_a_ur_and_a_modbus_gripper(program: Program, examples: Path, tmp_path: Path) -> None:
    controller, gripper = Controller(load_robot_model("ur5e", Path(), None).expect(), HOME), Gripper2F()
    gripper.part = 150
    with Served(controller) as served, ModbusServer(gripper) as modbus:
        cell = (examples / "01_first_move" / "first_move.cell").read_text("utf-8")
        robot = f'  driver ur\n  address "{served.address}"\n'
        tool = f'  driver modbus_gripper\n  address "modbus://127.0.0.1:{modbus.port}?stroke=85"\n'
        cell = cell.replace("  driver sim\n", robot).replace("  holding signal gripper.holding\n", tool)
        (tmp_path / "first_move.cell").write_text(cell, "utf-8")
        intent = tmp_path / "first_move.intent"
        intent.write_text((examples / "01_first_move" / "first_move.intent").read_text("utf-8"), "utf-8")
        done = program.call("run", intent, "--yes")
    assert done.code == 0, done.everything
    assert "goals     1 of 1 met" in done.out
    assert "1 block in right" in done.out
    assert controller.errors == []
    assert len(controller.programs) == len(set(controller.programs)) == 6
    worst = np.abs(np.stack(controller.steps)) / (controller.model.velocity * controller.period)
    assert worst.max() <= 1.0
