"""Carries bytes between a session and its socket, and dials again when it is time. Never waits longer than it is told."""

from __future__ import annotations

from collections.abc import Callable

from cell_drivers.linuxcnc.link import Link
from cell_drivers.linuxcnc.session import Session


class Wire:
    """`dial` opens a link, and raises OSError where that cannot be; `clock` gives monotonic ns."""

    def __init__(self, session: Session, dial: Callable[[], Link], clock: Callable[[], int]) -> None:
        self._session, self._dial, self._clock = session, dial, clock
        self._link: Link | None = None

    def turn(self, patience: float) -> None:
        """What has come is taken, what is due goes out. `patience` s that it waits for an answer."""
        session, now = self._session, self._clock()
        try:
            if session.wants_link(now):
                self._link = self._dial()
                session.dialled(now)
            if self._link is not None and session.stage == "dialling":
                self._greet(self._link, now)
            session.look(now)
            if self._link is not None and session.stage in ("greeting", "up"):
                session.take(self._link.receive(patience), self._clock())  # before anything counts as late
            session.tick(self._clock())
            if self._link is not None:
                self._link.send(session.take_outbox())
        except OSError as cause:
            session.lost(str(cause), now)
        if session.stage in ("down", "closed"):
            self.hang_up()

    def _greet(self, link: Link, now: int) -> None:
        if link.is_connected():
            self._session.connected(now)
        else:
            self._session.awaits = link.awaits

    def hang_up(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None
