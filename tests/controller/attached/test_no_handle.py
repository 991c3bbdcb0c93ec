"""A controller whose process has no handle left turns for nobody in vain, hears who is there and who comes, and lets in again."""

from __future__ import annotations

import errno
import os
import resource
import selectors
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, repeat
from pathlib import Path
from typing import cast

import pytest

from controller.attached import door
from controller.attached.door import KEPT_BACK, NO_HANDLE, PAUSE
from controller.attached.endpoint import connect_to
from controller.attached.messages import VERSION, Accepted, Ask, Hello, Parting, Refused, Welcome, line
from controller.attached.terminal import AT_THE_DOOR
from tests.controller.attached.at_a_socket import End, Site

STOP = line(Hello(VERSION, "operate", "ann")) + line(Ask(1, "quick stop"))


@contextmanager
def no_handle() -> Iterator[None]:
    """This process gets none beyond those that it has."""
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held = {int(name) for name in os.listdir("/proc/self/fd") if Path("/proc/self/fd", name).exists()}  # not that of the list
    holes = [os.open(os.devnull, os.O_RDONLY) for number in range(max(held)) if number not in held]
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(held | set(holes)) + 1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))
        for hole in holes:
            os.close(hole)


class Counted:
    """A listener, and how often something was to be accepted from it."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener, self.tries = listener, 0
        self.lacks: Iterator[int] = iter(())  # what the kernel says that it has none of, try by try

    def accept(self) -> tuple[socket.socket, object]:
        self.tries += 1
        if (lack := next(self.lacks, None)) is not None:
            raise OSError(lack, "")
        return self._listener.accept()

    def fileno(self) -> int:
        return self._listener.fileno()

    def setblocking(self, is_blocking: bool) -> None:
        self._listener.setblocking(is_blocking)

    def close(self) -> None:
        self._listener.close()


def site_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Site, Counted]:
    made = list[Counted]()

    def counted(listener: socket.socket, selector: selectors.BaseSelector, clock: Callable[[], float]) -> door.Door:
        made.append(Counted(listener))
        return door.Door(cast(socket.socket, made[-1]), selector, clock)

    monkeypatch.setattr("controller.attached.server.Door", counted)
    site = Site(folder)
    site.begin()
    site.turn()
    return site, made[-1]


def come(site: Site, said: bytes = b"") -> socket.socket:
    end = connect_to(site.path)
    end.sendall(said)
    return end


def test_who_cannot_be_let_in_is_tried_once_in_a_while_and_whoever_is_there_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "KEPT_BACK", 0)
    site, listener = site_at(tmp_path, monkeypatch)
    there = site.attach()
    assert isinstance(there.read()[0], Welcome)
    waiting = [End(come(site, line(Hello(VERSION, "view", "bob"))), site) for _ in range(3)]
    with no_handle():
        before = listener.tries
        site.turn(50)
        assert listener.tries - before == 1
        assert site.server._selector.select(0.0) == []  # so the thread sleeps
        there.say(Ask(7, "quick stop"))
        assert there.read()[-1] == Accepted(7)
        site.now += PAUSE
        site.turn(50)
        assert listener.tries - before == 2
    site.now += PAUSE
    assert [isinstance(end.read()[0], Welcome) for end in waiting] == [True] * 3
    assert site.post.asked == [("quick stop", "ann")]


def test_of_whoever_comes_without_a_handle_for_them_a_stop_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, listener = site_at(tmp_path, monkeypatch)
    crowd = [come(site, STOP.replace(b"ann", b"%d" % number)) for number in range(3 * KEPT_BACK)]
    one = End(come(site, STOP), site)
    with no_handle():
        assert one.read()[:2] == [Refused(None, "R756", NO_HANDLE), Accepted(1)]
        assert len(site.server._links) == KEPT_BACK
        assert [who for _, who in site.post.asked] == [*(str(number) for number in range(len(crowd))), "ann"]
        site.now += AT_THE_DOOR + 0.1
        assert one.read() == [Parting("cut off", "R756", NO_HANDLE, 0)]
        assert listener.tries < 4 * len(crowd)
    assert isinstance(site.attach().read()[0], Welcome)


def test_a_handle_that_becomes_free_is_kept_back_and_the_next_one_is_for_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "KEPT_BACK", 1)
    site, _ = site_at(tmp_path, monkeypatch)
    there = [site.attach() for _ in range(2)]
    for end in there:
        end.read()
    at_the_door, late = (End(come(site, line(Hello(VERSION, "operate", "bob"))), site) for _ in range(2))
    with no_handle():
        assert isinstance(at_the_door.read()[0], Refused)
        assert isinstance(late.read()[0], Refused)
        assert (at_the_door.read()[-1:], at_the_door.is_over) == ([], True)
        for end in there:
            end.socket.shutdown(socket.SHUT_RDWR)
        site.now += AT_THE_DOOR + 0.1
        site.turn()
        assert not site.server._links
        assert not site.server._door.is_short


@pytest.mark.parametrize("lack", [errno.ENOMEM, errno.ENOBUFS])
def test_who_cannot_be_let_in_for_want_of_memory_costs_no_handle_and_is_tried_once_in_a_while(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lack: int
) -> None:
    """Handles there are, and none of them would help."""
    site, listener = site_at(tmp_path, monkeypatch)
    waiting = End(come(site, line(Hello(VERSION, "view", "bob"))), site)
    listener.lacks, before = repeat(lack), listener.tries
    site.turn(50)
    assert listener.tries - before == 1
    assert not site.server._door.is_short
    site.now += PAUSE
    site.turn(50)
    assert listener.tries - before == 2
    listener.lacks = iter(())
    site.now += PAUSE
    assert isinstance(waiting.read()[0], Welcome)


def test_a_handle_that_is_free_again_opens_the_door_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, listener = site_at(tmp_path, monkeypatch)
    waiting = End(come(site, line(Hello(VERSION, "view", "bob"))), site)
    listener.lacks = repeat(errno.EMFILE, 2)
    site.turn(1)
    assert site.server._door.is_short
    assert isinstance(waiting.read()[0], Welcome)


def test_no_handle_that_is_free_again_opens_it_where_memory_is_lacking_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be given up and had again in each turn."""
    site, listener = site_at(tmp_path, monkeypatch)
    come(site)
    listener.lacks, before = cycle((errno.EMFILE, errno.ENOMEM)), listener.tries
    site.turn(50)
    assert listener.tries - before == 2


def test_one_who_has_gone_before_they_were_let_in_keeps_nobody_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site, listener = site_at(tmp_path, monkeypatch)
    waiting = End(come(site, line(Hello(VERSION, "view", "bob"))), site)
    listener.lacks = repeat(errno.ECONNABORTED)
    site.turn()
    listener.lacks = iter(())
    assert isinstance(waiting.read()[0], Welcome)


def test_a_door_that_cannot_be_opened_again_yet_is_opened_later_and_whoever_is_there_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, listener = site_at(tmp_path, monkeypatch)
    there = site.attach()
    assert isinstance(there.read()[0], Welcome)
    waiting = End(come(site, line(Hello(VERSION, "view", "bob"))), site)
    listener.lacks = repeat(errno.ENOMEM)
    site.turn()
    listener.lacks = iter(())
    site.now += PAUSE
    with monkeypatch.context() as short:
        short.setattr(selectors.DefaultSelector, "register", no_memory)
        there.say(Ask(7, "quick stop"))
        assert there.read()[-1] == Accepted(7)
    site.now += PAUSE
    assert isinstance(waiting.read()[0], Welcome)


def no_memory(*_: object) -> None:
    raise OSError(errno.ENOMEM, "")
