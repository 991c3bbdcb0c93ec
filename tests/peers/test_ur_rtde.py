"""What our UR double says over RTDE is what was set, as ur_rtde reads it: a client of the same protocol that we did not write."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cellwright.robot_models import load_robot_model
from tests.doubles.ur.controller import PROTECTIVE, RUNNING, Controller
from tests.doubles.ur.served import Served
from tests.doubles.ur.wired import HOME
from tests.peers.counterpart import needs_module

pytestmark = pytest.mark.counterpart

HOST = "127.0.0.30"
"""ur_rtde knows no other port than 30004, so the double has an address of the loopback to itself."""
FIELDS = ["timestamp", "actual_q", "actual_qd", "target_q", "actual_TCP_pose", "joint_temperatures", "robot_mode", "safety_mode"]
FIELDS += ["runtime_state", "speed_scaling", "target_speed_fraction", "robot_status_bits", "safety_status_bits"]
FIELDS += [f"output_int_register_{n}" for n in range(36, 40)] + [f"output_double_register_{n}" for n in (36, 37)]


@pytest.fixture
def served() -> Iterator[Served]:
    needs_module("rtde_receive", "dev", before=(3, 13))
    controller = Controller(load_robot_model("ur5e", Path(), None).expect(), HOME)
    with Served(controller, HOST, (30004, 0, 0)) as serving:
        yield serving


def read(*fields: str) -> Any:
    command = [sys.executable, str(Path(__file__).with_name("read_ur_rtde.py")), HOST, ",".join(fields)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def test_ur_rtde_reads_what_was_set(served: Served) -> None:
    c = served.controller
    with served.lock:
        c.mode, c.safety, c.slider, c.limiter = RUNNING, PROTECTIVE, 0.75, 0.5
        c.q = c.target = HOME + np.arange(6) / 100.0
        c.out_int[36:40] = [-(2**31), 2**31 - 1, 2, 5]
        c.out_double[36:38] = [0.123456789, -1.5]
        flange = c.flange()
    said = read(*FIELDS)
    assert said["actual_q"] == pytest.approx(list(HOME + np.arange(6) / 100.0), abs=1e-12)
    assert said["target_q"] == said["actual_q"]
    assert said["actual_qd"] == pytest.approx([0.0] * 6, abs=1e-12)
    assert said["tcp"][:3] == pytest.approx(list(flange[:3, 3] + 0.14 * flange[:3, 2]), abs=1e-9)
    assert said["temperatures"] == [31.5] * 6
    assert said["modes"] == [RUNNING, PROTECTIVE, 1]
    assert said["stopped"] == [True, False]
    assert said["scaling"] == [0.5, 0.75]
    assert said["integers"] == [-(2**31), 2**31 - 1, 2, 5]
    assert said["doubles"] == [0.123456789, -1.5]


def test_ur_rtde_sees_time_go_on_by_whole_samples(served: Served) -> None:
    first, last = read(*FIELDS)["times"]
    assert last >= first + 0.1
    for time in (first, last):
        assert time / 0.008 == pytest.approx(round(time / 0.008), abs=1e-6)


def test_ur_rtde_finds_no_field_that_a_controller_does_not_have(served: Served) -> None:
    with pytest.raises(RuntimeError, match="no_such_field"):
        read(*FIELDS, "no_such_field")
