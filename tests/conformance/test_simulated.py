"""The simulated drivers keep every law of the kit, through its plugin as an integrator would write it."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from cell_drivers.conformance import Bench, examine
from cell_drivers.conformance.built_in import built_in
from cell_drivers.conformance.laws import LAWS, sensing, wiring
from cell_drivers.conformance.pytest_plugin import test_law  # noqa: F401  one test per law
from cell_drivers.simulated import bench as simulated_bench


@pytest.fixture
def bench() -> Bench:
    return simulated_bench(built_in("sim"))


def test_laws_have_names_of_their_own_and_a_sentence() -> None:
    assert len({law.name for law in LAWS}) == len(LAWS)
    assert len({(law.binds, law.says) for law in LAWS}) == len(LAWS)
    assert all(law.says.endswith(".") for law in LAWS)


def test_nobody_gets_the_plugin_who_does_not_import_it(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text("utf-8"))["project"]
    assert "pytest11" not in project["entry-points"]


def test_what_a_driver_declares_exempts_it_and_says_so(bench: Bench) -> None:
    (finding,) = examine(bench, (wiring.set_io_reaches_its_value,)).findings
    assert (finding.verdict, finding.seen) == ("exempt", "exempt because it declares no I/O points")


def test_what_the_bench_cannot_bring_about_is_not_tested_and_no_pass() -> None:
    statement = examine(Bench(simulated_bench(built_in("sim")).driver, built_in("sim")), (sensing.a_silent_signal_grows_stale,))
    (finding,) = statement.findings
    assert (finding.verdict, finding.seen) == ("not tested", "the bench cannot cut the link")
    assert not statement.conforms


def test_a_world_whose_robot_is_another_drivers_keeps_every_law_too() -> None:
    whole = built_in("sim")
    statement = examine(simulated_bench(replace(whole, devices=whole.devices - {"gantry"})))
    assert [(f.law.name, f.device, f.seen) for f in statement.findings if f.verdict == "failed"] == []
    passed = {(f.law.name, f.device) for f in statement.of("passed")}
    assert {name for name, device in passed if device == "grip"} >= {
        "a-hand-closes-where-its-robot-is", "a-hand-waits-for-its-robot-to-be-seen", "what-cannot-be-moves-no-robot",
        "closing-on-a-part-is-held", "what-is-held-stays-held",
    }  # fmt: skip
