"""Waiting for something real, with a bound: by a condition, never by the clock alone."""

import threading
import time
from collections.abc import Callable

PATIENCE = 60.0  # s: what a busy machine may take for what takes milliseconds
_never = threading.Event()


def until(claim: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    """Returns as soon as `claim` holds. Raises AssertionError when it does not within `patience` s."""
    end = time.monotonic() + patience
    while not claim():
        assert time.monotonic() < end, f"waited {patience:g} s for {what}"
        _never.wait(0.005)
