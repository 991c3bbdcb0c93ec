"""A line that breaks under a terminal: what had been asked, and what comes of it on the next one."""

from __future__ import annotations

import socket
from collections.abc import Callable
from itertools import islice

import pytest

from controller.attached import client
from controller.attached.client import Client
from controller.attached.lines import Lines
from controller.attached.messages import VERSION, Accepted, Ask, FromTerminal, Hello, Parting, Refused, line, read_from_terminal

HELLO = Hello(VERSION, "operate", "ann")


class Ends:
    """Two lines to one controller, which the test plays: `client` takes the second when the first has broken."""

    def __init__(self) -> None:
        pairs = (socket.socketpair(), socket.socketpair())
        self.theirs = [theirs for _, theirs in pairs]
        for end in self.theirs:
            end.setblocking(False)
        self.client = Client(pairs[0][0], "operate", "ann", None, lambda: pairs[1][0])
        self._messages = self.client.messages(0.0)

    def turn(self) -> list[object]:
        """What the terminal is told until nothing more is there."""
        return [message for message in islice(self._messages, 3) if message is not None]

    def heard(self, number: int) -> list[FromTerminal]:
        return [read_from_terminal(text) for text in Lines(100_000).feed(self.theirs[number].recv(100_000))]


@pytest.fixture
def ends() -> Ends:
    return Ends()


def test_a_stop_without_an_answer_is_asked_for_again_on_the_next_line_and_nothing_else(ends: Ends) -> None:
    asked = (Ask(1, "hold"), Ask(2, "stop"), Ask(3, "quick stop"), Ask(4, "abort"))
    for ask in asked:
        ends.client.post(ask)
    assert ends.turn() == []
    assert ends.heard(0) == [HELLO, *asked]
    ends.theirs[0].sendall(line(Accepted(2)) + line(Refused(4, "R754", "over")))
    assert ends.turn() == [Accepted(2), Refused(4, "R754", "over")]
    ends.theirs[0].close()
    assert ends.turn() == []
    assert ends.heard(1) == [HELLO, Ask(3, "quick stop")]


def test_a_stop_does_not_wait_until_all_that_has_come_in_one_piece_is_taken_in(ends: Ends) -> None:
    ends.theirs[0].sendall(b"".join(line(Accepted(number)) for number in range(100, 400)))
    assert next(ends._messages) == Accepted(100)
    assert ends.heard(0) == [HELLO]
    ends.client.post(Ask(1, "quick stop"))
    assert next(ends._messages) == Accepted(101)
    assert ends.heard(0) == [Ask(1, "quick stop")]


OVER = Parting("over", "", "Complete", 0)


def test_the_last_word_is_heard_also_where_something_is_to_be_said_to_who_has_gone(ends: Ends) -> None:
    """As a run ends while somebody attaches to it."""
    ends.theirs[0].sendall(line(Accepted(1)) + line(OVER))
    ends.theirs[0].close()
    ends.client.subscribe(0)
    assert ends.turn() == [Accepted(1)]
    assert ends.client.last_word == OVER


def test_what_came_in_one_piece_with_what_somebody_waited_for_is_there_for_the_next_one(ends: Ends) -> None:
    ends.theirs[0].sendall(line(Accepted(1)) + line(Accepted(2)) + line(OVER))
    assert next(ends.client.messages(0.0)) == Accepted(1)
    assert list(islice(ends.client.messages(0.0), 3)) == [Accepted(2)]
    assert ends.client.last_word == OVER


def before(ends: Ends) -> None:
    """The line has gone when the stop is asked for."""
    ends.theirs[0].close()
    ends.client.post(Ask(1, "quick stop"))


def behind(ends: Ends) -> None:
    """It goes with the stop on its way, which nobody reads."""
    ends.client.post(Ask(1, "quick stop"))
    ends.turn()
    ends.theirs[0].close()


@pytest.mark.parametrize("breaks", [before, behind])
def test_wherever_the_line_breaks_a_stop_comes_through_on_the_next_one(breaks: Callable[[Ends], None], ends: Ends) -> None:
    breaks(ends)
    ends.turn()
    assert ends.heard(1) == [HELLO, Ask(1, "quick stop")]
    ends.theirs[1].sendall(line(Accepted(1)))
    assert ends.turn() == [Accepted(1)]


def test_a_stop_for_which_there_was_no_room_is_asked_for_again_and_a_hold_is_not(ends: Ends) -> None:
    for ask in (Ask(1, "hold"), Ask(2, "stop")):
        ends.client.post(ask)
    ends.turn()
    ends.theirs[0].sendall(line(Refused(None, "R756", "full")) + line(Parting("cut off", "R756", "full", 0)))
    ends.theirs[0].close()
    assert ends.turn() == [Refused(None, "R756", "full")]
    assert ends.heard(1) == [HELLO, Ask(2, "stop")]
    ends.theirs[1].sendall(line(Accepted(2)) + line(Parting("cut off", "R756", "full", 0)))
    assert ends.turn() == [Accepted(2)]
    assert ends.client.last_word == Parting("cut off", "R756", "full", 0)


def test_where_there_is_never_room_whoever_asks_for_a_stop_may_look_at_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "PAUSE", 0.0)
    pairs = [socket.socketpair() for _ in range(4)]
    for _, theirs in pairs:
        theirs.sendall(line(Parting("cut off", "R756", "full", 0)))
        theirs.shutdown(socket.SHUT_WR)
    lines = iter([ours for ours, _ in pairs])
    terminal = Client(next(lines), "operate", "ann", None, lambda: next(lines, None))
    terminal.post(Ask(1, "stop"))
    assert list(terminal.messages(0.0)) == [None, None, None]
