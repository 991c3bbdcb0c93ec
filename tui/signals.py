"""Who asks the program to end: Ctrl-C, a service manager (SIGTERM), a terminal that closes (SIGHUP). All of them alike.

Law: what the user has told the program not to hear (`nohup`) it does not hear.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Handler = Callable[[int, FrameType | None], object]


@contextmanager
def handled_by(handler: Handler) -> Iterator[None]:
    """While the block lasts `handler` has all of them. Only the main thread can hear a signal: elsewhere nothing changes."""
    if current_thread() is not main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in ENDINGS}
    for number, had in before.items():
        if had is not signal.SIG_IGN:
            signal.signal(number, handler)
    try:
        yield
    finally:
        for number, had in before.items():
            if had is not None:  # None: not set from Python, so not ours to restore
                signal.signal(number, had)


@contextmanager
def ended_like_ctrl_c() -> Iterator[None]:
    """Each of them is a KeyboardInterrupt, so that what has been begun is put away. SIGCONT comes right behind that of a
    terminal that closes: the screens, which begin again at it, are being put away by then."""
    goes_on = signal.getsignal(signal.SIGCONT)
    with handled_by(signal.default_int_handler):
        for number in ENDINGS[1:]:
            if signal.getsignal(number) is signal.default_int_handler and current_thread() is main_thread():
                signal.signal(number, _gone)
        try:
            yield
        finally:
            if signal.getsignal(signal.SIGCONT) is _nothing:
                signal.signal(signal.SIGCONT, goes_on)


def _gone(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGCONT, _nothing)
    signal.default_int_handler(number, frame)


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """A process that was stopped goes on all the same."""
