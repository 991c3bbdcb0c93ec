"""What a story is given: shifts, each at a controller that is a process of its own. A story is the application as it is, the keys
as they are pressed, and what comes of them. Each waits for its shift: some go with the long tests, most with the slow ones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.tui.operate.shift.shifts import Shifts


@pytest.fixture(scope="session")
def every_shift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shifts]:
    shifts = Shifts(tmp_path_factory.mktemp("shift"))
    yield shifts
    shifts.close()


@pytest.fixture
def shifts(every_shift: Shifts) -> Iterator[Shifts]:
    yield every_shift
    every_shift.end()
