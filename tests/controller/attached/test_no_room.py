"""A stop is not refused for want of room: it is heard of whoever comes, whatever comes with it, and of who has gone again."""

from __future__ import annotations

import errno
import io
import signal
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cell.events import Asked
from controller.attached import server
from controller.attached.endpoint import connect_to, listen_in
from controller.attached.lines import Lines
from controller.attached.messages import (
    VERSION,
    Accepted,
    Answer,
    Ask,
    Hello,
    Parting,
    Refused,
    Snapshot,
    Subscribe,
    Welcome,
    line,
)
from controller.attached.server import MOST_AT_THE_DOOR, MOST_TERMINALS
from controller.attached.terminal import AT_ONCE, AT_THE_DOOR
from tests.controller.attached.at_a_socket import End, Site

STOP = line(Hello(VERSION, "operate", "ann")) + line(Ask(1, "quick stop"))


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Site]:
    """A run that goes on, with as many terminals as there is room for."""
    site, there = Site(tmp_path), []
    site.begin()
    for _ in range(MOST_TERMINALS):
        there.append(come(site, line(Hello(VERSION, "view", "bob"))))
        site.turn(1)
    site.turn()
    yield site
    for end in there:
        end.close()


@pytest.fixture
def signalled() -> Iterator[None]:
    """By SIGUSR1, with no consequence."""
    before = signal.signal(signal.SIGUSR1, lambda number, frame: None)
    yield
    signal.signal(signal.SIGUSR1, before)


def come(site: Site, said: bytes = b"") -> socket.socket:
    end = connect_to(site.path)
    end.sendall(said)
    return end


@pytest.mark.parametrize("what", ["stop", "quick stop", "abort", "hold"])
def test_one_for_whom_there_is_no_room_may_ask_for_standing_still_and_for_nothing_else(full: Site, what: Asked) -> None:
    end = full.attach()
    for request in (Subscribe(1, 0), Ask(2, "finish"), Snapshot(3), Ask(4, what)):
        end.say(request)
    greeting, *answers = end.read()
    assert isinstance(greeting, Refused)
    assert (greeting.id, greeting.code) == (None, "R756")
    assert answers == [*(Refused(number, "R756", greeting.reason) for number in (1, 2, 3)), Accepted(4)]
    assert full.post.asked == [(what, "ann")]
    full.now += AT_THE_DOOR + 0.1
    assert end.read() == [Parting("cut off", "R756", greeting.reason, 0)]
    assert end.is_over


def test_who_only_looks_has_nothing_to_wait_for_at_the_door(full: Site) -> None:
    end = full.attach("view")
    assert isinstance(end.read()[0], Parting)
    assert end.is_over


def test_where_somebody_has_gone_there_is_room_again(full: Site) -> None:
    end = full.attach()
    assert isinstance(end.read()[0], Refused)
    full.server._drop(next(iter(full.server._links.values())))
    assert isinstance(full.attach().read()[0], Welcome)


@pytest.mark.parametrize("crowd", [b"", line(Hello(VERSION, "operate", "bob")), b'{"type":"Ask","id":1'])
def test_a_crowd_at_the_door_is_bounded_and_keeps_no_stop_out(full: Site, crowd: bytes) -> None:
    ends = [come(full, STOP)] + [come(full, crowd) for _ in range(100)]
    most = 0
    for _ in range(30):
        full.turn(1)
        most = max(most, len(full.server._links))
    assert full.post.asked == [("quick stop", "ann")]
    assert most == MOST_TERMINALS + MOST_AT_THE_DOOR
    assert line(Accepted(1)) in ends[0].recv(65_536)
    late = come(full, STOP.replace(b"ann", b"eve"))
    full.turn()
    assert full.post.asked[1:] == [("quick stop", "eve")]
    full.now += AT_THE_DOOR + 0.1
    full.turn(10)
    assert len(full.server._links) == MOST_TERMINALS
    late.close()


