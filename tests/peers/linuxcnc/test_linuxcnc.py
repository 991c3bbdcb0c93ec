"""The driver beside a real LinuxCNC, seen in the record that LinuxCNC keeps of itself: where it stood, a thousand times a
second."""

import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from cell.device import CommandChanged
from cell.driver_errors import Refusal, Refused
from cell.geometry import Array
from cell_drivers.linuxcnc.capabilities import STANDSTILL
from cell_drivers.linuxcnc.program import SAG, program_of
from cell_drivers.linuxcnc.shell import QUESTIONS, answer_of, reading_of
from tests.doubles.linuxcnc_arm import HOME, JOINTS, VELOCITY, arm_model, somewhere, way
from tests.doubles.linuxcnc_bench import Bench, beside_real
from tests.peers.linuxcnc.controller import PERIOD, Controller, Record, of

pytestmark = [pytest.mark.counterpart, pytest.mark.xdist_group("linuxcnc")]


def moved(record: Record) -> Record:
    """From the first row to the last in which anything moved."""
    rows = np.nonzero(record.moving)[0]
    assert len(rows), "nothing moved"
    keep = slice(rows[0], rows[-1] + 2)
    return Record(record.number[keep], record.q[keep], record.line[keep])


def beside_path(q: Array, track: Array) -> Array:
    """rad (N,) from each row of `q` to the polyline `track`."""
    found = np.full(len(q), np.inf)
    for a, b in pairwise(track):
        u = np.clip((q - a) @ (b - a) / max(float((b - a) @ (b - a)), 1e-24), 0.0, 1.0)
        found = np.minimum(found, np.linalg.norm(q - a - u[:, None] * (b - a), axis=1))
    return found


@pytest.mark.parametrize(("by", "duration", "bend"), [(0.8, 2.0, 0.1), (0.8, 1.0, 0.2), (0.05, 0.3, 0.0)])
def test_a_motion_is_carried_out_on_its_path_and_in_its_time(
    controller: Controller, bench: Bench, by: float, duration: float, bend: float
) -> None:
    mark, trajectory = controller.standing(), way(HOME, somewhere(by), duration, bend)
    status = bench.moved(f"{by} {duration}", trajectory)
    assert (status.state, status.why) == ("done", "")
    assert status.at == pytest.approx(1.0)
    record = moved(controller.settled(mark))
    limits = bench.robot._limits
    assert limits is not None
    track = program_of("x", trajectory, JOINTS, limits).track.q  # type: ignore[union-attr]
    assert np.allclose(record.q[-1], somewhere(by), atol=1e-6)
    assert beside_path(record.q[::5], track).max() <= SAG
    assert np.count_nonzero(record.moving) * PERIOD == pytest.approx(duration, abs=0.06)
    assert np.abs(np.diff(record.q, axis=0)).max() / PERIOD <= 1.01 * VELOCITY
    assert record.executions == 1


@pytest.mark.parametrize("kind", ["hold", "quick", "power"])
def test_a_stop_stands_still_on_the_path_within_the_declared_time(controller: Controller, bench: Bench, kind: str) -> None:
    mark, trajectory = controller.standing(), way(HOME, somewhere(0.8), 2.0, 0.1)
    bench.begun(f"stopped by {kind}", trajectory, s=0.3)
    paused = list[float]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bench.robot, "_pause", paused.append)
        bench.robot.stop(kind)  # type: ignore[arg-type]
    assert paused == [], "a stop waits for nothing"
    asked = controller.newest()  # it has gone out by now; how long we were kept from it is not the controller's time
    record = controller.at_rest(mark)
    status = bench.ended(f"stopped by {kind}")
    assert (record.number[np.nonzero(record.moving)[0][-1]] - asked) * PERIOD < STANDSTILL
    assert (status.state, status.why) == ("aborted", f"{kind} stop")
    assert status.at is not None
    assert 0.3 <= status.at < 1.0
    at = program_of("x", trajectory, JOINTS, bench.robot._limits).track  # type: ignore[arg-type,union-attr]
    assert beside_path(bench.q()[None, :], at.q)[0] <= SAG
    bench.until(lambda: bench.robot.state().mode == ("off" if kind == "power" else "idle"))


def test_what_the_controller_was_told_to_run_again_moves_nothing(controller: Controller, bench: Bench) -> None:
    bench.moved("once", way(HOME, HOME, 1.0, bend=0.1))
    mark = controller.standing()
    with controller.shell() as shell:
        shell.tell("set mode auto", "set run")
    assert not controller.settled(mark).moving.any()


