from pathlib import Path

import pytest

from tests.doubles.linuxcnc_arm import HOME, arm_model
from tests.doubles.linuxcnc_bench import Bench, beside
from tests.doubles.linuxcnc_shell import LinuxcncDouble


@pytest.fixture
def double() -> LinuxcncDouble:
    return LinuxcncDouble(arm_model(), HOME)


@pytest.fixture
def bench(double: LinuxcncDouble, tmp_path: Path) -> Bench:
    """Open and activated."""
    bench = beside(double, tmp_path)
    bench.robot.open()
    assert bench.activated().state == "done"
    return bench
