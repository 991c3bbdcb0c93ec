"""Drivers that are unusual and keep the contract: the kit does not blame them for what it did not think of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from types import SimpleNamespace

import pytest

from cell.device import CommandChanged, CommandStatus, DeviceEvent, ReadbackBlock
from cell.driver import Assembly, DriverSet
from cell_drivers.conformance import Law, bed, examine
from cell_drivers.conformance.law import law
from cell_drivers.conformance.laws import hushing, linking, machining, moving, opening, racing, sampling, waiting
from cell_drivers.conformance.seen import Broken
from cell_drivers.simulated import SimulatedCell
from tests.conformance.around import Around, Fault, Set, robots
from tests.conformance.broken_hushing import KeepsAStop, Waiting, paced
from tests.conformance.broken_racing import TakesTurns
from tests.conformance.broken_serving import ShowsItsOwn, forgetful


class OneByOne(Around):
    """A robot that is asked for each sample, and whose numbers pass between two answers: no two samples follow each other."""

    def readback(self) -> tuple[ReadbackBlock, ...]:
        return tuple(self.sample(block, k) for block in self.inner.readback() for k in range(len(block.time)))

    @staticmethod
    def sample(block: ReadbackBlock, k: int) -> ReadbackBlock:
        arrays = {name: getattr(block, name)[k : k + 1] for name in ("time", "q", "qd", "setpoint", "s", "speed_scaling")}
        return replace(block, first_seq=block.first_seq + k, **arrays)


@law("machine", "Leaves an alarm behind, the second of its name, as a trial does that breaks off.")
def leaves_an_alarm(on: bed.Bed, machine: str) -> str:
    assert on.bench.hooks.fault is not None
    first = on.bench.hooks.fault(on.drivers, machine)
    on.device(machine).acknowledge(first, bed.KIT)
    assert on.until(lambda: on.drivers.machines[machine].state().alarm is None, bed.CLEARING)
    on.bench.hooks.fault(on.drivers, machine)
    raise Broken("it breaks off here")


def test_an_alarm_that_a_trial_leaves_is_none_of_the_next_ones() -> None:
    fresh = Fault("goes on from trial to trial", leaves_an_alarm, Set).bench()
    drivers = fresh.make()
    findings = examine(replace(fresh, driver=lambda assembly: drivers), (leaves_an_alarm, machining.a_program_runs_once)).findings
    told = [(f.verdict, f.seen) for f in findings if f.device == "lathe"]
    assert told == [("failed", "it breaks off here"), ("passed", "done once, though it was sent three times")]


def test_every_set_that_is_made_is_closed() -> None:
    """It may be a process, or threads, which go on else."""
    made, closed = list[object](), list[object]()

    class Counted(SimulatedCell):
        def close(self) -> None:
            closed.append(self)
            super().close()

    def counted(assembly: Assembly) -> DriverSet:
        made.append(Counted(assembly))
        return made[-1]  # type: ignore[return-value]

    laws = (sampling.states_number_up, opening.close_never_raises)
    assert not examine(replace(Fault("is counted", laws[0], Set).bench(), driver=counted), laws).of("failed")
    assert len(made) > len(laws)
    assert set(made) == set(closed)


class TellsLate(Set):
    """What is asked for is answered at once, and what is new comes a moment later, as from a process of its own."""

    def __init__(self, inner: SimulatedCell) -> None:
        super().__init__(inner)
        self.on_the_way: list[tuple[int, DeviceEvent]] = []

    def telling(self, events: tuple[DeviceEvent, ...]) -> tuple[DeviceEvent, ...]:
        due = self.now() + 300_000_000
        waiting = [*self.on_the_way, *((due, event) for event in events)]
        self.on_the_way = [(at, event) for at, event in waiting if at > self.now()]
        return tuple(event for at, event in waiting if at <= self.now())


@pytest.mark.parametrize(
    "law",
    [machining.a_door_reaches_its_state, moving.every_change_of_a_command_is_told, waiting.a_person_is_awaited],
    ids=lambda law: law.name,
)
def test_news_may_come_a_moment_after_the_answer(law: Law) -> None:
    findings = examine(Fault("tells late", law, TellsLate).bench(), (law,)).findings
    assert findings
    assert [(f.device, f.seen) for f in findings if f.verdict not in ("passed", "exempt")] == []


def test_a_block_may_be_one_sample() -> None:
    law = sampling.readback_has_no_gap_inside_a_block
    (finding,) = examine(Fault("gives each sample alone", law, robots(OneByOne)).bench(), (law,)).findings
    assert finding.verdict == "passed", finding.seen
    assert "samples in" in finding.seen


class StillAsks(Around):
    """A robot whose driver has a link again and does not know yet what became of what ran."""

    was_cut = False

    def status(self, command: str) -> CommandStatus:
        self.was_cut |= self.inner.is_frozen
        return CommandStatus("unknown") if self.was_cut else self.inner.status(command)

    def heartbeat(self) -> None:
        self.was_cut |= self.inner.is_frozen


class TellsNoEnd(Set):
    def telling(self, events: tuple[DeviceEvent, ...]) -> tuple[DeviceEvent, ...]:
        return tuple(e for e in events if not (isinstance(e, CommandChanged) and e.status.is_final))


def test_what_was_so_before_the_link_was_lost_is_not_taken_for_an_answer() -> None:
    def around(cell: SimulatedCell) -> object:
        drivers = TellsNoEnd(cell)
        drivers.motion = {name: StillAsks(robot) for name, robot in cell.motion.items()}
        return drivers

    law = linking.status_is_true_after_a_cut
    (finding,) = examine(Fault("asks first", law, around).bench(), (law,)).findings
    assert (finding.verdict, finding.seen) == ("passed", "at its end: unknown")


@pytest.mark.long
def test_a_call_may_wait_for_a_silent_device_that_lets_a_stop_by() -> None:
    law = hushing.a_stop_goes_out_to_a_silent_device
    (finding,) = examine(Fault("waits, and lets a stop by", law, paced(Waiting)).bench(), (law,)).findings
    assert finding.verdict == "passed", finding.seen


@pytest.mark.long
def test_a_start_may_be_refused_for_the_stop_beside_it() -> None:
    law = racing.a_stop_beside_a_start_is_not_lost
    (finding,) = examine(Fault("takes turns", law, paced(TakesTurns)).bench(), (law,)).findings
    assert finding.verdict == "passed", finding.seen


class Real(Set):
    virtual = None


def test_a_wait_whose_end_passes_between_two_looks_at_the_clock_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kit shares a machine with whatever else runs there."""
    clock, slept = count(0, 700_000_000), list[float]()
    monkeypatch.setattr(bed, "time", SimpleNamespace(monotonic_ns=clock.__next__, sleep=slept.append))
    beside = Fault("is real", sampling.readback_has_no_gap_inside_a_block, Real).bench()
    assert not bed.Bed(beside, "waiting").until(lambda: False, 2.0, step=2.0)
    assert slept
    assert min(slept) >= 0.0


