"""The program of a trajectory: it keeps to the path, lasts as long, begins once and only from its start."""

import re

import numpy as np
import pytest

from cell.device import Trajectory
from cell.driver_errors import Refusal
from cell.geometry import frozen
from cell.trajectory import Law, Path, combined
from cell_drivers.linuxcnc.address import Address, address_of
from cell_drivers.linuxcnc.limits import Limits
from cell_drivers.linuxcnc.program import FINE, HEAD, SAG, Program, file_of, number_of, program_of, read_program
from tests.doubles.linuxcnc_arm import HOME, JOINTS, somewhere, way

LIMITS = Limits(*(frozen(np.full(6, value)) for value in (-6.2, 6.2, np.pi, np.radians(10_000.0))))
BENT = way(HOME, somewhere(0.4), 1.0, bend=0.2)


def written(trajectory: Trajectory = BENT, limits: Limits = LIMITS, command: str = "run/1") -> Program:
    program = program_of(command, trajectory, JOINTS, limits)
    assert isinstance(program, Program), program
    return program


def moves(program: Program) -> tuple[np.ndarray, np.ndarray]:
    """Knots (N, 6) in rad and times (N,) in s, as the text says."""
    rows = [line for line in program.text.splitlines() if line.startswith("G1 ")]
    words = [{word[0]: float(word[1:]) for word in row.partition(" (")[0].split()[1:]} for row in rows]
    return np.radians([[word[axis] for axis in "XYZABC"] for word in words]), np.array([60.0 / word["F"] for word in words])


def test_the_moves_last_as_long_as_the_trajectory_and_end_where_it_does() -> None:
    knots, times = moves(written())
    assert times.sum() == pytest.approx(1.0, abs=1e-5)
    assert np.allclose(knots[-1], somewhere(0.4), atol=1e-7)


def test_each_move_ends_on_the_path_at_its_time() -> None:
    knots, times = moves(written())
    there = combined(Path.of(BENT.segments), Law.of(BENT.phases), np.cumsum(times)).q
    assert np.abs(there - knots).max() < 1e-5


def test_a_piece_lasts_as_long_as_blending_needs() -> None:
    for acceleration in (10_000.0, 4_000.0, 2_000.0):
        limits = Limits(LIMITS.low, LIMITS.high, LIMITS.velocity, frozen(np.full(6, np.radians(acceleration))))
        knots, times = moves(written(way(HOME, somewhere(0.4), 1.0), limits))
        fastest = np.abs(np.diff(knots, axis=0)).max() / times[0]
        assert times[0] >= 2.0 * fastest / np.radians(acceleration)


def test_the_sag_is_what_the_pieces_leave_the_path_by() -> None:
    lazy = Limits(LIMITS.low, LIMITS.high, LIMITS.velocity, frozen(np.full(6, np.radians(8_000.0))))
    program = written(limits=lazy)
    knots, times = moves(program)
    knots = np.vstack([program.track.q[0], knots])
    t = np.linspace(0.0, 1.0, 4001)
    q = combined(Path.of(BENT.segments), Law.of(BENT.phases), t).q
    k = np.minimum((t / times[0]).astype(int), len(knots) - 2)
    chord = knots[k + 1] - knots[k]
    along = np.einsum("mn,mn->m", q - knots[k], chord) / np.einsum("mn,mn->m", chord, chord)
    apart = np.linalg.norm(q - knots[k] - along[:, None] * chord, axis=1).max()
    assert 0.0 < apart <= SAG
    assert program.sag == pytest.approx(apart, rel=0.05)


def test_pieces_that_leave_the_path_too_far_are_refused() -> None:
    lazy = Limits(LIMITS.low, LIMITS.high, LIMITS.velocity, frozen(np.full(6, np.radians(600.0))))
    finding = program_of("run/1", BENT, JOINTS, lazy)
    assert not isinstance(finding, Program)
    assert finding[0] is Refusal.ACCELERATION_LIMIT


