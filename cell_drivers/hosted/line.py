"""A driver's process as the controller sees it: calls with their answers, the newest look at everything, and why it was cut off.

Laws. No call takes longer than its bound. Whatever the child does wrong has one consequence: the line is cut. Then what runs is
asked to stop, over the channel for stops; the process is killed; every device of it reports `LinkChanged` with the reason, and
the fault `link`. Nothing is sent to it any more, and nothing that was sent is ever sent again. Only `restart` makes a new
process.
"""

from __future__ import annotations

import atexit
import select
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from pathlib import Path
from threading import Event, Lock, Thread, Timer
from typing import Any

from cell.codec import CodecError
from cell.command_book import Over
from cell.device import (
    CommandChanged,
    DeviceEvent,
    FaultCleared,
    FaultRaised,
    LinkChanged,
    ReadbackBlock,
    RobotState,
    StopKind,
)
from cell.driver_errors import DriverError, DriverHangs, LinkLost, Refusal, Refused, Timeout
from cell_drivers.hosted.bounds import Bounds
from cell_drivers.hosted.credible import incredible
from cell_drivers.hosted.failures import as_raised
from cell_drivers.hosted.first_word import NoStart, first_word
from cell_drivers.hosted.frames import BadFrame, Frames, frame
from cell_drivers.hosted.meter import Meter, due_of
from cell_drivers.hosted.pace import Pace
from cell_drivers.hosted.spawn import Reached
from cell_drivers.hosted.stops import Stops
from cell_drivers.hosted.told import Told
from cell_drivers.hosted.waiting_awake import is_set_within
from cell_drivers.hosted.wire import (
    Answered,
    Broken,
    Call,
    Failed,
    Follow,
    FromChild,
    Goodbye,
    Group,
    Hello,
    Seen,
    read_from_child,
    write,
)

LINK = "link"
"""The fault of a device whose driver's process was cut off. To acknowledge it starts another."""
CLOSED = "closed"
CHECKED = 0.5  # s between two looks at what the process holds


