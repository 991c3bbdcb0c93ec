"""Where the host name of an address points to, asked for beside whoever needs it: a name server takes as long as it likes.

Law: nobody waits longer than he says, and one question at a time is under way for each `HostName`. What comes after he has given
up is there for him the next time. Each answer is taken once: where a name points may have changed when a link is made anew.
"""

from __future__ import annotations

import socket
import threading
from concurrent.futures import Future

Found = tuple[str, ...] | OSError


class HostName:
    """Used by one thread. A number needs no question, and no thread."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._question: Future[Found] | None = None
        self._answers = 0

    def places(self, patience: float) -> tuple[str, ...] | None:
        """Its numbers, the best first, another one each time where there are several: one of them may lead nowhere. None where
        nobody has answered within `patience` s. Raises OSError for a name that is none."""
        if self._question is None:
            self._question = _asked(self.name)
        try:
            found = self._question.result(patience)
        except TimeoutError:
            return None
        self._question = None
        if isinstance(found, OSError):
            raise found
        first, self._answers = self._answers % len(found), self._answers + 1
        return found[first:] + found[:first]

    @property
    def is_asked(self) -> bool:
        """Whether a question is under way."""
        return self._question is not None

    @property
    def silence(self) -> str:
        """What is said where `places` came to None."""
        return f"no name server has told yet where {self.name} is"


def _asked(name: str) -> Future[Found]:
    """Its answer to come. The thread is nobody's to wait for: it ends with the process, and nothing ends a question."""
    question = Future[Found]()
    number = _answer(name, socket.AI_NUMERICHOST)
    if not isinstance(number, OSError):
        question.set_result(number)
    else:
        ask = threading.Thread(target=lambda: question.set_result(_answer(name)), name=f"where {name} is", daemon=True)
        ask.start()
    return question


def _answer(name: str, flags: int = 0) -> Found:
    try:
        found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=flags)
    except OSError as why:
        return OSError(f"{name}: {why.strerror or why}")
    except ValueError as why:  # no name can be written so: a label that is empty or too long, a character that is none
        return OSError(f"{name!r} is no name of a host: {why}")
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))
