"""Stops to one child: each is sent at once, and whether it was taken is waited for on the side, so that of several children that
are deaf none waits for another.

Law: who asks the child for anything after a stop asks after the stop was taken (`settle`).
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from itertools import count
from threading import Lock, Thread

from cell.codec import CodecError
from cell.device import StopKind
from cell_drivers.hosted.frames import BadFrame, Frames, frame
from cell_drivers.hosted.wire import Answered, Group, Stop, read_from_child, write


class Stops:
    """Over the socket `end`. `within` s until a stop counts as not taken, which `deaf` is told, and whether the child has closed
    its end: then it is gone, and its silence has another cause."""

    def __init__(self, end: socket.socket, within: float, deaf: Callable[[bool], None]) -> None:
        self._end, self._within, self._deaf = end, within, deaf
        self._is_gone = False
        self._numbers = count(1)
        self._sending, self._hearing = Lock(), Lock()
        self._frames, self._taken = Frames(), set[int]()
        self._waiting: tuple[Thread, ...] = ()

    def send(self, group: Group, key: str, kind: StopKind) -> None:
        """Returns at once."""
        number, until = next(self._numbers), time.monotonic() + self._within
        has_gone = self._has_gone(Stop(number, group, key, kind))
        waits = Thread(target=self._wait, args=(number if has_gone else 0, until), name="stop", daemon=True)
        waits.start()
        self._waiting = (*(thread for thread in self._waiting if thread.is_alive()), waits)

    def is_taken(self, group: Group, key: str, kind: StopKind) -> bool:
        """Waits for it."""
        number, until = next(self._numbers), time.monotonic() + self._within
        return self._has_gone(Stop(number, group, key, kind)) and self._is_heard(number, until)

    def settle(self) -> None:
        """Returns when every stop that was sent is taken, or not taken in time."""
        for thread in self._waiting:
            thread.join(2.0 * self._within)

    def _wait(self, number: int, until: float) -> None:
        if number == 0 or not self._is_heard(number, until):
            self._deaf(self._is_gone)

    def _has_gone(self, stop: Stop) -> bool:
        try:
            with self._sending:
                self._end.settimeout(self._within)
                self._end.sendall(frame(write(stop)))
        except ConnectionError:
            self._is_gone = True
            return False
        except OSError:
            return False
        return True

    def _is_heard(self, number: int, until: float) -> bool:
        with self._hearing:
            try:
                while number not in self._taken and (left := until - time.monotonic()) > 0.0:
                    self._end.settimeout(left)
                    piece = self._end.recv(4096)
                    if not piece:
                        self._is_gone = True
                        break
                    answers = [read_from_child(text) for text in self._frames.feed(piece)]
                    self._taken.update(answer.number for answer in answers if isinstance(answer, Answered))
            except ConnectionError:
                self._is_gone = True
            except (OSError, BadFrame, CodecError):
                pass
            return number in self._taken
