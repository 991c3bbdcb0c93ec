"""A motion on LinuxCNC's double: carried out once, followed, stopped, and its fate known after whatever happens to the link."""

from pathlib import Path as FilePath

import numpy as np
import pytest

from cell.device import CommandChanged, FaultCleared, FaultRaised, LinkChanged, SpeedScaled
from cell.driver_errors import LinkLost, Refusal, Refused
from cell.trajectory import Path
from cell_drivers.linuxcnc.session import Session
from tests.doubles.linuxcnc_arm import HOME, somewhere, way
from tests.doubles.linuxcnc_bench import Bench, beside
from tests.doubles.linuxcnc_shell import DoubleLink, LinuxcncDouble


def told(bench: Bench, command: str) -> list[str]:
    return [event.status.state for event in bench.events if isinstance(event, CommandChanged) and event.command == command]


def test_a_motion_ends_where_it_leads_and_tells_its_life(bench: Bench) -> None:
    status = bench.moved("m", way(HOME, somewhere(0.4), 1.0, bend=0.1))
    assert (status.state, status.at) == ("done", 1.0)
    assert np.allclose(bench.q(), somewhere(0.4), atol=1e-6)
    assert told(bench, "m") == ["queued", "running", "done"]


def test_whoever_hears_of_its_end_finds_the_robot_at_rest_and_without_a_command(bench: Bench) -> None:
    bench.robot.start(bench.robot.prepare("m", way(HOME, somewhere(0.4), 1.0)))
    while not any(isinstance(event, CommandChanged) and event.status.is_final for event in bench.poll()):
        assert bench.robot.status("m").state != "aborted"
    seen = bench.robot.state()
    assert seen.command is None
    assert np.abs(seen.qd).max() <= 1e-4


def test_what_is_read_back_is_whole_and_runs_from_start_to_end(bench: Bench) -> None:
    bench.moved("m", way(HOME, somewhere(0.4), 1.0))
    blocks = [block for block in bench.robot.readback() if block.command == "m"]
    s = np.concatenate([block.s for block in blocks])
    assert len(blocks) == 1
    assert len(s) > 50
    assert np.all(np.diff(s) >= 0.0)
    assert s[0] < 0.01
    assert s[-1] == pytest.approx(1.0, abs=1e-3)


def test_the_path_parameter_is_that_of_the_nearest_point(bench: Bench) -> None:
    bench.begun("m", way(HOME, somewhere(0.4), 1.0, bend=0.2), s=0.5)
    seen = bench.robot.state()
    path = Path.of(way(HOME, somewhere(0.4), 1.0, bend=0.2).segments)
    assert seen.s is not None
    assert np.abs(path.at(seen.s).q[0] - seen.q).max() < 3e-3


@pytest.mark.parametrize("kind", ["hold", "quick", "power"])
def test_a_stop_ends_it_on_the_path(bench: Bench, double: LinuxcncDouble, kind: str) -> None:
    bench.begun("m", way(HOME, somewhere(0.4), 1.0), s=0.3)
    bench.robot.stop(kind)  # type: ignore[arg-type]
    status = bench.ended("m")
    assert (status.state, status.why) == ("aborted", f"{kind} stop")
    assert status.at is not None
    assert 0.3 <= status.at < 0.6
    bench.until(lambda: double.is_on is (kind != "power"))
    assert bench.robot.state().mode == ("off" if kind == "power" else "idle")


@pytest.mark.parametrize("end", [somewhere(0.4), HOME], ids=["there", "there and back"])
def test_a_controller_that_tells_how_far_it_has_read_is_not_taken_to_be_there(
    bench: Bench, double: LinuxcncDouble, end: tuple[float, ...]
) -> None:
    double.reads_ahead = 0.15
    bench.begun("m", way(HOME, end, 1.0, bend=0.2), s=0.0)
    bench.robot.stop("quick")
    status = bench.ended("m")
    assert status.state == "aborted"
    assert status.at is not None
    assert status.at < 0.1