class Sleeps(KeepsAStop):
    """While its device is silent that does nothing at all, as a process that is stopped; then it goes on, and reads what came."""

    def sleep(self) -> Callable[[], None]:
        self.inner.scale_speed(f"sleep {self.now}", 0.0)
        self.inner.freeze()
        return self.wake

    def wake(self) -> None:
        self.inner.thaw()
        self.inner.scale_speed(f"wake {self.now}", 1.0)
        if self.kept is not None:
            self.inner.world.timeline.after(0.1, lambda kind=self.kept: self.inner.stop(kind))


def test_a_device_that_did_nothing_while_it_was_silent_has_its_time_to_stop() -> None:
    law = hushing.a_stop_goes_out_to_a_silent_device
    bench = Fault("sleeps", law, robots(Sleeps)).bench()
    hooks = replace(bench.hooks, hush=lambda drivers, device: drivers.motion[device].sleep())  # type: ignore[attr-defined]
    (finding,) = examine(replace(bench, hooks=hooks), (law,)).findings
    assert finding.verdict == "passed", finding.seen


@pytest.mark.parametrize(("around", "verdict"), [(Set, "passed"), (forgetful(ShowsItsOwn), "not tested")])
def test_where_the_bench_cannot_see_a_screen_a_person_is_asked_what_their_driver_says(
    around: Callable[[SimulatedCell], object], verdict: str
) -> None:
    """One that knows of nothing breaks no law that way, and keeps none."""
    for each in waiting.what_was_asked_before_is_shown, waiting.what_was_asked_before_is_withdrawn:
        bench = Fault("has no screen that anybody sees", each, around).bench()
        (finding,) = examine(replace(bench, hooks=replace(bench.hooks, shown=None)), (each,)).findings
        assert finding.verdict == verdict, finding.seen
