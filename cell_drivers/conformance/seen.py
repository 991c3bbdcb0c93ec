"""How a trial ends that does not end well: the law is broken, or it could not be tried."""

from __future__ import annotations


class Broken(Exception):
    """The text says what was seen."""


class NotTried(Exception):
    """The text says what the bench would need."""


class NotOpened(Exception):
    """The drivers could not even be opened, so no law was tried. The text says why."""


def demand(claim: bool, seen: str) -> None:
    """Raises Broken with what was `seen` where `claim` does not hold."""
    if not claim:
        raise Broken(seen)
