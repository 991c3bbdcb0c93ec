"""The driver keeps every law of the kit beside a real LinuxCNC: a relay cuts its link, an operator's mistake is its fault."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from cell.driver import DriverSet
from cell_drivers.conformance import Bench, Hooks, examine
from cell_drivers.conformance.built_in import built_in
from cell_drivers.conformance.laws import LAWS
from cell_drivers.linuxcnc import driver
from tests.doubles.chaos_relay import ChaosRelay
from tests.doubles.chaos_schedule import CALM, Chaos
from tests.doubles.linuxcnc_arm import HOME, arm_model
from tests.peers.linuxcnc.controller import Controller

pytestmark = pytest.mark.counterpart
SHARES = [pytest.param(slice(k, None, 2), marks=pytest.mark.xdist_group(f"linuxcnc laws {k}"), id=f"share {k}") for k in (0, 1)]
"""Halves of them, for two processes to try at the same time: they wait most of it."""
ROBOT = "gantry"
"""As the kit's own cell calls its robot."""
OF_OUR_TIME = {
    "calls-return-at-once", "states-are-fresh", "states-come-at-the-declared-rate", "readback-has-no-gap-inside-a-block",
    "a-stop-stands-in-the-declared-time", "scaling-is-followed", "nothing-is-caught-up", "a-motion-ends-at-its-end",
    "status-tells-the-whole-life",
}  # fmt: skip
"""Laws that measure whoever asks as well: a machine that does something else for a moment breaks them. A driver that breaks one
breaks it each time, also where it moves so slowly that such moments weigh little."""
TRIES, SLOWLY = 4, 0.05
BESIDE_THE_DOUBLE = {"what-is-not-finite-is-no-state", "what-runs-back-is-no-state"}
"""What a real LinuxCNC cannot be made to say."""
MISTAKE = "can't do that (EMC_TASK_PLAN_RUN:507) in MDI mode"


@pytest.fixture
def bench(controller: Controller) -> Iterator[Bench]:
    controller.go_to(HOME)
    with ChaosRelay(("127.0.0.1", controller.port), Chaos(0, CALM)) as relay:

        def cut(drivers: DriverSet, device: str) -> Callable[[], None]:
            relay.cut(refuses=True)
            return relay.heal

        def fault(drivers: DriverSet, device: str) -> str:
            with controller.shell() as shell:
                shell.tell("set mode mdi")
                shell.wait("get mode", "MODE MDI")
                shell.tell("set run")
            return MISTAKE

        address = f"linuxcnc://127.0.0.1:{relay.port}{controller.programs}"
        assembly = replace(
            built_in("linuxcnc"), robots={ROBOT: arm_model()}, devices=frozenset({ROBOT}), addresses={ROBOT: address}
        )
        yield Bench(driver, assembly, hooks=Hooks(cut=cut, fault=fault), stays=True)


@pytest.mark.parametrize("share", SHARES)
def test_every_law_is_kept_and_none_stays_untested(controller: Controller, bench: Bench, share: slice) -> None:
    statement = examine(bench, LAWS[share])
    failed = {f.law.name: f for f in statement.of("failed")}
    for again in range(1, TRIES):
        laws = [law for law in LAWS if law.name in OF_OUR_TIME & failed.keys()]
        if not laws:
            break
        tried = examine(replace(bench, series=f"again {again}", speed=SLOWLY), laws)
        failed = {name: f for name, f in failed.items() if name not in OF_OUR_TIME} | {f.law.name: f for f in tried.of("failed")}
    untested = {f.law.name: f for f in statement.of("not tested") if f.law.name not in BESIDE_THE_DOUBLE}
    seen = (f"{f.law.name}: {f.seen}" for f in (failed | untested).values())
    assert not failed | untested, "\n".join((*seen, controller.log[-800:]))  # which says how late LinuxCNC itself was
    assert len(statement.of("passed")) > 25