class Line:
    """`start` makes a child, or reaches one. Raises NoStart where there is none within `bounds.start`."""

    def __init__(self, start: Callable[[], Reached], driver: str, bounds: Bounds) -> None:
        self.driver, self.bounds = driver, bounds
        self._start = start
        self._numbers = count(1)
        self._sending, self._cutting = Lock(), Lock()
        self._told = Told()
        self._asked: dict[int, tuple[Event, list[Answered | Failed]]] = {}
        self._commands, self._over = set[str](), Over()
        self._heard, self._missed, self._silence = time.monotonic(), 0.0, bounds.silence
        self._is_open = False
        self._parting: Timer | None = None
        self._is_restarting = False
        self.why: str | None = None  # it was cut off; None while it is up
        self.hello, self.meter = Hello(), Meter()
        self.on_news: Callable[[], None] = lambda: None
        self._connect()

    @property
    def is_closed(self) -> bool:
        """And its process has ended."""
        return self.why == CLOSED

    @property
    def is_open(self) -> bool:
        """As its user wants it: also while it is cut off."""
        return self._is_open

    def now(self) -> int:
        """In the time that the child keeps."""
        return Pace(self.hello.origin, self.hello.speed).now()

    @property
    def socket_path(self) -> Path:
        """Where the child can be reached."""
        return self._reached.socket_path

    @property
    def names(self) -> tuple[str, ...]:
        """Its devices, each once."""
        return tuple(dict.fromkeys(device.name for device in self.hello.devices))

    # --- calls -------------------------------------------------------------------------------------------------------

    def ask(self, group: Group, key: str, method: str, *arguments: Any, name: str = "", command: str | None = None) -> Any:
        """What the driver answers. Raises what it raises; Refused for a number that is not finite, and when it is closed; Timeout
        after `bounds.answer`, LinkLost when the line is cut: both leave open what becomes of the command."""
        if command is not None:
            self._commands.add(command)
        call = Call(next(self._numbers), group, key, method, arguments)
        answer = self._answer_to(call, name, command, self.bounds.start if method == "open" else self.bounds.answer)
        if isinstance(answer, Failed):
            raise as_raised(answer, self.driver)
        return answer.value

    def stop(self, group: Group, key: str, kind: StopKind = "hold") -> None:
        """Passes whatever else is going on, and returns at once. A child that does not take it in time is killed, and so is no
        child that moves anything."""
        if self.why is None:
            self._stops.send(group, key, kind)

    def _is_deaf(self, reached: Reached, is_gone: bool) -> None:
        if reached is self._reached:  # else it is of a process before this one
            why = f"a stop was not taken within {self.bounds.stop:g} s"
            self.cut(self._how_it_ended(reached) if is_gone else why, is_deaf=True)

    def follow(self, state: RobotState) -> None:
        """Sent and not answered. A child that takes nothing just now is not waited for: then what it knows grows old."""
        if self.why is None and self._is_open and select.select([], [self._reached.calls], [], 0.0)[1]:
            with suppress(ValueError):  # what is not finite does not cross
                self._send(frame(write(Follow(state))))

    def refresh(self) -> None:
        """Asks for a look, where the newest is older than two periods and the child can be expected to answer."""
        seen = self._told.newest
        if self.why is None and seen is not None and self.now() - seen.time > 2e9 * self.bounds.period:
            with suppress(Timeout, LinkLost):
                self.ask("set", "", "look")

    @property
    def seen(self) -> Seen:
        """The newest look; an empty one from before anything was seen."""
        return self._told.newest or Seen(0)

    def fetch_news(self) -> tuple[DeviceEvent, ...]:
        return self._told.fetch_news()

    def fetch_blocks(self, device: str) -> tuple[ReadbackBlock, ...]:
        return self._told.fetch_blocks(device)

    def open(self) -> None:
        """Opens the driver, and waits for a first look at it. After `close` it is the process that lingers, or else another.
        Raises what the driver raises, LinkLost where there is no process."""
        self._stay()
        self._silence = self.bounds.start  # a device that says nothing is waited for, and then told as that
        try:
            self.ask("set", "", "open")
        finally:
            self._silence = self.bounds.silence
        self.ask("set", "", "look")
        self._is_open = True

    def close(self) -> None:
        """Never raises. The driver is closed at once; its process, which knows what became of commands, lingers for a
        reconnect."""
        self._is_open = False
        if self.why is None and self._parting is None:
            try:
                self.ask("set", "", "close")
            except DriverError:
                self.end()
            else:
                self._part_later()

    def _part_later(self) -> None:
        atexit.register(self.end)
        self._parting = Timer(self.bounds.lingers, self._part)
        self._parting.daemon = True
        self._parting.start()

    def _part(self) -> None:
        if self._parting is not None:
            self.end()

    def _stay(self) -> None:
        with self._cutting:
            is_over = self.is_closed
            if self._parting is not None:
                self._parting.cancel()
                self._parting = None
                atexit.unregister(self.end)
        if is_over:
            try:
                self._connect()
            except NoStart as cause:
                raise LinkLost(self.driver, None, self.now(), str(cause)) from cause

    def end(self) -> None:
        """Says goodbye, and kills who does not go. Never raises."""
        with self._cutting:
            atexit.unregister(self.end)
            if self.why is not None:
                return
            self.why = CLOSED
            with suppress(OSError):
                self._reached.calls.sendall(frame(write(Goodbye())))
            self._reached.let_go()
            try:
                if not self._reached.ended(self.bounds.answer):
                    self._reached.kill()
                    self._reached.ended(self.bounds.start)
            except KeyboardInterrupt:  # somebody is in a hurry, at the end of the program; the child goes at once
                self._reached.kill()

    def leave(self) -> None:
        """As if this process were gone: a simulated world goes on, and can be found. Never raises."""
        with self._cutting:
            atexit.unregister(self.end)
            if self.why is not None:
                return
            self.why, self._is_open = CLOSED, False
            self._reached.let_go()

    # --- cut off, and started again ----------------------------------------------------------------------------------

    def cut(self, why: str, is_deaf: bool = False) -> None:
        """Ends it. Twice is as good as once. `is_deaf`: it takes no stop, so it is not asked to."""
        with self._cutting:
            if self.why is not None:
                return
            self.why = why
            if not is_deaf:
                self._stops.is_taken("motion", "", "hold")
            self._reached.kill()
            ended = self._reached.ended(self.bounds.answer)
        self._told_lost(f"driver {self.driver}: {why}" + (f" ({ended})" if "exit code" in ended and ended not in why else ""))

    def restart(self) -> None:
        """Begins to start another process, where it was cut off. Its devices say `LinkChanged` when it is up, or that it is
        not."""
        if self.why is None or self.is_closed or self._is_restarting:
            return
        self._is_restarting = True
        Thread(target=self._again, name=f"driver {self.driver} again", daemon=True).start()

    def _again(self) -> None:
        try:
            self._connect()
            if self._is_open:
                self.open()
        except (NoStart, DriverError) as cause:
            self.why = self.why or str(cause)
            self._told_lost(str(cause))
        else:
            now = self.now()
            up = [LinkChanged(name, now, True) for name in self.names]
            self._told.add([*up, *(FaultCleared(name, now, LINK) for name in self.names[:1])])
        finally:
            self._is_restarting = False

    def _told_lost(self, why: str) -> None:
        now = self.now()
        waiting = list(self._asked.values())
        down = [LinkChanged(name, now, False, why) for name in self.names]
        self._told.add([*down, *(FaultRaised(name, now, LINK, why) for name in self.names[:1])])
        self.on_news()
        for event, _ in waiting:
            event.set()

    # --- the wire ----------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        try:
            self._reached = self._start()
        except OSError as cause:
            raise NoStart(self.driver, "starting", str(cause)) from cause
        frames = Frames()
        hello, texts = first_word(self._reached, frames, self.driver, self.bounds)
        self._stops = Stops(self._reached.stops, self.bounds.stop, partial(self._is_deaf, self._reached))
        self.hello, self._told.newest, self.why = hello, None, None
        self._due = due_of(hello.devices) if hello.speed == 1.0 else {}  # else a state is not as old as it is late
        self._heard = time.monotonic()
        Thread(target=self._read, args=(self._reached, frames, texts), name=f"driver {self.driver}", daemon=True).start()

    def _read(self, reached: Reached, frames: Frames, texts: list[str]) -> None:
        """Until the line is cut. Whatever the child says is checked before anything believes it."""
        reached.calls.settimeout(min(CHECKED, self.bounds.silence))
        checked = time.monotonic()
        try:
            while self.why is None:
                for text in texts:
                    self._take(read_from_child(text))
                texts = []
                if time.monotonic() - checked > CHECKED:
                    checked = time.monotonic()
                    self._check_holdings(reached)
                try:
                    piece = reached.next_piece()
                except TimeoutError:
                    self._mind_silence(reached)
                    continue
                self._heard = time.monotonic()
                if reached is not self._reached:
                    return
                if not piece:
                    self.cut(self._how_it_ended(reached))
                    return
                texts = list(frames.feed(piece))
        except (BadFrame, CodecError) as cause:
            self.cut(f"it says what the contract does not have: {cause}")
        except OSError as cause:
            self.cut(f"its process cannot be heard: {cause}")
        except Exception as cause:  # whatever it has said, there is one answer to it
            self.cut(f"it says what nobody can read: {type(cause).__name__}: {cause}")

    def _mind_silence(self, reached: Reached) -> None:
        """Whatever it has started may hold its socket open after its end."""
        if reached.has_ended():
            self.cut(self._how_it_ended(reached))
        elif time.monotonic() - self._heard > self._silence:
            self.cut(f"it hangs: no word for {self._silence:g} s")

    def _check_holdings(self, reached: Reached) -> None:
        memory, files = reached.memory(), reached.files()
        if memory > self.bounds.memory:
            self.cut(f"its process holds {memory / 1e6:.0f} MB, {self.bounds.memory / 1e6:.0f} MB are allowed")
        elif files > self.bounds.files:
            self.cut(f"its process holds {files} files, {self.bounds.files} are allowed")

    def _take(self, message: FromChild) -> None:
        match message:
            case Seen():
                self._take_seen(message)
            case Answered() | Failed():
                asked = self._asked.get(message.number)
                if asked is not None:  # else it comes too late, and its caller has been told so
                    asked[1].append(message)
                    asked[0].set()
            case Broken(why=why):
                self.cut(why)
            case Hello():
                raise CodecError("", "a second hello")

    def _take_seen(self, seen: Seen) -> None:
        nonsense = incredible(seen, self.hello, self._is_known)
        if nonsense is not None:
            raise CodecError("", nonsense)
        self.meter.looked(seen, self._due, self.now())
        is_new = self._told.take(seen)
        waiting = self._told.waiting
        self._forget(seen.events)
        if is_new:
            self.on_news()
        if waiting > self.bounds.events:
            self.cut(f"it floods: {waiting} events that nobody could fetch in time")

    def _forget(self, events: Sequence[DeviceEvent]) -> None:
        """Of what is over the oldest: of that no child has anything to say."""
        for event in events:
            if isinstance(event, CommandChanged) and event.status.is_final:
                oldest = self._over.add(event.command)
                self._commands.discard(oldest or "")

    def _is_known(self, command: str) -> bool:
        """Of a child that somebody else has started: it may have been their command."""
        return self._reached.process is None or not self._commands or command in self._commands

    def _answer_to(self, call: Call, name: str, command: str | None, within: float) -> Answered | Failed:
        if self.why is None:
            self._stops.settle()
        if self.why is not None:
            raise self._lost(name, command)
        content = self._written(call, name, command)
        done, answers = Event(), list[Answered | Failed]()
        if self._missed > self._heard:  # it was waited for already, and nothing has come since
            raise self._no_answer(name, command, within)
        self._asked[call.number] = (done, answers)
        asked = time.monotonic()
        try:
            self._send(content)
            is_set_within(done, within)
        finally:
            del self._asked[call.number]
        if answers:
            self._measured(name, time.monotonic() - asked)
            return answers[0]
        if self.why is not None:
            raise self._lost(name, command)
        self._missed = time.monotonic()
        raise self._no_answer(name, command, within)

    def _measured(self, name: str, seconds: float) -> None:
        """What is asked of the whole set is about no device."""
        if name:
            self.meter.answered(name, seconds)

    def _lost(self, name: str, command: str | None) -> DriverError:
        """Of what is closed nothing is unknown: nothing was sent."""
        if self.is_closed:
            return Refused(Refusal.NOT_OPEN, name or self.driver, command, self.now(), last=self.seen.newest(name))
        text = f"driver {self.driver}: {self.why}"
        return LinkLost(name or self.driver, command, self.now(), text, self.seen.newest(name))

    def _no_answer(self, name: str, command: str | None, within: float) -> DriverHangs:
        if name:
            self.meter.lost(name)
        text = f"driver {self.driver} has not answered within {within:g} s"
        return DriverHangs(name or self.driver, command, self.now(), text, self.seen.newest(name))

    def _written(self, call: Call, name: str, command: str | None) -> bytes:
        """What no driver takes does not cross either. Raises Refused."""
        try:
            return frame(write(call))
        except ValueError:
            last = self.seen.newest(name)
            raise Refused(Refusal.NOT_FINITE, name or self.driver, command, self.now(), call.method, last) from None

    def _send(self, content: bytes) -> None:
        """The socket's own timeout bounds it. A child that takes nothing is as good as none."""
        try:
            with self._sending:
                self._reached.calls.sendall(content)
        except ConnectionError:
            self.cut(self._how_it_ended(self._reached))
        except OSError as cause:
            self.cut(f"it takes nothing: {cause}")

    def _how_it_ended(self, reached: Reached) -> str:
        ended = reached.ended(self.bounds.answer)
        return f"its process has ended: {ended}" if ended else "it has closed its connection to the controller"
