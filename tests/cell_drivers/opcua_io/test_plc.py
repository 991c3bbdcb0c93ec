"""What readings and calls come to, without a server and without a clock: the laws of a PLC's devices, reading by reading."""

import pytest

from cell.device import (
    CommandChanged,
    CommandStatus,
    DeviceEvent,
    FaultCleared,
    FaultRaised,
    LinkChanged,
    MachineChanged,
    OutcomeTold,
)
from cell_drivers.opcua_io.machine import Machine
from cell_drivers.opcua_io.plc import MAX_AGE, ClockWentBack, Plc
from cell_drivers.opcua_io.reading import Reading
from cell_drivers.opcua_io.tags import tags_of
from tests.cell_drivers.opcua_io.cell import assembly

SECOND = 1_000_000_000
BAD, UNCERTAIN = 0x80000000, 0x40000000


class Bench:
    """A lathe's tags, set by hand; what is to be written is taken as the link would."""

    def __init__(self) -> None:
        thing = assembly("opc.tcp://h?namespace=n").cell.equipment["lathe"]
        self.lathe = Machine("lathe", frozenset(thing.signals))
        self.plc = Plc({"lathe": self.lathe}, tags_of(thing))
        self.now = SECOND
        self.events: list[DeviceEvent] = []
        self.connect()
        self.says("lathe.door", "open")
        self.says("lathe.chuck", False)
        self.beat()

    def connect(self) -> None:
        self.plc.connected(
            {"lathe.door.set": False, "lathe.chuck.set": True, "lathe.alarm.set": True, "lathe.job.request": False}
        )

    def says(self, tag: str, value: object, code: int = 0, at: float | None = None, is_asked: bool = True) -> None:
        self.now += 1_000_000
        time = self.now if at is None else round(at * SECOND)
        self.plc.seen(tag, Reading(value, code, time), is_asked, self.now)

    def beat(self) -> None:
        self.plc.beat(self.now, self.now)

    def written(self) -> list[tuple[str, object]]:
        wanted = self.plc.take_writes()
        for each in wanted:
            self.lathe.written(each.tag.fact, self.now)
        return [(each.tag.name, each.value) for each in wanted]

    def all(self, kind: type) -> list[DeviceEvent]:
        self.events += self.plc.drain()
        return [event for event in self.events if isinstance(event, kind)]

    def became(self, command: str) -> CommandStatus:
        return self.lathe.commands.status(command)

    def close_door(self) -> None:
        self.lathe.move("c1", ("door",), "door", "closed", self.now)

    def run(self, command: str = "c1") -> None:
        self.lathe.begin(command, ("run",), "run", "OP10", self.now)


def test_a_door_is_there_when_its_tag_says_so_and_that_is_told_first() -> None:
    bench = Bench()
    bench.close_door()
    assert bench.written() == [("lathe.door.set", "closed")]
    assert bench.lathe.state().door is None
    bench.says("lathe.door", "moving")
    assert bench.became("c1").state == "running"
    bench.says("lathe.door", "closed")
    assert bench.became("c1") == CommandStatus("done")
    told = [e for e in bench.all(object) if isinstance(e, MachineChanged | CommandChanged)]
    assert [type(e) for e in told[-2:]] == [MachineChanged, CommandChanged]


def test_a_door_that_was_seen_before_its_write_was_confirmed_is_done_all_the_same() -> None:
    bench = Bench()
    bench.close_door()
    bench.plc.take_writes()
    bench.says("lathe.door", "closed")
    assert bench.became("c1").state == "running"
    bench.lathe.written("door", bench.now)
    assert bench.became("c1").state == "done"


def test_a_tag_of_booleans_is_written_as_one() -> None:
    bench = Bench()
    bench.lathe.move("c1", ("clamp",), "clamp", "closed", bench.now)
    assert bench.written() == [("lathe.chuck.set", True)]


def test_a_door_that_is_there_already_is_done_and_nothing_is_written() -> None:
    bench = Bench()
    bench.lathe.move("c1", ("door",), "door", "open", bench.now)
    assert (bench.became("c1").state, bench.written()) == ("done", [])


@pytest.mark.parametrize("code", [BAD, UNCERTAIN, 0xC0000000, BAD | 0x35])
def test_only_good_is_known(code: int) -> None:
    bench = Bench()
    bench.says("lathe.door", "open", code)
    assert bench.plc.sample("lathe.door").value is None
    assert bench.lathe.state().door is None
    bench.says("lathe.door", "open", 0x00960000)  # good, local override
    assert bench.plc.sample("lathe.door").value == "open"


