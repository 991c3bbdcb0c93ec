"""A LinuxCNC that is another one, or says what cannot be so, through the whole program: it ends or holds with the cause, and
nothing moves.

What the driver makes of each is tested in tests/cell_drivers/linuxcnc; here an integrator reads it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cellwright.robot_models import load_robot_model
from tests.doubles.linuxcnc_served import ServedLinuxcnc, WallTime
from tests.doubles.linuxcnc_shell import LinuxcncDouble
from tests.end_to_end.program import Finished, Program

pytestmark = pytest.mark.slow
HOME = tuple(np.radians([180.0, -110.0, 110.0, -90.0, -90.0, 0.0]))
WRITTEN = "linuxcnc://127.0.0.1:5007/tmp/cellwright"
DRIVER, HELD = 5, 4
Edit = Callable[[str], str | None]


def instead(begins: str, line: str) -> Edit:
    return lambda said: line if said.startswith(f"{begins} ") else said


def positions(change: Callable[[list[float]], list[float]]) -> Edit:
    def edited(said: str) -> str:
        subject, *values = said.split(" ")
        if subject not in ("JOINT_POS", "ABS_CMD_POS"):
            return said
        return " ".join((subject, *(f"{value:.6f}" for value in change([float(value) for value in values]))))

    return edited


LIES: dict[str, tuple[Edit, int, str]] = {
    "says nothing": (lambda said: None, DRIVER, "it accepts and says nothing"),
    "another shell": (
        lambda said: said.replace("EMCNETSVR 1.1", "EMCNETSVR 2.0"),
        DRIVER,
        "its shell is of version 2.0, not 1.1",
    ),
    "another program": (lambda said: "220 ProFTPD ready", DRIVER, "expected HELLO ACK"),
    "five joints": (positions(lambda q: q[:5]), DRIVER, "5 joints stand somewhere, 6 may be homed"),
    "no number": (instead("JOINT_POS", "JOINT_POS nan 0.0 0.0 0.0 0.0 0.0"), DRIVER, "no number: 'nan'"),
    "no word": (instead("MODE", "MODE MAYBE"), DRIVER, "expected MANUAL or AUTO or MDI, got 'MAYBE'"),
    "a time that stands": (instead("TIME", "TIME 17.000000"), DRIVER, "its time runs back or stands still"),
    "positions in radians": (positions(lambda q: list(np.radians(q))), HELD, "R721 arm: its joint 0 stands at 3.142 degrees"),
    "positions in another order": (positions(lambda q: [q[1], q[0], *q[2:]]), HELD, "R721 arm: its joint 0 stands at -110"),
}
OTHERS: dict[str, tuple[dict[str, object], str]] = {
    "version": ({"version": "2.7"}, "R721 arm: it is LinuxCNC 2.7; this driver knows 2.9"),
    "joints": ({"joints": 7}, "R721 arm: it has 7 joints, ur5e has 6"),
    "axes": ({"axes": (1, 0, 2, 3, 4, 5)}, "another order of joints, kinematics of its own, an offset, or another unit"),
    "ranges": ({"ini": {"[JOINT_0]MAX_LIMIT": 6.28, "[JOINT_0]MIN_LIMIT": -6.28}}, "radians for degrees"),
    "homed": ({"is_homed": False}, "R721 arm: its 6 joints are not all homed"),
}


@pytest.fixture
def double() -> LinuxcncDouble:
    return LinuxcncDouble(load_robot_model("ur5e", Path(), None).expect(), HOME, time=WallTime())


def run(double: LinuxcncDouble, program: Program, examples: Path) -> Finished:
    """Of example 10 on it; what holds is stopped."""
    folder = program.folder
    with ServedLinuxcnc(double) as served:
        for file in (examples / "10_linuxcnc").glob("on_linuxcnc.*"):
            address = f"linuxcnc://127.0.0.1:{served.port}{folder}/programs"
            (folder / file.name).write_text(file.read_text("utf-8").replace(WRITTEN, address), "utf-8")
        done = program.call("run", "on_linuxcnc.intent", "--yes", "--speed", "1")
        if done.code == HELD:
            assert program.call("ask", "stop").code == 0
    assert not done.has_traceback, done.everything
    return done


@pytest.mark.parametrize("lie", LIES)
def test_what_cannot_be_so_is_told_and_nothing_moves(lie: str, double: LinuxcncDouble, program: Program, examples: Path) -> None:
    double.edit, code, cause = LIES[lie]
    done = run(double, program, examples)
    assert (done.code, cause in done.out + done.err, double.starts) == (code, True, 0), done.everything


@pytest.mark.parametrize("other", OTHERS)
def test_another_controller_is_told_and_nothing_moves(
    other: str, double: LinuxcncDouble, program: Program, examples: Path
) -> None:
    changes, cause = OTHERS[other]
    for name, value in changes.items():
        setattr(double, name, value)
    done = run(double, program, examples)
    assert (done.code, cause in done.out, double.starts) == (HELD, True, 0), done.everything


def test_what_becomes_a_lie_in_mid_motion_holds_with_its_cause(double: LinuxcncDouble, program: Program, examples: Path) -> None:
    """The motion that it has begun is finished by itself, as the driver declares, and no other one is sent."""
    double.edit = lambda said: said if double.run is None or not said.startswith("TIME ") else "TIME 17.000000"
    done = run(double, program, examples)
    assert done.code == HELD, done.everything
    assert re.search(r"R740 arm: its time runs back or stands still: .* then 17\.000000 s", done.out), done.everything
    assert double.starts == 1
