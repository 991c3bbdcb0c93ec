"""A rehearsal's journal on a disk that is slow or full for a while, in virtual time: what is handed over is kept later, in order.

Law: waiting for the disk is what lets that time pass; everything else in the cell goes on meanwhile.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from cell.driver import VirtualTime
from cell.events import Event
from cell.motion_plan import MotionPlan
from cell.scenario import DiskFull, DiskSlow
from controller.journal.journal import MemoryJournal
from controller.run_state import RunState

SECOND = 1e9
FULL = "the disk is full"


class RehearsedDisk(MemoryJournal):
    def __init__(
        self,
        virtual: VirtualTime,
        spells: Sequence[DiskSlow | DiskFull],
        most: int | None = None,
        hear: Callable[[Event], None] | None = None,
    ) -> None:
        super().__init__(most, hear)
        self._virtual = virtual
        self._spells = tuple(spells)
        self._written = 0
        self._waiting: deque[tuple[int, int]] = deque()  # when how many events are on the disk, ns, never falling
        self._plans: dict[str, int] = {}

    def append(self, events: Sequence[Event], state: RunState, *, is_durable: bool) -> None:
        super().append(events, state, is_durable=is_durable)
        self._waiting.append((self._due(), super().kept()))

    def keep_plan(self, plan: MotionPlan) -> None:
        self._plans.setdefault(plan.plan_id, self._due())

    def holds(self, plan_id: str) -> bool:
        return self._plans[plan_id] <= self._virtual.now()

    def kept(self) -> int:
        now = self._virtual.now()
        while self._waiting and self._waiting[0][0] <= now:
            _, self._written = self._waiting.popleft()
        return self._written

    def trouble(self) -> str:
        now = self._virtual.now()
        is_pending = bool(self._waiting) and self._waiting[-1][0] > now
        return FULL if is_pending and any(self._is_full(spell, now) for spell in self._spells) else ""

    def wait(self, seconds: float) -> bool:
        before, now = self.kept(), self._virtual.now()
        self._virtual.advance_to(now + round(seconds * SECOND))
        return self.kept() > before

    def _due(self) -> int:
        now, due = self._virtual.now(), self._virtual.now()
        for spell in self._spells:
            if isinstance(spell, DiskFull) and self._is_full(spell, now):
                due = max(due, round(spell.end * SECOND))
            elif isinstance(spell, DiskSlow) and spell.start <= now / SECOND < spell.end:
                due = max(due, now + round(spell.delay * SECOND))
        return max(due, self._waiting[-1][0] if self._waiting else 0)

    @staticmethod
    def _is_full(spell: DiskSlow | DiskFull, now: int) -> bool:
        return isinstance(spell, DiskFull) and spell.start <= now / SECOND < spell.end
