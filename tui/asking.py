"""A question to somebody at the terminal, who may also not answer: the wait ends when the answer is no longer of use."""

from __future__ import annotations

import select
import sys
from collections.abc import Callable, Sequence

from tui.streams import write_talk

PATIENCE = 0.2  # s between two looks whether the answer is still of use


def asked(question: str, is_over: Callable[[], bool], answers: Sequence[str] = ()) -> str | None:
    """The one of `answers` that was typed, in capitals or not; else what was typed, in lower case; "" for nothing. None where
    nobody is there any more, or `is_over` came first: what is said next begins a line. Raises what `is_over` does."""
    write_talk(question)
    line = ""
    try:
        while not is_over():
            if _has_come():
                line = sys.stdin.readline()
                return _meant(line.strip(), answers) if line else None
        return None
    finally:
        if not line:
            write_talk("\n")


def _meant(typed: str, answers: Sequence[str]) -> str:
    """Places and tools may have capitals in their names. Of two that differ in nothing else it is the one that was typed so."""
    alike = [answer for answer in answers if answer.lower() == typed.lower()]
    return typed if typed in alike else alike[0] if len(alike) == 1 else typed.lower()


def _has_come() -> bool:
    try:
        return bool(select.select([sys.stdin], [], [], PATIENCE)[0])
    except (OSError, ValueError):
        return True  # nothing that can be waited for; reading it tells
