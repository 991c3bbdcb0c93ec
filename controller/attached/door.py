"""Who comes to the controller, also where its process has no handle left for whoever comes.

Law: nobody turns in vain. A listener that nothing can be accepted from stays readable, so it is let alone for a moment. And a few
handles are kept back: by them whoever comes then is heard, one after another, as at a door that is full for any other reason.
"""

from __future__ import annotations

import errno
import os
import select
import selectors
import socket
from collections.abc import Callable
from typing import Final

from controller.attached.terminal import AT_THE_DOOR

KEPT_BACK = 8
"""handles. A stop is heard of whoever has sent it before so many others came behind them."""
PAUSE = 0.2  # s
NO_HANDLE: Final = f"there is no handle left for a terminal: of this one only a stop or a hold is heard, within {AT_THE_DOOR:g} s"
_HANDLE: Final = frozenset({errno.EMFILE, errno.ENFILE})
_SHORT: Final = _HANDLE | {errno.ENOBUFS, errno.ENOMEM}


class Door:
    def __init__(self, listener: socket.socket, selector: selectors.BaseSelector, clock: Callable[[], float]) -> None:
        self.listener, self._selector, self._clock = listener, selector, clock
        self._kept: list[int] = []
        self._shut_until: float | None = None
        self._lacks_handle = False
        self._waiting = select.poll()
        self._waiting.register(listener, select.POLLIN)
        listener.setblocking(False)
        selector.register(listener, selectors.EVENT_READ)
        self._keep_back()

    @property
    def is_short(self) -> bool:
        """Whoever comes now has one of the handles that are kept back."""
        return len(self._kept) < KEPT_BACK

    def look(self) -> None:
        """Called in every turn: handles may have become free. Where one was lacking the door opens at once."""
        has_more = self._keep_back()
        if self._shut_until is not None and ((has_more and self._lacks_handle) or self._clock() >= self._shut_until):
            self._open()

    def accept(self, make_way: Callable[[], bool]) -> socket.socket | None:
        """The next one, None where nobody waits, or there is no handle or no memory. `make_way` lets go of one who has been
        heard, and says whether there was one."""
        end, lack = self._accepted()
        if lack in _HANDLE and (self._give_one() or make_way()):
            end, lack = self._accepted()
        if lack is not None:
            self._lacks_handle = lack in _HANDLE
            self._shut_until = self._clock() + PAUSE
            self._selector.unregister(self.listener)
        return end

    def close(self) -> None:
        while self._give_one():
            pass
        self.listener.close()

    def _open(self) -> None:
        """Whoever is there already is heard whether it opens or not."""
        try:
            self._selector.register(self.listener, selectors.EVENT_READ)
        except OSError:
            self._shut_until = self._clock() + PAUSE
        else:
            self._shut_until = None

    def _accepted(self) -> tuple[socket.socket | None, int | None]:
        """And what is lacking for somebody who waits: it is looked for first, also where nobody waits."""
        try:
            return self.listener.accept()[0], None
        except OSError as cause:
            return None, cause.errno if cause.errno in _SHORT and self._waiting.poll(0) else None

    def _keep_back(self) -> bool:
        """Whether there is one more."""
        before = len(self._kept)
        while self.is_short:
            try:
                self._kept.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
            except OSError:
                break
        return len(self._kept) > before

    def _give_one(self) -> bool:
        if not self._kept:
            return False
        os.close(self._kept.pop())
        return True
