"""What is read out of LinuxCNC's own record: how often a program moved it, and how far."""

import numpy as np
import pytest

from tests.peers.linuxcnc.controller import Record


def recorded(*rows: tuple[float, int]) -> Record:
    """One joint: where it stands in each period, and the line that moves it."""
    return Record(np.arange(len(rows)), np.array([[q] for q, _ in rows]), np.array([line for _, line in rows]))


def test_each_program_that_moves_it_counts_once_whatever_pauses_it_makes() -> None:
    first = [(0.0, 0), (0.1, 13), (0.2, 14), (0.2, 14), (0.2, 0), (0.25, 0), (0.3, 15), (0.4, 16), (0.4, 0)]
    again = [(0.3, 13), (0.2, 14), (0.0, 15)]
    assert recorded(*first).executions == 1
    assert recorded(*first, *again).executions == 2
    assert recorded(*first, *again, (0.1, 13)).executions == 3
    assert recorded((0.0, 0), (0.0, 13), (0.0, 14), (0.0, 13)).executions == 0, "nothing moved"


def test_what_it_went_to_and_fro_adds_up() -> None:
    assert recorded((0.0, 0), (0.3, 13), (0.1, 14), (0.1, 0)).travelled == pytest.approx([0.5])
