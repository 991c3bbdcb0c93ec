"""What samples and calls come to, without a link and without a clock: the laws of a gripper, sample by sample."""

import pytest

from cell.device import CommandChanged, CommandStatus, FaultCleared, FaultRaised, GripChanged, LinkChanged
from cell_drivers.modbus_gripper.jaws import Jaws
from cell_drivers.modbus_gripper.registers import Request, Status, status_of, words_of
from tests.doubles.gripper_2f import Gripper2F

STEP = 20_000_000  # ns


class Pair:
    """Jaws and a gripper that is read every 20 ms of a time of their own."""

    def __init__(self, is_active: bool = True) -> None:
        self.now = 0
        self.gripper = Gripper2F(1.0, is_active, clock=lambda: self.now / 1e9)
        self.jaws = Jaws("grip", "a", 0.085)
        self.written: list[Request] = []
        self.told: list[object] = []
        self.run(2)

    def run(self, samples: int = 100) -> None:
        for _ in range(samples):
            self.now += STEP
            self.see(status_of(self.gripper.read(2000, 3)))

    def see(self, seen: Status) -> None:
        self.jaws.seen(seen, self.now)
        request = self.jaws.take_pending()
        if request is not None:
            self.written.append(request)
            self.gripper.write(1000, list(words_of(request)))
        self.told += self.jaws.events
        self.jaws.events.clear()

    def grip(self, command: str = "c1", position: int = 255) -> None:
        self.jaws.begin(command, ("grip",), Request(True, True, position, 255, 10), self.now)

    def release(self, command: str = "c2") -> None:
        self.jaws.begin(command, ("release",), Request(True, True, 0, 255, 0), self.now)

    def became(self, command: str = "c1") -> str:
        return self.jaws.commands.status(command).state


def grip_of(pair: Pair) -> tuple[str | None, bool | None]:
    return pair.jaws.state().grip, pair.jaws.state().touched


def test_a_part_that_is_met_is_held() -> None:
    pair = Pair()
    pair.gripper.part = 120
    pair.grip()
    pair.run()
    assert (grip_of(pair), pair.became()) == (("held", True), "done")
    assert abs((pair.jaws.state().width or 0.0) - 0.085 * (1 - 120 / 255)) < 1e-9


def test_nothing_that_is_met_is_empty_and_not_touched() -> None:
    pair = Pair()
    pair.grip()
    pair.run()
    assert (grip_of(pair), pair.became()) == (("empty", False), "done")


def test_a_part_that_slips_away_leaves_a_hand_that_has_touched() -> None:
    pair = Pair()
    pair.gripper.part = 120
    pair.grip()
    pair.run()
    pair.gripper.lose_part()
    pair.run()
    assert grip_of(pair) == ("empty", True)


def test_a_released_hand_is_open() -> None:
    pair = Pair()
    pair.gripper.part = 120
    pair.grip()
    pair.run()
    pair.release()
    pair.run()
    assert (grip_of(pair), pair.became("c2")) == (("open", None), "done")


def test_jaws_that_move_are_neither() -> None:
    pair = Pair()
    pair.grip()
    pair.run(5)
    assert (grip_of(pair)[0], pair.became()) == (None, "running")


def test_the_fact_is_told_before_done() -> None:
    pair = Pair()
    pair.grip()
    pair.run()
    held = next(k for k, e in enumerate(pair.told) if isinstance(e, GripChanged) and e.state.grip == "empty")
    done = next(k for k, e in enumerate(pair.told) if isinstance(e, CommandChanged) and e.status.state == "done")
    assert held < done


def test_what_the_jaws_showed_before_the_request_was_taken_is_not_its_end() -> None:
    """The gripper still says `arrived` of the last request when a new one has just been written."""
    pair = Pair()
    pair.grip()
    old = status_of(pair.gripper.read(2000, 3))
    for _ in range(5):
        pair.see(old)
    assert pair.became() == "running"


def test_one_sample_alone_ends_nothing() -> None:
    pair = Pair()
    pair.grip()
    arrived = Status(True, True, "activated", "arrived", 0, 255, 100, 0.0)
    moving = Status(True, True, "activated", "moving", 0, 255, 101, 0.0)
    for seen in (arrived, moving, arrived, moving):
        pair.see(seen)
    assert pair.became() == "running"
    pair.see(arrived)
    pair.see(arrived)
    assert pair.became() == "done"


def test_a_request_that_somebody_else_overwrites_ends_the_command() -> None:
    pair = Pair()
    pair.grip()
    pair.run(5)
    pair.gripper.write(1000, [0x0900, 10, 0xFF00])
    pair.run(2)
    assert pair.jaws.commands.status("c1") == CommandStatus("aborted", None, "not ours")


def test_jaws_that_do_not_open_are_a_jam() -> None:
    pair = Pair()
    pair.grip()
    pair.run()
    pair.release()
    blocked = Status(True, True, "activated", "stopped opening", 0, 0, 150, 0.0)
    for _ in range(2):
        pair.see(blocked)
    assert pair.jaws.commands.status("c2") == CommandStatus("aborted", None, "jam")
    assert grip_of(pair)[0] is None


