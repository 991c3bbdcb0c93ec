"""A call of a foreign driver that does not come back must not keep whoever asked: it is told, and what is left to do is done.

Law: nothing is waited for here but the next sign of life. Who hangs may hold any lock, so what is called then asks for none.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

PATIENCE = 60.0
"""s without a sign of life: longer than any call of the contract may take, `open` included."""


class HangWatch:
    """Inside, `alive` is expected again and again; `patience` s without it and `hung` is called, once and on another thread."""

    def __init__(self, hung: Callable[[], None], patience: float = PATIENCE) -> None:
        self._hung, self._patience = hung, patience
        self._sign, self._is_over = threading.Event(), False
        self._thread = threading.Thread(target=self._watch, name="who hangs", daemon=True)

    def alive(self) -> None:
        self._sign.set()

    def __enter__(self) -> HangWatch:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._is_over = True
        self._sign.set()

    def _watch(self) -> None:
        while self._sign.wait(self._patience):
            self._sign.clear()
            if self._is_over:
                return
        if not self._is_over:
            self._hung()