def about_to_lose_its_power(bench: Bench, double: LinuxcncDouble) -> None:
    """Stopped with `power` and at rest; that its power goes is not said yet, for it answers slowly."""
    bench.begun("m", way(HOME, somewhere(0.4), 1.0), s=0.3)
    bench.robot.stop("power")
    while bench.robot._following.stopping is not None:
        double.piece = 20
        bench.wait(0.001)
        bench.robot.state()
    assert double.is_on


def test_a_softer_stop_after_one_that_takes_the_power_leaves_it_none(bench: Bench, double: LinuxcncDouble) -> None:
    about_to_lose_its_power(bench, double)
    bench.robot.stop("hold")
    bench.until(lambda: not double.is_on)


def power_faults(bench: Bench) -> list[type]:
    return [type(e) for e in bench.events if isinstance(e, FaultRaised | FaultCleared) and e.fault == "power"]


def test_power_that_was_to_go_when_the_link_was_lost_stays_and_that_is_told(bench: Bench, double: LinuxcncDouble) -> None:
    about_to_lose_its_power(bench, double)
    double.cut()
    bench.until(lambda: any(isinstance(event, LinkChanged) for event in bench.events))
    assert power_faults(bench) == [FaultRaised]
    said = len(double.requests)
    double.is_reachable, double.piece = True, 65536
    bench.until(lambda: bench.robot._session.is_up)
    bench.wait(2.0)
    bench.poll()
    assert double.is_on
    assert "set machine off" not in double.requests[said:], "nobody has asked for it just now"
    assert "power" in bench.robot.state().faults
    bench.robot.stop("power")
    bench.until(lambda: power_faults(bench) == [FaultRaised, FaultCleared])
    assert not double.is_on


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_power_stop_that_a_lost_link_keeps_back_only_stops(
    bench: Bench, double: LinuxcncDouble, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """It may not have arrived: so it is said again, and what moves then has its time to stand."""
    bench.begun("m", way(HOME, somewhere(0.4), 8.0), s=0.05)
    if when == "before":
        with monkeypatch.context() as on_its_way:
            on_its_way.setattr(Session, "say_now", lambda session, *requests: True)
            bench.robot.stop("power")
    double.cut()
    bench.poll()
    if when == "after":
        bench.robot.stop("power")
    bench.wait(1.5)
    double.is_reachable = True
    assert bench.ended("m").why == "power stop"
    assert power_faults(bench) == [FaultRaised]
    assert double.is_on
    assert "set machine off" not in double.requests
    if when == "before":
        bench.robot.acknowledge("power", "ann")
        bench.poll()
    else:
        assert bench.activated().state == "done"
    assert power_faults(bench) == [FaultRaised, FaultCleared]


def test_power_that_the_controller_does_not_take_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = LinuxcncDouble.answer

    def refuses(double: LinuxcncDouble, request: str, link: DoubleLink | None = None) -> str | None:
        return "SET MACHINE NAK\r\n" if request == "set machine off" else answer(double, request, link)

    monkeypatch.setattr(LinuxcncDouble, "answer", refuses)
    bench.begun("m", way(HOME, somewhere(0.4), 1.0), s=0.3)
    bench.robot.stop("power")
    bench.until(lambda: power_faults(bench) == [FaultRaised])


def test_a_stop_drops_what_was_only_prepared(bench: Bench) -> None:
    prepared = bench.robot.prepare("m", way(HOME, somewhere(0.4), 1.0))
    bench.robot.stop("hold")
    assert bench.robot.status("m").state == "aborted"
    with pytest.raises(Refused) as refusal:
        bench.robot.start(prepared)
    assert refusal.value.code is Refusal.NOT_PREPARED


def test_a_second_start_moves_nothing(bench: Bench, double: LinuxcncDouble) -> None:
    prepared = bench.robot.prepare("m", way(HOME, somewhere(0.4), 1.0))
    bench.robot.start(prepared)
    bench.robot.start(prepared)
    bench.ended("m")
    bench.robot.start(prepared)
    bench.poll()
    assert double.starts == 1


def test_a_program_that_the_controller_is_told_to_run_again_moves_nothing(bench: Bench, double: LinuxcncDouble) -> None:
    """Also where it stands at its start: its number is written down."""
    there_and_back = way(HOME, HOME, 1.0, bend=0.2)
    bench.moved("m", there_and_back)
    for request in ("set mode auto", "set run"):
        double.answer(request)
    assert double.run is None
    assert double.starts == 1


def test_speed_scaling_stretches_time_and_is_told(bench: Bench) -> None:
    bench.begun("m", way(HOME, somewhere(0.4), 1.0), s=0.2)
    bench.robot.scale_speed("slow", 0.0)
    assert bench.ended("slow").state == "done"
    at = bench.robot.state().s
    bench.wait(1.0)
    bench.poll()
    assert bench.robot.state().s == pytest.approx(at, abs=1e-6)
    assert bench.robot.status("m").state == "running"
    bench.robot.scale_speed("half", 0.505)
    assert bench.ended("m").state == "done"
    assert [event.scaling for event in bench.events if isinstance(event, SpeedScaled)] == [0.0, 0.5]


# --- the link ---


def test_a_lost_link_stops_nothing_and_the_end_is_known_afterwards(bench: Bench, double: LinuxcncDouble) -> None:
    bench.begun("m", way(HOME, somewhere(0.4), 1.0), s=0.3)
    double.cut()
    bench.until(lambda: bench.robot.status("m").state == "unknown")
    with pytest.raises(LinkLost):
        bench.robot.prepare("other", way(HOME, somewhere(0.4), 1.0))
    bench.wait(2.0)
    double.is_reachable = True
    assert bench.ended("m").state == "done"
    assert double.starts == 1
    assert [event.is_up for event in bench.events if isinstance(event, LinkChanged)] == [False, True]


def test_a_link_that_is_back_early_finds_it_running(bench: Bench, double: LinuxcncDouble) -> None:
    bench.begun("m", way(HOME, somewhere(0.4), 3.0), s=0.1)
    double.cut()
    double.is_reachable = True
    bench.until(lambda: bench.robot.status("m").state == "unknown")
    bench.until(lambda: bench.robot.status("m").state == "running")
    assert bench.ended("m").state == "done"
    assert double.starts == 1


def test_who_opens_a_robot_on_its_way_is_told_no_standstill(bench: Bench, double: LinuxcncDouble, tmp_path: FilePath) -> None:
    bench.begun("before", way(HOME, somewhere(0.8), 2.0), s=0.3)
    bench.robot.close()
    another = beside(double, tmp_path)
    another.robot.open()
    first = another.robot.state()
    assert np.abs(first.qd).max() > 0.1
    another.poll()
    assert np.allclose(another.robot.state().qd, first.qd, rtol=0.2)


def test_a_start_that_never_arrived_is_never_made_up_for(bench: Bench, double: LinuxcncDouble) -> None:
    prepared = bench.robot.prepare("m", way(HOME, somewhere(0.4), 1.0))
    path = bench.robot._commands.motions["m"].path
    double.edit = lambda line: None if line == "SET MODE ACK" else line
    bench.robot.start(prepared)
    double.cut()
    bench.poll()
    double.edit, double.is_reachable = lambda line: line, True
    status = bench.ended("m")
    assert (status.state, status.at, double.starts) == ("aborted", 0.0, 0)
    for late in ("set mode auto", f"set open {path}", "set run"):  # what the old link still had under way
        double.answer(late)
    assert double.run is None


def test_a_stop_without_a_link_is_the_first_thing_said_when_there_is_one(bench: Bench, double: LinuxcncDouble) -> None:
    bench.begun("m", way(HOME, somewhere(0.4), 4.0), s=0.05)
    double.cut()
    bench.poll()
    bench.robot.stop("quick")
    double.is_reachable, before = True, len(double.requests)
    status = bench.ended("m")
    assert (status.state, status.why) == ("aborted", "quick stop")
    asked = [request for request in double.requests[before:] if request.startswith("set ")]
    assert asked[4] == "set abort"  # after the three settings of a link, and with control


def test_after_a_lost_link_the_controller_is_looked_at_again_before_anything_moves(bench: Bench, double: LinuxcncDouble) -> None:
    double.cut()
    bench.poll()
    double.is_reachable = True
    bench.until(lambda: bench.robot.state().received == bench.clock())
    with pytest.raises(Refused) as refusal:
        bench.robot.prepare("m", way(HOME, somewhere(0.4), 1.0))
    assert refusal.value.code is Refusal.NOT_ACTIVE
    assert bench.activated().state == "done"
    assert bench.moved("m", way(HOME, somewhere(0.4), 1.0)).state == "done"


def test_what_stops_it_at_the_controller_is_told_as_the_cause(bench: Bench, double: LinuxcncDouble) -> None:
    bench.begun("m", way(HOME, somewhere(0.4), 1.0), s=0.3)
    double.errors.append("joint 2 following error")
    double.answer("set abort")
    status = bench.ended("m")
    assert (status.state, status.why) == ("aborted", "joint 2 following error")


def test_who_has_lost_control_of_the_shell_moves_nothing_but_still_stops(bench: Bench, double: LinuxcncDouble) -> None:
    bench.begun("m", way(HOME, somewhere(0.4), 2.0), s=0.1)
    double.controlled_by = None
    bench.robot.stop("hold")
    assert bench.ended("m").why == "hold stop"
    double.controlled_by = None
    bench.poll()
    with pytest.raises(Refused, match="somebody else has taken control"):
        bench.robot.prepare("n", way(bench.q(), HOME, 1.0))
    assert bench.activated().state == "done"
    assert bench.moved("n", way(bench.q(), HOME, 1.0)).state == "done"


def test_of_what_is_over_no_program_is_kept_and_its_id_is_known_for_ever(bench: Bench, double: LinuxcncDouble) -> None:
    """A week of motions is gigabytes, and each reading would go through all of them."""
    there, back = way(HOME, somewhere(0.4), 1.0), way(somewhere(0.4), HOME, 1.0)
    prepared = bench.robot.prepare("m1", there)
    bench.robot.start(prepared)
    assert bench.ended("m1").state == "done"
    bench.begun("m2", back, s=0.3)
    assert tuple(bench.robot._commands.motions) == ("m2",)
    bench.robot.stop("hold")
    assert bench.ended("m2").state == "aborted"
    assert bench.robot._commands.open_motions() == ()
    assert bench.robot.prepare("m1", there) == prepared
    bench.robot.start(prepared)
    with pytest.raises(Refused) as refusal:
        bench.robot.start(bench.robot.prepare("m2", back))
    assert refusal.value.code is Refusal.NOT_PREPARED
    bench.poll()
    assert double.starts == 2


def test_a_program_of_somebody_else_is_waited_for(bench: Bench, double: LinuxcncDouble) -> None:
    bench.robot.prepare("m", way(HOME, somewhere(0.4), 2.0))
    theirs = bench.robot._commands.motions["m"].path
    bench.robot.stop("hold")
    bench.poll()
    for request in ("set mode auto", f"set open {theirs}", "set run"):
        double.answer(request)
    bench.poll()
    with pytest.raises(Refused) as refusal:
        bench.robot.prepare("n", way(HOME, somewhere(0.4), 1.0))
    assert refusal.value.code is Refusal.BUSY


def test_samples_that_did_not_come_are_missing_in_the_readback(bench: Bench) -> None:
    bench.begun("m", way(HOME, somewhere(0.4), 1.0), s=0.1)
    bench.wait(0.2)
    bench.ended("m")
    before, after = bench.robot.readback()
    missing = after.first_seq - before.first_seq - len(before.time)
    assert 8 <= missing <= 12, "0.2 s at 50 Hz"
    for block in (before, after):
        assert np.diff(block.time).max() <= 30_000_000
