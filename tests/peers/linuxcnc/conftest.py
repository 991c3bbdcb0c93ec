from collections.abc import Iterator

import pytest

from tests.doubles.linuxcnc_arm import HOME, arm_model
from tests.doubles.linuxcnc_bench import Bench, beside_real
from tests.peers.linuxcnc.controller import Controller


@pytest.fixture(scope="session")
def controller() -> Iterator[Controller]:
    with Controller(arm_model(), HOME) as controller:
        yield controller


@pytest.fixture
def bench(controller: Controller) -> Iterator[Bench]:
    """Open, activated, and at HOME."""
    controller.go_to(HOME)
    bench = beside_real(arm_model(), controller.programs, controller.port)
    bench.robot.open()
    try:
        activated = bench.activated()
        assert activated.state == "done", f"{activated.why}\n{controller.log[-800:]}"
        yield bench
    finally:
        bench.robot.close()
