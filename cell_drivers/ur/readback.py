"""Samples of the motion under way, gathered until somebody takes them: in blocks without a gap, of one command each."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cell.device import ReadbackBlock
from cell.geometry import frozen
from cell_drivers.ur.rtde_session import FREQUENCY
from cell_drivers.ur.sample import Sample

MOST = 75_000
"""Samples that are kept for somebody who does not come: ten minutes. The oldest go, and the numbers tell."""


def number(sample: Sample) -> int:
    """Samples are numbered by the controller's own clock, so what is missing between two is seen."""
    return round(sample.time * FREQUENCY / 1e9)


@dataclass(slots=True)
class Gathered:
    """`offset` ns: what the controller's clock lacks to ours, for the connection under way."""

    _rows: list[tuple[str, str, int, Sample]] = field(default_factory=list)

    def add(self, command: str, motion: str, offset: int, sample: Sample) -> None:
        self._rows.append((command, motion, sample.time + offset, sample))
        del self._rows[:-MOST]

    def take(self, device: str) -> tuple[ReadbackBlock, ...]:
        rows, self._rows = self._rows, []
        if not rows:
            return ()
        starts = [i for i in range(len(rows)) if i == 0 or not _goes_on(rows[i - 1], rows[i])]
        return tuple(_block(device, rows[a:b]) for a, b in zip(starts, [*starts[1:], len(rows)], strict=True))


def _goes_on(before: tuple[str, str, int, Sample], then: tuple[str, str, int, Sample]) -> bool:
    return then[0] == before[0] and number(then[3]) == number(before[3]) + 1


def _block(device: str, rows: list[tuple[str, str, int, Sample]]) -> ReadbackBlock:
    samples = [row[3] for row in rows]
    return ReadbackBlock(
        device=device,
        command=rows[0][0],
        motion=rows[0][1],
        first_seq=number(samples[0]),
        time=np.array([row[2] for row in rows], dtype=np.int64),
        q=frozen([sample.q for sample in samples]),
        qd=frozen([sample.qd for sample in samples]),
        setpoint=frozen([sample.target for sample in samples]),
        s=frozen([sample.report.s for sample in samples]),
        speed_scaling=frozen([sample.report.rate for sample in samples]),
    )
