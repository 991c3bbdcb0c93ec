"""The loop of a driver's process: answers calls, looks at everything once a period, at once where there is news, and hears stops
on a thread of its own.

Laws. A stop does not wait behind a call that hangs: it takes the lock if it can be had soon, and goes on without it otherwise;
so a driver's `stop` must bear to be called from another thread while another call is under way. Without a controller nobody
supervises: a driver's robots are stopped and the process ends, but a simulated world that is to be kept goes on for so long.
With one that hangs nobody does either: robots are stopped, and the process waits for it.
"""

from __future__ import annotations

import errno
import os
import select
import socket
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cell.codec import CodecError
from cell.dataclass import dataclass
from cell_drivers.hosted.desk import Defective, Desk
from cell_drivers.hosted.frames import BadFrame, Frames, frame
from cell_drivers.hosted.wire import Answered, Broken, Call, Follow, FromChild, Goodbye, Seen, Stop, ToChild, read_to_child, write

FOLDER = "cellwright-"
"""How the folder begins that is made for a socket alone."""
CALLS, STOPS = b"C", b"S"
"""The first byte on each of the two connections says which it is."""
GLANCE = 0.005  # s between two looks for news alone: an event, or somebody in a zone, does not wait for the next look
LOCK_WITHIN = 0.02  # s that a stop waits for a call to end
SENT_WITHIN = 5.0  # s until a reader that takes nothing counts as gone
PARTED_WITHIN = 2.0  # s that a loop may take to see that the controller is gone
HANGS_AFTER = 3.0  # s in which a controller takes nothing: as long as it waits for a driver's process that says nothing
ALONE = 0.2  # s between two looks of a world that nobody has found yet
STANDING = 5.0  # s from the last stop to the end, for robots to come to rest


@dataclass(frozen=True, slots=True)
class Ends:
    calls: socket.socket
    stops: socket.socket

    def close(self) -> None:
        for end in (self.calls, self.stops):
            with suppress(OSError):  # a driver may have closed what was not its own
                end.close()


def serve(listener: socket.socket, desk: Desk, period: float, keeps: float) -> None:
    """Talks to one controller at a time until one says goodbye, or none comes for `keeps` s after the last has gone. Whoever
    cannot come again finds no socket."""
    host, path = Host(desk, period, goes_on=keeps > 0.0), Path(listener.getsockname())
    try:
        while (ends := _accepted(listener, host, keeps if host.has_talked else SENT_WITHIN)) is not None:
            if keeps <= 0.0:
                put_away(path)
            try:
                if host.converse(ends):
                    break
            finally:
                ends.close()
            _print_to_nobody()
            if not desk.is_open:
                break
            if keeps <= 0.0:
                host.stop_and_stand()
                break
    finally:
        put_away(path)
        leave_soon()
        desk.close()


def put_away(path: Path) -> None:
    """The socket there, and the folder that was made for it. Twice is as good as once."""
    with suppress(OSError):
        path.unlink()
    if path.parent.name.startswith(FOLDER):
        with suppress(OSError):
            path.parent.rmdir()


def leave_soon() -> None:
    """Threads of the driver that never end, and a `close` of it that does not come back, keep the process no longer than that."""
    leaving = threading.Timer(PARTED_WITHIN, os._exit, (4,))
    leaving.daemon = True
    leaving.start()


def leave_with(parent: int, made: threading.Event) -> None:
    """As long as the driver is not `made` nobody hears that the controller is gone, but by the number of the parent."""

    def watch() -> None:
        while not made.wait(PARTED_WITHIN):
            if os.getppid() != parent:
                os._exit(4)

    threading.Thread(target=watch, daemon=True).start()


def last_word(listener: socket.socket, broken: Broken) -> None:
    """To the controller that is waiting: there will be no drivers."""
    with suppress(OSError):
        ends = _accepted(listener, None, SENT_WITHIN)
        if ends is not None:
            ends.calls.sendall(frame(write(broken)))
            ends.close()


