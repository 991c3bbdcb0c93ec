"""What a terminal may ask: handed on or refused with a reason, by role, by state, and by how often."""

import errno
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from immutables import Map

from cell.events import Asked
from cell.orders import Item, Order, OrderAdded, OrderCancelled
from controller.approved import Approved
from controller.attached.endpoint import connect_to
from controller.attached.messages import (
    VERSION,
    Accepted,
    AddOrder,
    Answer,
    Ask,
    CancelOrder,
    Confirm,
    FromController,
    Hello,
    LookAgain,
    Looked,
    OpenQuestion,
    Parting,
    Prepared,
    Refused,
    Subscribe,
    Told,
    Welcome,
    line,
)
from controller.attached.permits import means_nothing
from controller.attached.reception import SAME_STOP
from controller.attached.server import MOST_TERMINALS
from controller.attached.terminal import AT_ONCE, HELLO_WITHIN, STOPS_AT_ONCE, WASTED
from controller.run_state import Question
from tests.controller.attached.at_a_socket import End, Site, executes, told

EVENTS, STATES = told()
EXECUTE = executes()
ORDER = Order("WO-1", "orders", (Item("shaft", 2),))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def running(site: Site) -> Site:
    site.begin()
    site.turn()
    return site


def codes(answers: list[FromController]) -> list[str]:
    return [answer.code for answer in answers if isinstance(answer, Refused | Parting)]


def test_what_an_operator_asks_is_handed_on_with_who_it_was(running: Site) -> None:
    end = running.attach()
    for number, what in enumerate(("hold", "stop", "quick stop", "abort")):
        end.say(Ask(number, what))  # type: ignore[arg-type]
    assert end.read()[1:] == [Accepted(number) for number in range(4)]
    assert running.post.asked == [("hold", "ann"), ("stop", "ann"), ("quick stop", "ann"), ("abort", "ann")]


def nobody_tells(end: socket.socket) -> bool:
    raise OSError(errno.ENOPROTOOPT, "")