def test_an_answer_whose_time_went_back_is_not_known_and_a_notification_that_was_overtaken_is_no_news() -> None:
    bench = Bench()
    bench.says("lathe.door", "closed", at=100.0)
    bench.says("lathe.door", "open", at=99.0, is_asked=False)
    assert bench.plc.sample("lathe.door").value == "closed"
    bench.says("lathe.door", "open", at=99.0)
    assert bench.plc.sample("lathe.door").value is None
    assert bench.plc.why_unknown["lathe.door"] == "its time went back by 1 s"
    bench.says("lathe.door", "open", at=101.0)
    assert bench.plc.sample("lathe.door").value == "open"


def test_a_reading_without_a_time_is_not_known() -> None:
    bench = Bench()
    bench.plc.seen("lathe.door", Reading("open", 0, None), True, bench.now)
    assert bench.plc.sample("lathe.door").value is None


def test_a_sample_is_as_old_as_the_last_time_that_everything_was_read() -> None:
    bench = Bench()
    beaten = bench.now
    bench.says("lathe.door", "closed", is_asked=False)
    assert not bench.plc.sample("lathe.door").is_stale(beaten + MAX_AGE)
    assert bench.plc.sample("lathe.door").is_stale(beaten + MAX_AGE + 1)


def test_a_server_clock_that_goes_back_ends_the_conversation_and_a_new_one_begins_from_nothing() -> None:
    bench = Bench()
    bench.plc.beat(500 * SECOND, bench.now)
    with pytest.raises(ClockWentBack, match="went back by 10 s"):
        bench.plc.beat(490 * SECOND, bench.now)
    bench.connect()
    bench.plc.beat(490 * SECOND, bench.now)


def test_a_job_is_asked_for_whole_and_its_answer_counts_under_its_id_only() -> None:
    bench = Bench()
    bench.run("a run/1.s2")
    assert bench.written() == [("lathe.job.request", "a%20run/1.s2 run OP10")]
    bench.says("lathe.job.answer", "another done")
    assert bench.became("a run/1.s2").state == "running"
    bench.says("lathe.job.answer", "a%20run/1.s2 running 0.5")
    assert (bench.became("a run/1.s2").at, bench.lathe.state().fraction) == (0.5, 0.5)
    bench.says("lathe.job.answer", "a%20run/1.s2 done")
    assert bench.became("a run/1.s2") == CommandStatus("done")


def test_an_answer_before_the_request_was_taken_is_of_an_earlier_time() -> None:
    bench = Bench()
    bench.run()
    bench.says("lathe.job.answer", "c1 done")
    assert bench.became("c1").state == "running"


@pytest.mark.parametrize("answer", ["i1 done", "i1 done perhaps"])
def test_an_inspection_without_an_outcome_of_the_vocabulary_is_aborted(answer: str) -> None:
    bench = Bench()
    bench.lathe.begin("i1", ("inspect",), "inspect", "verdict", bench.now)
    bench.written()
    bench.says("lathe.job.answer", answer)
    assert bench.became("i1").state == "aborted"
    assert bench.all(OutcomeTold) == []


def test_a_stop_asks_the_plc_to_stop_and_what_was_not_asked_for_yet_is_not() -> None:
    bench = Bench()
    bench.run()
    bench.lathe.stop(bench.now)
    assert (bench.became("c1"), bench.written()) == (CommandStatus("aborted", None, "stop"), [])
    bench.run("c2")
    bench.written()
    bench.lathe.stop(bench.now)
    bench.lathe.stop(bench.now)
    assert bench.written() == [("lathe.job.request", "c2 stop")]
    bench.says("lathe.job.answer", "c2 aborted stop")
    assert bench.became("c2") == CommandStatus("aborted", None, "stop")


def stop_refused(bench: Bench) -> None:
    bench.lathe.stop(bench.now)
    assert [each.value for each in bench.plc.take_writes()] == ["c1 stop"]
    bench.lathe.not_written("job", "BadUserAccessDenied", bench.now)


def stop_faults(bench: Bench) -> list[type]:
    return [type(e) for e in bench.all(object) if isinstance(e, FaultRaised | FaultCleared) and e.fault == "stop"]


def test_a_stop_that_the_plc_refuses_is_told_while_its_job_runs_on() -> None:
    bench = Bench()
    bench.run()
    bench.written()
    stop_refused(bench)
    told = next(e for e in bench.all(FaultRaised) if isinstance(e, FaultRaised))
    assert (told.device, told.fault, told.text) == (
        "lathe", "stop", "OP10 runs on: its stop was refused, BadUserAccessDenied"
    )  # fmt: skip
    assert bench.became("c1").state == "running"
    stop_refused(bench)
    assert stop_faults(bench) == [FaultRaised], "once"
    bench.says("lathe.job.answer", "c1 done")
    assert bench.became("c1") == CommandStatus("done")
    assert stop_faults(bench) == [FaultRaised, FaultCleared]