def test_who_has_to_make_way_is_heard_out_and_answered_first(full: Site) -> None:
    end = come(full)
    full.turn()
    (link,) = (link for link in full.server._links.values() if link.terminal.no_room)
    end.sendall(STOP)
    full.server._show_out(link)
    assert full.post.asked == [("quick stop", "ann")]
    *_, answer, last_word = Lines(100_000).feed(end.recv(100_000))
    assert answer + b"\n" == line(Accepted(1))
    assert b"R756" in last_word


def test_a_stop_is_heard_of_one_that_has_gone_before_it_was_looked_at(full: Site) -> None:
    come(full, STOP).close()
    full.turn()
    assert full.post.asked == [("quick stop", "ann")]


def test_a_stop_behind_much_else_is_heard_of_one_that_takes_no_answer_any_more(tmp_path: Path) -> None:
    site = Site(tmp_path)
    site.begin()
    much = line(Answer(7, "q" * 500, "no")) * (int(AT_ONCE) - 10)
    assert len(much) > 65_536
    come(site, line(Hello(VERSION, "operate", "ann")) + much + line(Ask(1, "stop"))).close()
    site.turn()
    assert site.post.asked == [("stop", "ann")]
    assert not site.server._links


def test_a_loop_that_was_away_goes_on_when_what_was_sent_meanwhile_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "CAUGHT_UP_WITHIN", 60.0)
    site = Site(tmp_path)
    site.begin()
    site.turn()
    ends = [come(site, STOP.replace(b"ann", b"%d" % number)) for number in range(40)]
    site.server.start()
    site.server.catch_up()
    assert len(site.post.asked) == len(ends)
    site.server.finish(Parting("over", "", "Stopped", 0))
    for end in ends:
        end.close()
    site.server.join()


class FullDisk(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "no space left")


@pytest.mark.parametrize("log_is_full", [False, True])
def test_a_defect_in_telling_keeps_no_stop_from_being_heard(
    log_is_full: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    site = Site(tmp_path)
    if log_is_full:
        monkeypatch.setattr("sys.stderr", FullDisk())
    site.begin()
    site.turn()
    monkeypatch.setattr(server, "TURN", 0.001)
    monkeypatch.setattr(site.server, "_make_news", lambda: 1 / 0)
    site.server.start()
    for name in (b"ann", b"bob"):
        end = come(site, STOP.replace(b"ann", name))
        while (b"quick stop", name) not in [(what.encode(), who.encode()) for what, who in site.post.asked]:
            assert site.server._thread is not None
            assert site.server._thread.is_alive()
            site.server._thread.join(0.005)
        end.close()
    monkeypatch.undo()
    site.server.finish(Parting("over", "", "Stopped", 0))
    site.server.join()
    assert capfd.readouterr().err.count("ZeroDivisionError") == (not log_is_full)


@pytest.mark.usefixtures("signalled")
def test_where_many_wait_to_be_let_in_the_next_one_waits_too(tmp_path: Path) -> None:
    """As they do at a controller that hangs. A terminal is told of the size of its window meanwhile, or is suspended."""
    listener, path = listen_in(tmp_path)
    listener.listen(0)
    listener.settimeout(30.0)
    first, found = connect_to(path), list[socket.socket]()
    second = threading.Thread(target=lambda: found.append(connect_to(path)))
    second.start()
    for _ in range(20):
        second.join(0.005)
        if second.is_alive() and second.ident is not None:
            signal.pthread_kill(second.ident, signal.SIGUSR1)
    second.join(0.1)
    assert second.is_alive()  # it waits, and was not refused, whatever breaks it off
    ends = [listener.accept()[0], listener.accept()[0]]
    second.join()
    found[0].sendall(STOP)
    assert ends[1].recv(1000) == STOP
    for end in (*ends, *found, first, listener):
        end.close()


def test_half_a_stop_is_none_and_the_rest_of_it_makes_it_one(full: Site) -> None:
    end = End(connect_to(full.path), full)
    end.raw(STOP[:-10])
    full.turn()
    assert full.post.asked == []
    end.raw(STOP[-10:])
    full.turn()
    assert full.post.asked == [("quick stop", "ann")]