@pytest.mark.parametrize("is_ours", [lambda end: False, nobody_tells])
def test_one_of_another_user_or_nobody_knows_of_whom_is_not_let_in(
    is_ours: Callable[[socket.socket], bool], running: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = End(connect_to(running.path), running)
    stranger.say(Hello(VERSION, "operate", "bob"))
    stranger.say(Ask(1, "stop"))
    with monkeypatch.context() as other:
        other.setattr("controller.attached.server.is_ours", is_ours)
        assert (stranger.read(), stranger.is_over) == ([], True)
    assert isinstance(running.attach().read()[0], Welcome)
    assert running.post.asked == []


def test_a_viewer_asks_for_nothing(running: Site) -> None:
    end = running.attach("view")
    end.say(Ask(1, "stop"))
    end.say(AddOrder(2, ORDER))
    end.say(CancelOrder(3, "WO-1"))
    answers = end.read()[1:]
    assert [(a.id, a.code) for a in answers if isinstance(a, Refused)] == [(1, "R752"), (2, "R752"), (3, "R752")]
    assert (running.post.asked, running.post.announced) == ([], [])


def test_what_goes_beyond_what_was_approved_is_refused_an_operator_and_taken_from_an_engineer(running: Site) -> None:
    wider = Question("Go on so?", ("go on", "not so"), grants=Approved(robots=("g2",)))
    state = replace(STATES[EXECUTE], trouble=replace(STATES[EXECUTE].trouble, questions=Map({"q1": wider})))
    running.tell([EVENTS[EXECUTE]], state)
    operator, engineer = running.attach(), running.attach("engineer")
    operator.say(Answer(1, "q1", "go on"))
    assert codes(operator.read()) == ["R752"]
    assert running.post.answered == []
    engineer.say(Answer(1, "q1", "go on"))
    assert codes(engineer.read()) == []
    assert running.post.answered == [("q1", "go on", "ann")]


@pytest.mark.parametrize("what", ["resume", "clear", "reset", "start"])
def test_what_means_nothing_now_is_refused_with_the_state(what: Asked, running: Site) -> None:
    end = running.attach("engineer")
    end.say(Ask(1, what))
    refused = end.read()[-1]
    assert isinstance(refused, Refused)
    assert (refused.code, "Execute" in refused.reason) == ("R754", True)
    assert running.post.asked == []


def test_nothing_is_asked_of_a_run_that_is_over() -> None:
    assert "over" in (means_nothing(STATES[-1], "stop") or "")


def test_a_stop_asked_for_twice_at_once_is_one_and_later_two(running: Site) -> None:
    end = running.attach()
    for number in range(5):
        end.say(Ask(number, "stop"))
    assert end.read()[1:] == [Accepted(number) for number in range(5)]
    assert len(running.post.asked) == 1
    running.now += SAME_STOP + 0.01
    end.say(Ask(9, "stop"))
    end.read()
    assert len(running.post.asked) == 2


def test_before_the_run_begins_only_a_start_and_a_stop_mean_something(site: Site) -> None:
    end = site.attach()
    end.say(Ask(1, "start"))
    assert codes(end.read()) == ["R754"]
    site.server.prepared(Prepared(True, None))
    end.read()
    end.say(Ask(2, "hold"))
    end.say(Ask(3, "start"))
    end.say(Ask(4, "start"))
    end.say(Ask(5, "stop"))
    answers = end.read()
    assert codes(answers) == ["R754", "R754"]
    assert site.post.asked == [("start", "ann"), ("stop", "ann")]


@pytest.mark.parametrize("is_started", [False, True])
def test_who_goes_before_the_run_begins_has_not_begun_it_unless_by_a_start(is_started: bool, tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    site = Site(tmp_path, first=theirs)
    site.server.prepared(Prepared(True, None))
    site.turn()
    ours.sendall(line(Hello(VERSION, "operate", "ann")) + (line(Ask(1, "start")) if is_started else b""))
    site.turn()
    ours.close()
    site.turn()
    assert site.post.asked == [("start" if is_started else "stop", "ann")]


def test_who_goes_later_stops_nothing(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    site = Site(tmp_path, first=theirs)
    site.begin()
    site.turn()
    ours.close()
    site.turn()
    assert site.post.asked == []


def test_orders_are_looked_at_before_they_are_handed_on(running: Site) -> None:
    end = running.attach()
    end.say(AddOrder(1, ORDER))
    end.say(AddOrder(2, Order("WO-2", "nowhere", (Item("shaft", 1),))))
    end.say(CancelOrder(3, "WO-9"))
    answers = end.read()[1:]
    assert answers[0] == Accepted(1)
    assert codes(answers) == ["R754", "R754"]
    assert running.post.announced == [OrderAdded(ORDER)]
    assert not any(isinstance(change, OrderCancelled) for change in running.post.announced)


def test_an_answer_is_one_of_those_that_the_question_has(running: Site) -> None:
    asked = replace(STATES[EXECUTE].trouble, questions=Map({"q1": Question("Is it done?", ("done", "not done"))}))
    running.tell([], replace(STATES[EXECUTE], trouble=asked))
    end = running.attach()
    end.say(Answer(1, "q1", "perhaps"))
    end.say(Answer(2, "q2", "done"))
    end.say(Answer(3, "q1", "done"))
    answers = end.read()[1:]
    assert codes(answers) == ["R754", "R754"]
    assert answers[-1] == Accepted(3)
    assert running.post.answered == [("q1", "done", "ann")]


def test_events_that_are_still_to_come_cannot_be_subscribed_behind(running: Site) -> None:
    end = running.attach()
    end.say(Subscribe(1, 10_000))
    assert codes(end.read()) == ["R754"]


# --- hostile ---


@pytest.mark.parametrize(
    "text",
    [
        b"hello\n",
        b"\xff\xfe\x00\n",
        b"[]\n",
        b"null\n",
        b'{"type":"Dance","id":1}\n',
        b'{"type":"Ask","id":1}\n',
        b'{"type":"Ask","id":1,"what":"dance"}\n',
        b'{"type":"Ask","id":"1","what":"stop"}\n',
        b'{"type":"Ask","id":1,"what":"stop","now":true}\n',
        b'{"type":"Subscribe","id":1,"after":-1}\n',
        b'{"type":"Confirm","id":1}\n',
        b'{"type":"Confirm","id":1,"look":"1"}\n',
        b'{"type":"LookAgain"}\n',
        b'{"type":"Looked","id":1}\n',
        b'{"type":"Told","seq":1,"event":null}\n',
        b'{"type":"ShelveAlarm","id":1,"alarm":"hold","seconds":60.0,"reason":"\\ud800"}\n',
        b'{"a":' * 5_000 + b"\n",
        b"[" * 60_000 + b"\n",
        b'{"type":"Ask","id":' + b"9" * 20_000 + b',"what":"stop"}\n',
        line(Hello(VERSION, "operate", "twice")),
    ],
)
def test_what_is_no_message_is_refused_and_the_next_one_is_heard(text: bytes, running: Site) -> None:
    end = running.attach()
    end.raw(text)
    end.say(Ask(5, "hold"))
    answers = end.read()[1:]
    assert codes(answers) == ["R766"]
    assert answers[-1] == Accepted(5)
    assert running.post.asked == [("hold", "ann")]


def test_a_message_in_pieces_is_one_message_and_half_of_one_is_none(running: Site) -> None:
    end = running.attach()
    text = line(Ask(5, "hold"))
    for n in range(len(text) - 1):
        end.raw(text[n : n + 1])
        running.turn(1)
    assert running.post.asked == []
    end.socket.close()
    running.turn()
    assert running.post.asked == []


def test_another_version_is_told_both_versions_and_has_to_go(running: Site) -> None:
    late = End(connect_to(running.path), running)
    late.say(Hello(VERSION - 1, "view", "ann"))
    (parting,) = late.read()
    assert isinstance(parting, Parting)
    assert parting.code == "R767"
    assert f"terminal speaks version {VERSION - 1}" in parting.reason
    assert f"controller version {VERSION}" in parting.reason
    assert late.is_over


def test_a_line_of_100_mb_is_cut_off_and_not_kept(running: Site) -> None:
    end, other = running.attach(), running.attach()
    end.raw(b"x" * 100_000_000)
    answers = end.read()
    assert codes(answers) in (["R766"], [])  # the last word may find nobody who reads
    assert end.is_over
    other.say(Ask(1, "hold"))
    assert other.read()[-1] == Accepted(1)


def test_a_burst_is_bounded_and_who_goes_on_is_cut_off(running: Site) -> None:
    end, other = running.attach(), running.attach()
    end.read()
    end.raw(line(Ask(1, "hold")) * int(AT_ONCE + 50))
    answers = end.read()
    assert len([a for a in answers if isinstance(a, Accepted)]) == AT_ONCE - 1  # the hello is one
    assert set(codes(answers)) == {"R753"}
    assert len(running.post.asked) == AT_ONCE - 1
    running.now += 1.0
    end.say(Ask(2, "hold"))
    assert end.read() == [Accepted(2)]
    end.raw(line(Ask(1, "hold")) * (WASTED + 100))
    end.read()
    assert end.is_over
    other.say(Ask(1, "hold"))
    assert other.read()[-1] == Accepted(1)


@pytest.mark.parametrize("what", ["stop", "quick stop", "abort"])
def test_who_has_asked_too_much_may_still_stop_the_cell(running: Site, what: Asked) -> None:
    end = running.attach()
    end.raw(line(Ask(1, "hold")) * int(AT_ONCE + 50))
    end.read()
    del running.post.asked[:]
    end.say(Ask(2, what))
    assert end.read() == [Accepted(2)]
    assert running.post.asked == [(what, "ann")]


def test_stops_beyond_what_may_be_asked_are_bounded_and_one_stop(running: Site) -> None:
    end = running.attach()
    end.raw(line(Ask(1, "hold")) * int(AT_ONCE))
    end.read()
    del running.post.asked[:]
    end.raw(line(Ask(2, "stop")) * int(STOPS_AT_ONCE + 5))
    answers = end.read()
    assert answers.count(Accepted(2)) == STOPS_AT_ONCE
    assert set(codes(answers)) == {"R753"}
    assert running.post.asked == [("stop", "ann")]


def test_what_comes_behind_a_cut_off_is_not_heard(running: Site) -> None:
    end = running.attach()
    end.read()
    for _ in range(WASTED // 200):
        running.now += 10.0
        end.raw(b"{}\n" * 200)
        assert set(codes(end.read())) == {"R766"}
    running.now += 10.0
    end.raw(b"{}\n" + line(Ask(1, "hold")))
    answers = end.read()
    assert isinstance(answers[-1], Parting)
    assert running.post.asked == []


def test_who_says_no_hello_has_no_place(running: Site) -> None:
    end = End(connect_to(running.path), running)
    end.say(Ask(1, "stop"))
    assert codes(end.read()) == ["R766"]
    running.now += HELLO_WITHIN + 0.1
    assert codes(end.read()) == ["R766"]
    assert end.is_over
    assert running.post.asked == []


def test_more_terminals_than_there_is_room_for_are_told_so(running: Site) -> None:
    there = []
    for _ in range(MOST_TERMINALS):
        there.append(running.attach("view"))
        running.turn(1)
    late = running.attach("view")
    assert codes(late.read()) == ["R756"]
    assert late.is_over
    assert there[0].read()


# --- before a run is gone on with ---

OPEN = OpenQuestion("q1", "Was it done?", ("done", "not done"))
LOOKED = Looked(1, len(EVENTS), (), (OPEN,), None, None, 4, True, None)


@pytest.fixture
def looking(site: Site) -> Site:
    site.server.looked(LOOKED, STATES[EXECUTE])
    site.turn()
    return site


def test_a_run_that_was_left_is_confirmed_after_its_questions_and_once(looking: Site) -> None:
    end = looking.attach()
    end.say(Confirm(1, 1))
    end.say(Answer(2, "q1", "done"))
    end.say(Confirm(3, 2))
    end.say(Confirm(4, 1))
    end.say(Confirm(5, 1))
    end.say(Answer(6, "q1", "not done"))
    answers = end.read()
    noted = replace(LOOKED, questions=(replace(OPEN, given="done"),))
    assert answers[1:3] == [LOOKED, Refused(1, "R754", "nobody has answered q1")]
    assert answers[3:5] == [Accepted(2), noted]
    assert codes(answers) == ["R754"] * 4
    assert looking.post.answered == [("q1", "done", "ann")]
    assert looking.post.confirmed == [(1, "ann")]


def test_every_terminal_sees_what_one_of_them_has_answered(looking: Site) -> None:
    end, other = looking.attach(), looking.attach("view")
    other.read()
    end.say(Answer(2, "q1", "not done"))
    assert other.read() == [replace(LOOKED, questions=(replace(OPEN, given="not done"),))]


def test_a_viewer_confirms_nothing(looking: Site) -> None:
    end = looking.attach("view")
    end.say(LookAgain(1))
    end.say(Answer(2, "q1", "done"))
    end.say(Confirm(3, 1))
    assert codes(end.read()) == ["R752"] * 3
    assert (looking.post.looks, looking.post.answered, looking.post.confirmed) == (0, [], [])


def test_while_it_is_looked_at_again_nothing_is_confirmed(looking: Site) -> None:
    end = looking.attach()
    end.say(Answer(1, "q1", "done"))
    end.say(LookAgain(2))
    end.say(LookAgain(3))
    end.say(Confirm(4, 1))
    assert codes(end.read()) == ["R754", "R754"]
    again = replace(LOOKED, look=2, questions=())
    looking.server.looked(again, STATES[EXECUTE])
    looking.turn()
    end.say(Confirm(5, 1))
    end.say(Confirm(6, 2))
    answers = end.read()
    assert answers[-1] == Accepted(6)
    assert codes(answers) == ["R754"]
    assert (looking.post.looks, looking.post.confirmed) == (1, [(2, "ann")])


@pytest.mark.parametrize("is_confirmed", [False, True])
def test_who_goes_before_the_confirmation_has_not_gone_on_with_it(is_confirmed: bool, tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    site = Site(tmp_path, first=theirs)
    site.server.looked(replace(LOOKED, questions=()), STATES[EXECUTE])
    site.turn()
    ours.sendall(line(Hello(VERSION, "operate", "ann")) + (line(Confirm(1, 1)) if is_confirmed else b""))
    site.turn()
    ours.close()
    site.turn()
    assert site.post.asked == ([] if is_confirmed else [("stop", "ann")])
    site.server.looked(replace(LOOKED, look=2), STATES[EXECUTE])  # what was confirmed has changed, and nobody is there any more
    site.turn()
    assert site.post.asked == [("stop", "ann")] * (1 if is_confirmed else 2)


def test_what_a_run_tells_that_is_gone_on_with_follows_what_it_has_told(looking: Site) -> None:
    end = looking.attach(after=len(EVENTS))
    looking.tell(EVENTS[:2], STATES[1])
    assert [message.seq for message in end.read() if isinstance(message, Told)] == [len(EVENTS) + 1, len(EVENTS) + 2]
