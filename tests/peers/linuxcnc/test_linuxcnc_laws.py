"""The driver keeps every law of the kit beside a real LinuxCNC: a relay cuts its link, an operator's mistake is its fault."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from cell.driver import DriverSet
from cell_drivers.conformance import Bench, Finding, Hooks, examine
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
    "calls-return-at-once": r"`\w+` took",  # and whoever is not let run in the call has not returned
    "states-are-fresh": r"a state was .* old",  # while nobody looks none is fetched
    "states-come-at-the-declared-rate": r"\d+ fresh states in 1 s",
    "readback-has-no-gap-inside-a-block": r"\d+ samples of a motion|a block has a gap",
    "a-stop-stands-in-the-declared-time": r"\w+: it moved for",  # from before the call, which goes out when we are let run
    "scaling-is-followed": r"\d+ samples of .* were seen on its way",  # while nobody looks none is fetched
    "nothing-is-caught-up": r".* s lost to a slow-down took",  # the slow-down goes out when we are let run
    "a-motion-ends-at-its-end": r"it took",  # to when the end was seen
    "status-tells-the-whole-life": r"it was not seen, queued, done|while it ran `at` had",  # it ran while nobody looked
}
"""What a machine breaks that does something else for a moment, by law: it measures when whoever asks was let run, as well as
LinuxCNC. That is tried again, so slowly that such moments weigh little; a driver that breaks it breaks it each time. What else a
law sees (done and not at its end, an `at` that runs back, a sample told twice) is never tried again: once is a defect. What is
claimed of LinuxCNC's own time is claimed from its own record (test_linuxcnc.py)."""
TRIES, SLOWLY = 4, 0.05
BESIDE_THE_DOUBLE = {"what-is-not-finite-is-no-state", "what-runs-back-is-no-state", "who-strays-is-seen-off-the-setpoint"}
"""What a real LinuxCNC cannot be made to say."""
MISTAKE = "can't do that (EMC_TASK_PLAN_RUN:507) in MDI mode"


@pytest.fixture
def bench(controller: Controller) -> Iterator[Bench]:
    controller.go_to(HOME)
    with ChaosRelay(("127.0.0.1", controller.port), Chaos(0, CALM)) as relay:

        def cut(drivers: DriverSet, device: str) -> Callable[[], None]:
            relay.cut(refuses=True)
            return relay.heal

        def hush(drivers: DriverSet, device: str) -> Callable[[], None]:
            return relay.hold()

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
        yield Bench(driver, assembly, hooks=Hooks(cut=cut, fault=fault, hush=hush), stays=True, is_ideal=True)


@pytest.mark.parametrize("share", SHARES)
def test_every_law_is_kept_and_none_stays_untested(controller: Controller, bench: Bench, share: slice) -> None:
    statement = examine(bench, LAWS[share])
    failed = {f.law.name: f for f in statement.of("failed")}
    for again in range(1, TRIES):
        laws = [finding.law for finding in failed.values() if _is_of_our_time(finding)]
        if not laws:
            break
        tried = examine(replace(bench, series=f"again {again}", speed=SLOWLY), laws)
        failed = {n: f for n, f in failed.items() if not _is_of_our_time(f)} | {f.law.name: f for f in tried.of("failed")}
    untested = {f.law.name: f for f in statement.of("not tested") if f.law.name not in BESIDE_THE_DOUBLE}
    seen = (f"{f.law.name}: {f.seen}" for f in (failed | untested).values())
    assert not failed | untested, "\n".join((*seen, controller.log[-800:]))  # which says how late LinuxCNC itself was
    assert len(statement.of("passed")) > 25


def _is_of_our_time(finding: Finding) -> bool:
    seen = OF_OUR_TIME.get(finding.law.name)
    return seen is not None and re.match(seen, finding.seen) is not None
