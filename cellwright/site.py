"""What a controller's process has at hand before it knows its run: the run's folder, how it began, and who may say what to it."""

from __future__ import annotations

import os
from dataclasses import field
from pathlib import Path

from cell.dataclass import dataclass
from cell.model import CellModel
from cell.order_file import objection
from cell.orders import Order
from cellwright.cell_lock import NONE, CellLock, Holder, keys_of, take
from cellwright.desk import Desk
from cellwright.folders import private
from cellwright.reading import Reading
from cellwright.refusal import Refusal
from cellwright.start_file import Start
from cellwright.workshop import Workshop, open_workshop
from controller.attached.server import Server
from controller.journal.folder import RunFolder


@dataclass(slots=True)
class Objections:
    """What is wrong with an order for this cell, as soon as the cell is known."""

    cell: CellModel | None = None

    def objection(self, order: Order) -> str | None:
        return "the cell is still being read" if self.cell is None else objection(order, self.cell)


@dataclass(frozen=True, slots=True)
class Site:
    """`jobs`: processes for plans and proofs, None for all cores. `given`: what the terminal has locked beforehand."""

    folder: RunFolder
    start: Start
    jobs: int | None
    desk: Desk
    server: Server
    given: CellLock = NONE
    orders: Objections = field(default_factory=Objections)

    @property
    def worlds(self) -> Path:
        return private(self.state_dir / "worlds")

    @property
    def state_dir(self) -> Path:
        return self.folder.path.parent.parent

    def workshop(self) -> Workshop:
        """Terminals are told how far it has got."""
        return open_workshop(self.server.working, self.jobs)

    def stand(self) -> None:
        """Names of files are as they were when the run was asked for. Raises OSError."""
        os.chdir(self.start.working)

    def lock(self, reading: Reading, *others: str) -> CellLock:
        """The cell that was read is ours, and `others`, until this process ends. Raises Refusal."""
        if reading.cell is None:
            raise Refusal(*reading.diagnostics)
        found = take(self.state_dir, (*others, *keys_of(reading, reading.cell)), self.folder.id, given=self.given)
        if isinstance(found, Holder):
            raise Refusal(found.diagnostic)
        return found
