"""One test per law in an integrator's own repository. Nothing is active that is not imported: there is no entry point for pytest.

    import pytest
    from cell_drivers.conformance.pytest_plugin import test_law

    @pytest.fixture
    def bench() -> Bench:
        return my_driver.bench(built_in("mine"))

A law that is kept passes, one that is broken fails with what was seen, and one from which the driver is exempt, or that the bench
cannot bring about, is skipped with its reason.
"""

from __future__ import annotations

import pytest

from cell_drivers.conformance.bench import Bench
from cell_drivers.conformance.examine import examine
from cell_drivers.conformance.law import Law
from cell_drivers.conformance.laws import LAWS

__all__ = ["test_law"]


@pytest.mark.parametrize("law", [pytest.param(law, id=law.name) for law in LAWS])
def test_law(law: Law, bench: Bench) -> None:
    """Needs a fixture `bench`."""
    statement = examine(bench, (law,))
    told = [f"{finding.device}: {finding.seen}" for finding in statement.of("failed")]
    assert not told, f"{law.says}\n" + "\n".join(told)
    if not statement.of("passed"):
        untried = [f"{finding.device}: {finding.seen}" for finding in statement.findings]
        pytest.skip("; ".join(untried) or f"there is no {law.binds}")