def test_speed_scaling_holds_on_the_path_and_goes_on(controller: Controller, bench: Bench) -> None:
    bench.begun("slowly", way(HOME, somewhere(0.4), 1.0), s=0.1)
    bench.robot.scale_speed("still", 0.0)
    assert bench.ended("still").state == "done"
    bench.until(lambda: not bench.robot.state().qd.any())
    assert bench.robot.status("slowly").state == "running"
    bench.robot.scale_speed("full", 1.0)
    assert bench.ended("slowly").state == "done"
    assert np.allclose(bench.q(), somewhere(0.4), atol=1e-6)


def test_an_abort_at_the_controller_is_known(controller: Controller, bench: Bench) -> None:
    bench.begun("theirs to stop", way(HOME, somewhere(0.8), 1.5), s=0.2)
    with controller.shell() as shell:
        shell.tell("set abort")
    status = bench.ended("theirs to stop")
    assert (status.state, status.why) == ("aborted", "stopped at the controller")


def test_drives_that_go_off_are_known(controller: Controller, bench: Bench) -> None:
    bench.begun("without drives", way(HOME, somewhere(0.8), 1.5), s=0.2)
    with controller.shell() as shell:
        shell.tell("set estop on")
    status = bench.ended("without drives")
    assert status.state == "aborted"
    bench.until(lambda: bench.robot.state().protective == "emergency stop")
    assert bench.activated().state == "done"


def test_a_driver_that_is_closed_stops_nothing_and_knows_the_end_when_it_is_open_again(
    controller: Controller, bench: Bench
) -> None:
    mark = controller.standing()
    bench.begun("left alone", way(HOME, somewhere(0.8), 1.0), s=0.1)
    bench.robot.close()
    record = controller.at_rest(mark)
    bench.robot.open()
    assert bench.ended("left alone").state == "done"
    assert record.executions == 1
    assert np.abs(record.q[-1] - somewhere(0.8)).max() < 1e-6
    bench.poll()
    assert [e.status.state for e in bench.events if isinstance(e, CommandChanged)][-1] == "done"


# --- whom it may not drive ---


@pytest.mark.parametrize(
    ("unit", "is_homed", "joints", "order", "why"),
    [
        ("radian", True, 6, "XYZABC", "radians for degrees"),
        ("degree", False, 6, "XYZABC", "not all homed"),
        ("degree", True, 5, "XYZABC", "not all homed"),
        ("degree", True, 6, "YXZABC", "another order of joints"),
    ],
)
def test_another_controller_is_refused_before_anything_moves(
    unit: str, is_homed: bool, joints: int, order: str, why: str
) -> None:
    with Controller(arm_model(joints), HOME[:joints], unit=unit, is_homed=is_homed, order=order) as other:
        mark = other.mark()
        bench = beside_real(arm_model(), other.programs, other.port)
        bench.robot.open()
        status = bench.activated()
        assert status.state == "aborted"
        assert why in status.why
        with pytest.raises(Refused) as refusal:
            bench.robot.prepare("m", way(HOME, somewhere(0.1), 1.0))
        assert refusal.value.code is Refusal.NOT_ACTIVE
        assert not other.settled(mark).moving.any()
        bench.robot.close()


# --- the double, and the fixture itself ---


def test_the_double_answers_in_the_same_form(controller: Controller) -> None:
    """To all that is asked for a reading, and to what is refused."""
    with controller.shell() as shell:
        answers = [answer_of(question, shell.ask(question)) for question in QUESTIONS]
        assert len(reading_of(answers).joints) == 6
        assert answer_of("set mode bogus", shell.ask("set mode bogus")) is None
        assert answer_of("get bogus", shell.ask("get bogus")) is None


def test_nothing_is_left_behind_when_whoever_started_it_is_killed(tmp_path: Path) -> None:
    script = (
        "from tests.peers.linuxcnc.controller import *; from tests.doubles.linuxcnc_arm import *; import signal\n"
        "with Controller(arm_model(), HOME) as c: print(c.folder, flush=True); signal.pause()"
    )
    child = subprocess.Popen((sys.executable, "-c", script), stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    folder = child.stdout.readline().strip()
    assert folder
    assert of(folder)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    until = time.monotonic() + 5.0
    while of(folder):
        assert time.monotonic() < until, of(folder)
        time.sleep(0.02)  # the kernel ends them one after another
    shutil.rmtree(folder)