def test_its_first_move_stands_behind_the_head() -> None:
    lines = written().text.splitlines()
    assert [line.startswith("G1 ") for line in lines[: HEAD + 1]] == [False] * HEAD + [True]


def test_it_refuses_a_second_time_and_another_start_before_it_writes_its_number() -> None:
    program = written()
    lines = program.text.splitlines()
    guards, number = [k for k, line in enumerate(lines) if line == "M2"], lines.index(f"#4001={program.number}")
    assert lines[guards[0] - 1] == f"o1 if [#4001 EQ {program.number}]"
    assert guards[1] < number < HEAD
    assert [float(value) for value in re.findall(r"-\[([-0-9.]+)\]", lines[guards[1] - 1])] == pytest.approx(
        np.degrees(HOME), abs=1e-6
    )
    assert lines[-4:] == ["M66 P0 L0", f"#4002={program.number}", "G94", "M2"]


def test_numbers_and_files_differ_where_commands_do_and_no_command_escapes_its_folder() -> None:
    names = [f"run-{k}/../start motion (x)/{k}" for k in range(2000)]
    assert len({number_of(name) for name in names}) == len({file_of(name) for name in names}) == 2000
    assert all(re.fullmatch(r"[A-Za-z0-9_]+-\d+\.ngc", file_of(name)) for name in names)
    assert "(" not in written(command="a ) (b\nM30").text.splitlines()[0][1:]


def test_the_path_parameter_is_found_with_and_without_the_line() -> None:
    track = written().track
    for k in range(3, len(track.q) - 3, 17):
        middle = 0.5 * (track.q[k] + track.q[k + 1])
        for line in (None, HEAD + 1 + k // FINE, 0):
            assert track.s[k] <= track.parameter(middle, line) <= track.s[k + 1]


def test_where_a_path_crosses_itself_the_line_tells_which_way_it_is() -> None:
    track = written(way(HOME, HOME, 1.0, bend=0.2)).track
    k = len(track.q) // 8
    there, back = track.parameter(track.q[k], HEAD + 1 + k // FINE), track.s[-1] - track.s[k]
    assert there == pytest.approx(track.s[k], abs=1e-6)
    assert back > there


def test_a_line_that_is_far_from_where_it_stands_is_not_believed() -> None:
    track = written().track
    last = HEAD + 1 + (len(track.q) - 1) // FINE
    for k in range(3, len(track.q) // 2, 17):
        assert track.parameter(track.q[k], last) == pytest.approx(track.s[k], abs=1e-6)


def test_of_two_visits_the_first_is_taken_and_none_that_there_was_no_time_for() -> None:
    track = written(way(HOME, HOME, 1.0, bend=0.2)).track
    k = len(track.q) // 8
    last = HEAD + 1 + (len(track.q) - 1) // FINE
    assert track.parameter(track.q[k], None) == pytest.approx(track.s[k], abs=1e-6)
    assert track.parameter(track.q[0], last) == pytest.approx(1.0), "it ends where it begins"
    assert track.parameter(track.q[0], last, 0.1) == pytest.approx(0.0)


def test_a_program_that_is_read_again_tells_the_same_places() -> None:
    program = written()
    again = read_program(program.text, program.file)
    assert again.number == program.number
    assert again.duration == pytest.approx(program.duration)
    for k in range(5, len(program.track.q), 71):
        assert again.track.parameter(program.track.q[k], None) == pytest.approx(program.track.s[k], abs=2e-3)
    with pytest.raises(ValueError, match="no program of this driver"):
        read_program("G0 X1\nM2\n", "theirs.ngc")


# --- the address ---


def test_an_address_is_read() -> None:
    assert address_of("linuxcnc://10.0.0.7:5008/srv/programs/") == Address("10.0.0.7", 5008, "/srv/programs")
    assert address_of("linuxcnc://cnc/nc").port == 5007


@pytest.mark.parametrize(
    "text", ["linuxcnc://", "linuxcnc://host", "ur://host/nc", "linuxcnc://host/nc?x=1", "5007", "linuxcnc://h:x/nc"]
)
def test_another_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        address_of(text)
