"""Drivers that are unusual and keep the contract: the kit does not blame them for what it did not think of."""

from __future__ import annotations

from dataclasses import replace

from cell.device import ReadbackBlock
from cell_drivers.conformance import examine
from cell_drivers.conformance.laws import sampling
from tests.conformance.around import Around, Fault, robots


class OneByOne(Around):
    """A robot that is asked for each sample, and whose numbers pass between two answers: no two samples follow each other."""

    def readback(self) -> tuple[ReadbackBlock, ...]:
        return tuple(self.sample(block, k) for block in self.inner.readback() for k in range(len(block.time)))

    @staticmethod
    def sample(block: ReadbackBlock, k: int) -> ReadbackBlock:
        arrays = {name: getattr(block, name)[k : k + 1] for name in ("time", "q", "qd", "setpoint", "s", "speed_scaling")}
        return replace(block, first_seq=block.first_seq + k, **arrays)


def test_a_block_may_be_one_sample() -> None:
    law = sampling.readback_has_no_gap_inside_a_block
    (finding,) = examine(Fault("gives each sample alone", law, robots(OneByOne)).bench(), (law,)).findings
    assert finding.verdict == "passed", finding.seen
    assert "samples in" in finding.seen
