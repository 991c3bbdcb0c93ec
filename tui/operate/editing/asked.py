"""The newest draft before a process that works on it: what was asked before and is stale is not waited for.

Law: nothing here waits but the thread. What is said of a draft that nobody wants any more is dropped, and a plan from it is
ended.
"""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Condition, Thread
from typing import Final

from cellwright.at_hand import AtHand, unpickled
from tui.operate.editing.bench import COMMAND
from tui.operate.editing.messages import Checked, Draft, Getting, Said, Tried

PATIENCE: Final = 1800.0  # s between two words of a plan


class Asked:
    """`told` is called by the thread with all that is said of the draft that is wanted."""

    def __init__(self, folder: Path, told: Callable[[Said], None]) -> None:
        self._process = AtHand(COMMAND, folder, PATIENCE)
        self._told = told
        self._wanted: Draft | None = None
        self._next: Draft | None = None
        self._under_way: Draft | None = None
        self._is_closed = False
        self._changed = Condition()
        Thread(target=self._work, name="draft", daemon=True).start()

    def ask(self, draft: Draft) -> None:
        with self._changed:
            self._wanted = self._next = draft
            self._end_plan()
            self._changed.notify()

    def end(self) -> None:
        """What is being worked on is not wanted any more."""
        with self._changed:
            self._wanted = self._next = None
            self._end_plan()

    def close(self) -> None:
        with self._changed:
            self._is_closed, self._wanted = True, None
            self._changed.notify()
        self._process.close()

    def _end_plan(self) -> None:
        """It would take minutes. Its process is made again for the next."""
        pid = self._process.pid
        if self._under_way is not None and self._under_way.is_planned and pid is not None:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._next is not None or self._is_closed)
                self._under_way, self._next = self._next, None
                draft = self._under_way
            if self._is_closed or draft is None:
                return
            self._on(draft)
            with self._changed:
                self._under_way = None

    def _on(self, draft: Draft) -> None:
        try:
            self._process.tell(pickle.dumps(draft))
            while True:
                said = unpickled(self._process.heard(), object)
                assert isinstance(said, Checked | Getting | Tried)
                self._say(draft, said)
                if not isinstance(said, Getting):
                    return
        except (OSError, EOFError, ValueError) as cause:  # ValueError: closed in the midst of it
            why = f"the process that works on it has ended: {self._process.ended(str(cause) or type(cause).__name__)}"
            self._say(draft, Tried(draft.number, (), problem=why) if draft.is_planned else Checked(draft.number, (), why))

    def _say(self, draft: Draft, said: Said) -> None:
        if draft is self._wanted and not self._is_closed:
            self._told(said)