@pytest.mark.parametrize("ends", ["taken", "acknowledged", "forgotten"])
def test_a_refused_stop_is_told_until_it_is_taken_or_known_or_its_job_is_gone(ends: str) -> None:
    bench = Bench()
    bench.run()
    bench.written()
    stop_refused(bench)
    match ends:
        case "taken":
            bench.lathe.stop(bench.now)
            assert bench.written() == [("lathe.job.request", "c1 stop")]
        case "acknowledged":
            bench.lathe.acknowledge("stop", bench.now)
        case _:
            bench.plc.lost("cut", bench.now)
            assert stop_faults(bench) == [FaultRaised], "it may run on"
            bench.connect()
            bench.says("lathe.job.answer", "c0 done")
            bench.beat()
    assert stop_faults(bench) == [FaultRaised, FaultCleared]


@pytest.mark.parametrize("is_refused", [False, True])
def test_what_becomes_of_a_stop_is_nothing_of_the_next_job(is_refused: bool) -> None:
    """Its answer comes when the job is over and another one was asked for."""
    bench = Bench()
    bench.run()
    bench.written()
    bench.lathe.stop(bench.now)
    bench.plc.take_writes()
    bench.says("lathe.job.answer", "c1 done")
    bench.run("c2")
    if is_refused:
        bench.lathe.not_written("job", "BadUserAccessDenied", bench.now)
    else:
        bench.lathe.written("job", bench.now)
    bench.says("lathe.job.answer", "c2 done")
    assert bench.became("c2").state == "running", "the PLC has not been asked for it yet"
    assert stop_faults(bench) == []
    assert bench.written() == [("lathe.job.request", "c2 run OP10")]
    bench.says("lathe.job.answer", "c2 done")
    assert bench.became("c2") == CommandStatus("done")


def test_a_job_that_the_plc_refuses_is_aborted_with_its_word() -> None:
    bench = Bench()
    bench.run()
    bench.plc.take_writes()
    bench.lathe.not_written("job", "BadNotWritable", bench.now)
    assert bench.became("c1") == CommandStatus("aborted", None, "BadNotWritable")


# --- the link ----------------------------------------------------------------------------------------------------------


def test_with_the_link_doors_are_lost_from_sight_and_nothing_is_written_after() -> None:
    bench = Bench()
    bench.close_door()
    bench.plc.lost("cut", bench.now)
    assert bench.became("c1") == CommandStatus("unknown")
    bench.connect()
    bench.says("lathe.door", "open")
    bench.beat()
    assert bench.written() == []
    links = [(e.is_up, e.why) for e in bench.all(LinkChanged) if isinstance(e, LinkChanged)]
    assert links == [(True, ""), (False, "cut"), (True, "")]


def test_of_a_job_the_plc_tells_after_the_link_is_back() -> None:
    bench = Bench()
    bench.run()
    bench.written()
    bench.plc.lost("cut", bench.now)
    assert bench.became("c1").state == "unknown"
    bench.connect()
    bench.says("lathe.job.answer", "c1 done")
    bench.beat()
    assert bench.became("c1") == CommandStatus("done")


def test_a_request_that_was_on_its_way_when_the_link_was_lost_may_have_arrived() -> None:
    """Seen with node-opcua: it ran the job, and its answer to the write was lost."""
    bench = Bench()
    bench.run()
    bench.plc.take_writes()
    bench.plc.lost("cut", bench.now)
    bench.connect()
    bench.says("lathe.job.answer", "c1 running")
    bench.beat()
    assert bench.became("c1").state == "running"


def test_a_job_of_which_the_plc_knows_nothing_stays_unknown() -> None:
    bench = Bench()
    bench.run()
    bench.written()
    bench.plc.lost("cut", bench.now)
    bench.connect()
    bench.says("lathe.job.answer", "c0 done")
    bench.beat()
    assert bench.became("c1").state == "unknown"
    assert bench.lathe.state().running is False


def test_without_the_link_no_signal_is_known() -> None:
    bench = Bench()
    bench.plc.lost("cut", bench.now)
    assert {bench.plc.sample(signal).value for signal in bench.plc.signals} == {None}


def test_an_alarm_is_a_fault_with_its_text_and_is_acknowledged_by_setting_it_back() -> None:
    bench = Bench()
    bench.says("lathe.alarm", "coolant is low")
    assert [e.text for e in bench.all(FaultRaised) if isinstance(e, FaultRaised)] == ["coolant is low"]
    bench.lathe.acknowledge("alarm", bench.now)
    bench.lathe.acknowledge("no such fault", bench.now)
    assert bench.written() == [("lathe.alarm.set", False)]
    bench.says("lathe.alarm", "")
    assert len(bench.all(FaultCleared)) == 1