def test_a_stop_stops_the_jaws_where_they_are() -> None:
    pair = Pair()
    pair.grip()
    pair.run(10)
    pair.jaws.stop(pair.now)
    pair.run(2)
    there = pair.gripper.position
    pair.run(50)
    assert pair.gripper.position == there
    assert pair.became() == "aborted"
    assert not pair.written[-1].goes


def test_jaws_that_have_not_heard_of_a_stop_are_not_said_to_be_stopped() -> None:
    pair = Pair()
    pair.grip()
    pair.run(5)
    pair.jaws.stop(pair.now)
    assert pair.became() == "running"
    pair.jaws.lost("no answer", pair.now)
    assert pair.became() == "unknown"


def test_jaws_that_arrive_as_they_are_stopped_are_done_and_nothing_is_written() -> None:
    first, steps = Pair(), 0
    first.gripper.part = 120
    first.grip()
    while first.became() != "done":
        first.run(1)
        steps += 1
    pair = Pair()
    pair.gripper.part = 120
    pair.grip()
    pair.run(steps - 1)
    before = len(pair.written)
    pair.jaws.stop(pair.now)
    pair.run(2)
    assert (pair.became(), grip_of(pair), len(pair.written)) == ("done", ("held", True), before)


def test_a_stop_stops_jaws_whose_command_was_lost_with_the_link() -> None:
    pair = Pair()
    pair.grip()
    pair.run(5)
    pair.jaws.lost("no answer", pair.now)
    pair.run(1)
    assert pair.became() == "unknown"
    pair.jaws.stop(pair.now)
    pair.run(2)
    where = pair.gripper.position
    pair.run()
    assert pair.gripper.position == where < 200


def test_a_stop_of_a_hand_whose_part_gives_way_lets_it_close_on() -> None:
    pair = Pair()
    pair.gripper.part = 120
    pair.grip()
    pair.run()
    pair.gripper.part = 140
    pair.run(1)
    before = len(pair.written)
    pair.jaws.stop(pair.now)
    pair.run()
    assert (grip_of(pair), len(pair.written)) == (("held", True), before)


def test_a_stop_of_a_hand_that_holds_writes_nothing() -> None:
    pair = Pair()
    pair.gripper.part = 120
    pair.grip()
    pair.run()
    before = len(pair.written)
    pair.jaws.stop(pair.now)
    pair.run(5)
    assert (len(pair.written), grip_of(pair)[0]) == (before, "held")


def test_a_stop_before_anything_was_written_moves_nothing() -> None:
    pair = Pair()
    pair.grip()
    pair.jaws.stop(pair.now)
    there = pair.gripper.position
    pair.run(20)
    assert (pair.became(), pair.gripper.position) == ("aborted", there)


# --- the link ----------------------------------------------------------------------------------------------------------


def test_with_the_link_what_was_under_way_is_unknown_and_nothing_is_written_after() -> None:
    pair = Pair()
    pair.grip()
    pair.jaws.lost("cut", pair.now)
    assert pair.became() == "unknown"
    pair.run(20)
    assert pair.written == []
    assert [e.is_up for e in pair.told if isinstance(e, LinkChanged)] == [True, False, True]


def test_a_lost_link_tells_its_cause_once() -> None:
    pair = Pair()
    for _ in range(3):
        pair.jaws.lost("nothing answers there", pair.now)
    assert [e.why for e in pair.jaws.events if isinstance(e, LinkChanged)] == ["nothing answers there"]


# --- activation and faults ---------------------------------------------------------------------------------------------


def test_a_gripper_that_is_not_activated_says_so_and_is_left_alone() -> None:
    pair = Pair(is_active=False)
    pair.run()
    assert [e.fault for e in pair.told if isinstance(e, FaultRaised)] == ["not_activated"]
    assert (pair.written, grip_of(pair)[0], pair.jaws.is_ready) == ([], None, False)


def test_an_acknowledgement_activates_and_the_fault_is_gone_when_it_is_done() -> None:
    pair = Pair(is_active=False)
    pair.jaws.acknowledge("not_activated", pair.now)
    pair.run(3)
    assert not any(isinstance(e, FaultCleared) for e in pair.told)
    pair.run(200)
    assert pair.written == [Request(True, False), Request(True, True, 0)]
    assert [e.fault for e in pair.told if isinstance(e, FaultCleared)] == ["not_activated"]
    assert pair.jaws.is_ready


def test_activated_jaws_are_seen_to_be_open_whoever_has_activated_them() -> None:
    """By us, in the end they are sent there; by another master, that leaves them where they stand: a run can begin with them."""
    ours, anothers = Pair(is_active=False), Pair(is_active=False)
    ours.jaws.acknowledge("not_activated", ours.now)
    ours.run(200)
    anothers.gripper.write(1000, [0x0100, 0, 0])
    anothers.run(200)
    assert (grip_of(ours)[0], grip_of(anothers)[0], anothers.written) == ("open", "open", [])