class Host:
    def __init__(self, desk: Desk, period: float, goes_on: bool = False) -> None:
        """`goes_on`: beside a controller that hangs as without one, for it is a world of its own."""
        self._desk, self._period, self._goes_on = desk, period, goes_on
        self._lock = threading.Lock()
        self._next = self._taken = time.monotonic()
        self._is_stopped = False
        self.has_talked = False

    def converse(self, ends: Ends) -> bool:
        """True after a goodbye, False when the controller is gone."""
        self.has_talked, self._taken = True, time.monotonic()
        ends.calls.settimeout(SENT_WITHIN)
        parted = threading.Event()
        threading.Thread(target=self._hear_stops, args=(ends.stops, parted), daemon=True).start()
        try:
            self._send(ends.calls, self._desk.hello(self._period))
            return self._talk(ends.calls)
        except Defective as defect:
            with suppress(OSError):
                ends.calls.sendall(frame(write(Broken("looking", str(defect)))))
            return False
        except (OSError, BadFrame, CodecError) as cause:
            if isinstance(cause, OSError) and cause.errno == errno.EBADF:
                with suppress(OSError, ValueError):
                    print(f"the driver has closed what is not its own: {cause}", file=sys.stderr, flush=True)  # noqa: T201
            return False
        finally:
            parted.set()

    def _talk(self, calls: socket.socket) -> bool:
        frames = Frames()
        while True:
            readable, _, _ = select.select([calls], [], [], max(0.0, min(GLANCE, self._next - time.monotonic())))
            if readable:
                piece = calls.recv(65536)
                if not piece:
                    return False
                messages = [read_to_child(text) for text in frames.feed(piece)]
                self._follow(messages)
                for message in messages:
                    match message:
                        case Call() as call:
                            self._answer(calls, call)
                        case Goodbye():
                            return True
                        case Stop():
                            raise BadFrame("a stop among the calls")
            if not select.select([], [calls], [], 0.0)[1]:
                self._wait_to_be_heard()
                continue
            self._taken, self._is_stopped = time.monotonic(), False
            if time.monotonic() >= self._next:
                self._send(calls, self._seen())
                self._next = max(self._next + self._period, time.monotonic())
            elif self._has_news():
                self._send(calls, self._seen())

    def _wait_to_be_heard(self) -> None:
        """The controller takes nothing just now. Time passes all the same."""
        with self._lock:
            self._desk.pass_time()
        now = time.monotonic()
        self._next = now + self._period
        if not self._goes_on and not self._is_stopped and now - self._taken > HANGS_AFTER:
            self._is_stopped = True
            self._desk.stop_robots()

    def _follow(self, messages: Sequence[ToChild]) -> None:
        """All that has come, before a call lets time pass: after a pause of this process nothing counts as old that is there."""
        with self._lock:
            for message in messages:
                if isinstance(message, Follow):
                    self._desk.follow(message.state)

    def idle(self) -> float:
        """Time passes without a controller too, and nobody looks: what happens there has its own times. How long until it should
        again, in s."""
        with self._lock:
            self._desk.pass_time()
        return max(self._period, ALONE)

    def stop_and_stand(self) -> None:
        self._desk.stop_robots()
        until = time.monotonic() + STANDING
        with suppress(Defective):
            while time.monotonic() < until and any(robot.mode in ("running", "stopping") for robot in self._seen().robots):
                select.select([], [], [], self._period)

    def _has_news(self) -> bool:
        with self._lock:
            self._desk.pass_time()
            return self._desk.has_news()

    def _seen(self) -> Seen:
        with self._lock:
            self._desk.pass_time()
            return self._desk.look()

    def _answer(self, calls: socket.socket, call: Call) -> None:
        with self._lock:
            self._desk.pass_time()
            answer = self._desk.answer(call)
        self._send(calls, answer)
        if isinstance(answer, Seen):
            self._send(calls, Answered(call.number))

    def _send(self, calls: socket.socket, message: FromChild) -> None:
        """What cannot be written is the driver's fault, and its end."""
        try:
            content = frame(write(message))
        except (TypeError, ValueError) as cause:
            calls.sendall(frame(write(Broken("looking", f"it says what cannot be written: {cause}"))))
            raise BadFrame(str(cause)) from cause
        calls.sendall(content)

    def _hear_stops(self, stops: socket.socket, parted: threading.Event) -> None:
        """Until the controller is gone. A loop that hangs in a call of the driver does not see that, and must not outlive it."""
        self._hear(stops)
        if not parted.wait(PARTED_WITHIN):
            stopping = threading.Thread(target=self._desk.stop_robots, daemon=True)
            stopping.start()
            stopping.join(PARTED_WITHIN)
            os._exit(4)

    def _hear(self, stops: socket.socket) -> None:
        frames = Frames()
        with suppress(OSError, BadFrame, CodecError):
            while piece := stops.recv(4096):
                for text in frames.feed(piece):
                    message = read_to_child(text)
                    if isinstance(message, Stop):
                        with suppress(Defective):  # no answer then: it counts as not taken
                            self._stop(message)
                            stops.sendall(frame(write(Answered(message.number))))

    def _stop(self, stop: Stop) -> None:
        has_lock = self._lock.acquire(timeout=LOCK_WITHIN)
        try:
            if has_lock:
                self._desk.pass_time()
            self._desk.stop(stop)
        finally:
            if has_lock:
                self._lock.release()


def _print_to_nobody() -> None:
    """Who read what was printed has gone with the controller."""
    nobody = os.open(os.devnull, os.O_WRONLY)
    for descriptor in {1, 2} - {nobody}:
        os.dup2(nobody, descriptor)
    if nobody > 2:
        os.close(nobody)


def _accepted(listener: socket.socket, host: Host | None, patience: float) -> Ends | None:
    """The two connections of one controller; None when none has come within `patience` s."""
    until, found = time.monotonic() + patience, dict[bytes, socket.socket]()
    while len(found) < 2:
        left = until - time.monotonic()
        if left <= 0.0:
            break
        if not select.select([listener], [], [], min(left, host.idle() if host is not None else left))[0]:
            continue
        end, _ = listener.accept()
        end.settimeout(SENT_WITHIN)
        role = end.recv(1)
        found[role] = end
    if set(found) == {CALLS, STOPS}:
        found[STOPS].settimeout(None)
        return Ends(found[CALLS], found[STOPS])
    for end in found.values():
        end.close()
    return None
