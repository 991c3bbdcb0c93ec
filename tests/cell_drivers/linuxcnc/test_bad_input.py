"""What is not as it should be is refused with its cause before anything moves, or ends the link."""

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cell.device import LinkChanged, Process, Trajectory
from cell.driver_errors import LinkLost, Refusal, Refused, Stale
from cell.geometry import frozen
from cell.motion_plan import Phase
from tests.doubles.linuxcnc_arm import HOME, JOINTS, somewhere, way
from tests.doubles.linuxcnc_bench import Bench, beside
from tests.doubles.linuxcnc_shell import LinuxcncDouble


def opened(double: LinuxcncDouble, folder: Path) -> Bench:
    bench = beside(double, folder)
    bench.robot.open()
    return bench


def refused_at_activation(double: LinuxcncDouble, folder: Path) -> str:
    bench = opened(double, folder)
    status = bench.activated()
    assert status.state == "aborted"
    with pytest.raises(Refused) as refusal:
        bench.robot.prepare("m", way(HOME, somewhere(0.1), 1.0))
    assert refusal.value.code is Refusal.NOT_ACTIVE
    assert double.starts == 0
    return status.why


def test_a_port_where_nobody_listens_is_told(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.is_reachable = False
    with pytest.raises(LinkLost, match="nobody listens"):
        opened(double, tmp_path)


def test_a_port_that_accepts_and_says_nothing_is_told(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.edit = lambda line: None
    with pytest.raises(LinkLost, match="accepts and says nothing"):
        opened(double, tmp_path)


def test_one_reading_is_no_link_yet(double: LinuxcncDouble, tmp_path: Path) -> None:
    """Whether its time runs on, the second one tells."""
    times = list[str]()

    def edited(line: str) -> str | None:
        if line.startswith("HELLO"):
            times.clear()
        times.extend([line] if line.startswith("TIME ") else [])
        return line if len(times) < 2 else None

    double.edit = edited
    with pytest.raises(LinkLost, match="does not answer 'get time'"):
        opened(double, tmp_path)


def test_another_program_behind_the_port_is_told(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.edit = lambda line: "220 ProFTPD ready"
    with pytest.raises(LinkLost, match="expected HELLO ACK"):
        opened(double, tmp_path)


def test_another_password_is_told(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.edit = lambda line: "HELLO NAK" if line.startswith("HELLO") else line
    with pytest.raises(LinkLost, match="another password"):
        opened(double, tmp_path)


def test_another_version_of_the_shell_is_told(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.shell_version = "2.0"
    with pytest.raises(LinkLost, match=r"of version 2\.0, not 1\.1"):
        opened(double, tmp_path)


def test_another_version_of_the_controller_is_refused(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.version = "2.7"
    assert "LinuxCNC 2.7" in refused_at_activation(double, tmp_path)


def test_another_number_of_joints_is_refused(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.joints = 7
    assert "it has 7 joints, arm has 6" in refused_at_activation(double, tmp_path)


def test_another_robot_is_refused_by_its_ranges(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.ini["[JOINT_2]MAX_LIMIT"] = double.ini["[AXIS_Z]MAX_LIMIT"] = 350.0
    assert "another robot, or another order of joints" in refused_at_activation(double, tmp_path)


def test_joints_in_another_order_are_refused_by_their_ranges(double: LinuxcncDouble, tmp_path: Path) -> None:
    for k, reach in enumerate((3.0, 6.0, 6.2)):
        for section in (f"JOINT_{k}", f"AXIS_{'XYZ'[k]}"):
            double.ini |= {f"[{section}]MIN_LIMIT": -np.degrees(reach), f"[{section}]MAX_LIMIT": np.degrees(reach)}
    assert "another order of joints" in refused_at_activation(double, tmp_path)


def test_joints_in_another_order_than_its_axes_are_refused_by_where_they_stand(double: LinuxcncDouble, tmp_path: Path) -> None:
    """What its ini file tells is the same for both: a motion would have been proved for other joints."""
    double.axes = (1, 0, 2, 3, 4, 5)
    told = refused_at_activation(double, tmp_path)
    assert "its joint 0 stands at 28.65 degrees and its axis X at -85.94: another order of joints" in told


def test_an_offset_of_its_coordinates_is_refused(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.offset = 0.2
    assert "an offset" in refused_at_activation(double, tmp_path)
    double.offset = 0.05
    assert opened(double, tmp_path).activated().state == "done"


@pytest.mark.parametrize("told", ["positions", "joints"])
def test_positions_in_radians_are_refused(told: str, double: LinuxcncDouble, tmp_path: Path) -> None:
    words = ("JOINT_POS ", "ABS_CMD_POS ") if told == "positions" else ("JOINT_POS ",)

    def edited(line: str) -> str:
        if not line.startswith(words):
            return line
        subject, *values = line.split()
        return " ".join((subject, *(f"{np.radians(float(value)):.6f}" for value in values)))

    double.edit = edited
    assert "another unit" in refused_at_activation(double, tmp_path)


def test_radians_for_degrees_are_refused(double: LinuxcncDouble, tmp_path: Path) -> None:
    for section in ("JOINT_0", "AXIS_X"):
        double.ini |= {f"[{section}]MIN_LIMIT": -6.2, f"[{section}]MAX_LIMIT": 6.2}
    assert "radians for degrees" in refused_at_activation(double, tmp_path)


def test_a_robot_that_is_not_homed_is_refused(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.is_homed = False
    assert "not all homed" in refused_at_activation(double, tmp_path)


def test_a_limit_that_the_ini_file_lacks_is_named(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.ini["[JOINT_3]MAX_ACCELERATION"] = math.nan
    assert "[JOINT_3]MAX_ACCELERATION" in refused_at_activation(double, tmp_path)


def test_drives_that_do_not_come_on_are_told(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.edit = lambda line: line.replace("MACHINE ON", "MACHINE OFF")
    assert refused_at_activation(double, tmp_path)


# --- trajectories ---


def bent(**changes: object) -> Trajectory:
    return replace(way(HOME, somewhere(0.4), 1.0), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("trajectory", "code"),
    [
        (way(somewhere(0.01), somewhere(0.4), 1.0), Refusal.START_DIFFERS),
        (bent(joints=("a", *JOINTS[1:])), Refusal.JOINTS),
        (way(HOME, somewhere(0.4), 0.1), Refusal.VELOCITY_LIMIT),
        (way(HOME, [*HOME[:2], 3.2, *HOME[3:]], 5.0), Refusal.POSITION_LIMIT),
        (bent(process=Process("tool", "glue", "left", "edge", 0.1, 0.2)), Refusal.NOT_OFFERED),
        (bent(phases=()), Refusal.TIMES),
        (bent(phases=(Phase(math.nan, 1.0),)), Refusal.NOT_FINITE),
    ],
)
def test_prepare_refuses(bench: Bench, double: LinuxcncDouble, trajectory: Trajectory, code: Refusal) -> None:
    with pytest.raises(Refused) as refusal:
        bench.robot.prepare("m", trajectory)
    assert refusal.value.code is code
    assert bench.robot.status("m").state == "not seen"
    assert double.starts == 0
    assert bench.moved("m", way(HOME, somewhere(0.4), 1.0)).state == "done"  # the id is free


def test_joints_are_matched_by_name(bench: Bench) -> None:
    there = way(HOME, somewhere(0.4), 1.0)
    turned = replace(
        there,
        joints=JOINTS[::-1],
        segments=tuple(replace(segment, control=frozen(segment.control[:, ::-1])) for segment in there.segments),
    )
    assert bench.moved("m", turned).state == "done"
    assert np.allclose(bench.q(), somewhere(0.4), atol=1e-6)


def test_what_the_controllers_own_ini_file_does_not_allow_is_refused(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.ini |= {"[JOINT_1]MAX_VELOCITY": 10.0, "[AXIS_X]MAX_LIMIT": 40.0}
    bench = opened(double, tmp_path)
    assert bench.activated().state == "done"
    with pytest.raises(Refused, match=r"needs .* times MAX_VELOCITY") as fast:
        bench.robot.prepare("m", way(HOME, somewhere(0.15), 0.5))
    with pytest.raises(Refused, match="joint_0 leaves the range") as far:
        bench.robot.prepare("m", way(HOME, somewhere(0.4), 8.0))
    assert (fast.value.code, far.value.code) == (Refusal.VELOCITY_LIMIT, Refusal.POSITION_LIMIT)


def test_a_controller_too_lazy_for_the_path_is_refused(double: LinuxcncDouble, tmp_path: Path) -> None:
    double.ini |= {f"[JOINT_{k}]MAX_ACCELERATION": 300.0 for k in range(6)}
    bench = opened(double, tmp_path)
    bench.activated()
    with pytest.raises(Refused, match="leave the path by"):
        bench.robot.prepare("m", way(HOME, somewhere(0.4), 1.0, bend=0.3))


def test_a_folder_that_cannot_be_written_is_told(double: LinuxcncDouble, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    bench = opened(double, tmp_path / "file" / "programs")
    bench.activated()
    with pytest.raises(Refused, match="the folder for programs"):
        bench.robot.prepare("m", way(HOME, somewhere(0.4), 1.0))


# --- states ---


@pytest.mark.parametrize(
    ("begins", "instead", "why"),
    [
        ("JOINT_POS", "JOINT_POS nan 0.000000 0.000000 0.000000 0.000000 0.000000", "no number: 'nan'"),
        ("JOINT_POS", "JOINT_POS 1.0 0.000000 0.000000 0.000000 0.000000 0.000000", "no number: '1.0'"),
        ("JOINT_POS", "JOINT_POS 88.647890 -85.943669 85.943669 -57.295780 -68.754935 11.459156", "joint 0 jumps"),
        ("TIME", "TIME 17.000000", "its time runs back"),
        ("PROGRAM_STATUS", "MODE AUTO", "expected PROGRAM_STATUS"),
        ("JOINT_HOMED", "JOINT_HOMED YES YES", "2 may be homed"),
        ("MODE", "MODE MAYBE", "expected MANUAL or AUTO or MDI"),
    ],
)
def test_a_state_that_cannot_be_so_ends_the_link(
    bench: Bench, double: LinuxcncDouble, begins: str, instead: str, why: str
) -> None:
    before = bench.q()
    double.edit = lambda line: instead if line.startswith(f"{begins} ") else line
    double.is_reachable = False
    bench.until(lambda: any(isinstance(event, LinkChanged) for event in bench.events))
    seen = bench.robot.state()
    assert why in str(bench.robot._news.faults["link"])
    assert [why in event.why for event in bench.events if isinstance(event, LinkChanged)] == [True], "a run holds with it"
    assert seen.faults == ("link",)
    assert np.array_equal(seen.q, before)


def test_a_line_without_an_end_ends_the_link(bench: Bench, double: LinuxcncDouble) -> None:
    double.edit = lambda line: "x" * 5000
    bench.until(lambda: any(isinstance(event, LinkChanged) for event in bench.events))
    assert "longer than 4096" in bench.robot._news.faults["link"]


def test_a_state_that_was_long_on_its_way_is_as_old_as_it_is(bench: Bench, double: LinuxcncDouble) -> None:
    double.edit = lambda line: f"TIME {float(line.split()[1]) - 0.3:.6f}" if line.startswith("TIME") else line
    bench.wait(0.4)
    bench.poll()
    bench.poll()
    age = (bench.clock() - bench.robot.state().received) / 1e9
    assert age == pytest.approx(0.3, abs=0.02)


# --- nobody looked ---


@pytest.mark.parametrize("piece", [65536, 40], ids=["whole", "in pieces"])
def test_an_answer_that_lay_here_while_nobody_looked_is_old_and_ends_no_link(
    bench: Bench, double: LinuxcncDouble, piece: int
) -> None:
    bench.poll()
    double.piece = piece
    bench.wait(3.0)
    bench.until(lambda: bench.clock() - bench.robot.state().received < 0.1 * 1e9)
    assert not any(isinstance(event, LinkChanged) for event in bench.events)


def test_whoever_is_kept_from_looking_in_the_middle_of_a_look_has_not_waited(bench: Bench, double: LinuxcncDouble) -> None:
    for _ in range(20):
        bench.poll()
        double.stall = 3.0
        bench.poll()
    bench.until(lambda: bench.clock() - bench.robot.state().received < 0.1 * 1e9)
    assert not any(isinstance(event, LinkChanged) for event in bench.events)


def test_a_reading_that_comes_line_by_line_to_whoever_looks_seldom_is_old_and_ends_no_link(
    bench: Bench, double: LinuxcncDouble
) -> None:
    """The shell sends a line when the one before was taken: thirteen looks a reading, and none of them is its fault."""
    bench.poll()
    double.piece, age = 15, 0.0
    before = bench.robot.state().seq
    for _ in range(60):
        bench.wait(0.05)
        bench.poll()
        age = max(age, (bench.clock() - bench.robot.state().received) / 1e9)
    assert not any(isinstance(event, LinkChanged) for event in bench.events)
    assert bench.robot.state().seq > before + 2
    assert 0.5 < age < 2.0, "it is not told as new"


def test_a_reading_that_takes_longer_than_any_state_may_be_old_ends_the_link(bench: Bench, double: LinuxcncDouble) -> None:
    bench.poll()
    double.piece, began = 12, bench.clock()
    while not any(isinstance(event, LinkChanged) for event in bench.events):
        assert bench.clock() - began < 1.5e9
        bench.wait(0.05)
        bench.poll()
    assert "does not answer" in bench.robot._news.faults["link"]


def test_a_motion_that_is_asked_for_after_that_begins_from_a_new_state(bench: Bench) -> None:
    bench.poll()
    bench.wait(3.0)
    prepared = bench.robot.prepare("m", way(HOME, somewhere(0.4), 1.0))
    assert bench.clock() - bench.robot.state().received < 0.1 * 1e9
    bench.wait(3.0)
    bench.robot.start(prepared)
    assert bench.ended("m").state == "done"


def test_whoever_says_nothing_gets_nothing_and_is_lost_though_nobody_looked(bench: Bench, double: LinuxcncDouble) -> None:
    there = way(HOME, somewhere(0.4), 1.0)
    prepared = bench.robot.prepare("m", there)
    double.edit = lambda line: None
    bench.wait(3.0)
    calls = (lambda: bench.robot.prepare("n", there), lambda: bench.robot.start(prepared), lambda: bench.robot.deactivate("off"))
    said = len(double.requests)
    for call in calls:
        with pytest.raises((Stale, LinkLost)):
            call()
    assert not any(request.startswith("set") for request in double.requests[said:])
    began = bench.clock()
    bench.until(lambda: any(isinstance(event, LinkChanged) for event in bench.events))
    assert bench.clock() - began < 0.6e9
    assert re.search(r"does not answer 'get time' of 0\.5\d s ago", bench.robot._news.faults["link"])


def test_a_state_that_was_asked_for_is_waited_for_as_long_as_somebody_looks(bench: Bench, double: LinuxcncDouble) -> None:
    double.edit = lambda line: line.replace("FEED_OVERRIDE 50", "FEED_OVERRIDE 100")
    bench.robot.scale_speed("half", 0.5)
    for _ in range(4):
        bench.wait(3.0)
        bench.poll()
    assert not bench.robot.status("half").is_final
    double.edit = lambda line: line
    assert bench.ended("half").state == "done"
    double.edit = lambda line: line.replace("FEED_OVERRIDE 20", "FEED_OVERRIDE 50")
    bench.robot.scale_speed("less", 0.2)
    assert "does not go to 20 %" in bench.ended("less").why