def test_jaws_that_go_nowhere_are_open_only_where_they_stand_open_and_were_asked_for_nothing_else() -> None:
    pair = Pair()
    for requested, position, grip in ((0, 3, "open"), (0, 40, None), (255, 3, None)):
        pair.see(Status(True, False, "activated", "moving", 0, requested, position, 0.0))
        assert grip_of(pair)[0] == grip, (requested, position)


def test_the_fault_stays_until_the_jaws_stand_where_they_are_sent_at_the_end() -> None:
    pair = Pair(is_active=False)
    pair.jaws.acknowledge("not_activated", pair.now)
    pair.see(Status(False, False, "reset", "moving", 0, 0, 100, 0.0))
    pair.see(Status(True, False, "activated", "moving", 0, 0, 100, 0.0))
    pair.see(Status(True, True, "activated", "moving", 0, 0, 60, 0.4))
    assert not pair.jaws.is_ready
    pair.see(Status(True, True, "activated", "stopped opening", 0, 0, 40, 0.0))
    assert (pair.jaws.is_ready, grip_of(pair)[0]) == (True, None)


RESET = Status(False, False, "reset", "moving", 0, 0, 100, 0.0)
WOKEN = Status(True, False, "activated", "moving", 0, 0, 100, 0.0)
OPENING = Status(True, True, "activated", "moving", 0, 0, 60, 0.4)
WAKE, OPEN, STAND = Request(True, False), Request(True, True), Request(True, False)


@pytest.mark.parametrize(
    ("seen", "written"),
    [((), []), ((RESET,), [WAKE]), ((RESET, WOKEN, OPENING), [WAKE, OPEN, STAND])],
    ids=["before anything is written", "activating", "opening"],
)
def test_after_a_stop_an_activation_goes_no_further(seen: tuple[Status, ...], written: list[Request]) -> None:
    pair = Pair(is_active=False)
    pair.jaws.acknowledge("not_activated", pair.now)
    for status in seen:
        pair.see(status)
    pair.jaws.stop(pair.now)
    for status in (RESET, WOKEN, WOKEN):
        pair.see(status)
    assert (pair.written, pair.jaws.is_ready) == (written, False)
    pair.jaws.acknowledge("not_activated", pair.now)
    pair.run(200)
    assert pair.jaws.is_ready


def test_after_a_stop_an_activation_that_was_taken_back_is_not_asked_for_again() -> None:
    pair = Pair()
    pair.gripper.fault = 0x0C
    pair.run(2)
    pair.jaws.acknowledge("internal", pair.now)
    pair.run(1)
    pair.jaws.stop(pair.now)
    pair.run(200)
    assert pair.written == [Request(False, False)]
    assert [e.fault for e in pair.told if isinstance(e, FaultRaised)][-1] == "not_activated"


def test_a_fault_of_its_own_is_acknowledged_by_taking_the_activation_back_first() -> None:
    pair = Pair()
    pair.gripper.fault = 0x0C
    pair.run(2)
    pair.jaws.acknowledge("internal", pair.now)
    pair.run(200)
    assert [(r.is_enabled, r.goes) for r in pair.written] == [(False, False), (True, False), (True, True)]
    assert pair.jaws.is_ready


def test_an_acknowledgement_of_what_is_not_there_is_nothing() -> None:
    pair = Pair()
    pair.jaws.acknowledge("not_activated", pair.now)
    pair.jaws.acknowledge("internal", pair.now)
    pair.run(5)
    assert pair.written == []


def test_an_activation_that_never_ends_is_given_up_and_may_be_asked_for_again() -> None:
    pair = Pair(is_active=False)
    stuck = Status(True, False, "activating", "moving", 0, 0, 0, 0.0)
    pair.jaws.acknowledge("not_activated", pair.now)
    for _ in range(600):
        pair.now += STEP
        pair.see(stuck)
    pair.jaws.acknowledge("not_activated", pair.now)
    pair.see(stuck)
    assert len(pair.written) == 2


def test_a_fault_ends_the_command_and_is_told_first() -> None:
    pair = Pair()
    pair.grip()
    pair.run(5)
    pair.gripper.fault = 0x0E
    pair.run(2)
    raised = next(k for k, e in enumerate(pair.told) if isinstance(e, FaultRaised))
    ended = next(k for k, e in enumerate(pair.told) if isinstance(e, CommandChanged) and e.status.is_final)
    assert pair.jaws.commands.status("c1").why == "too_much_current"
    assert raised < ended


def test_a_fault_that_goes_by_itself_is_cleared_without_an_activation() -> None:
    pair = Pair()
    pair.gripper.fault = 0x08
    pair.run(2)
    pair.jaws.acknowledge("too_hot", pair.now)
    pair.run(2)
    pair.gripper.fault = 0
    pair.run(2)
    assert pair.written == []
    assert [e.fault for e in pair.told if isinstance(e, FaultCleared)] == ["too_hot"]
