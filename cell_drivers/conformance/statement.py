"""What the kit found: each law on each device, and the statement that goes with a driver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cell.driver import CONTRACT_VERSION
from cell_drivers.conformance.law import Law

Verdict = Literal["passed", "failed", "exempt", "not tested"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`seen`: what was seen, what exempts from the law, or what would be needed to try it."""

    law: Law
    device: str
    verdict: Verdict
    seen: str


@dataclass(frozen=True, slots=True)
class Statement:
    """`driver`, `package` and `version` as installed, "" where it is not. `is_virtual`: nothing real moved. `travel` (rad or m),
    `speed` (0..1 of the limits): how far and how fast robots went. `verified_against`: what each device says of itself."""

    driver: str
    package: str
    version: str
    cell: str
    is_virtual: bool
    travel: float
    speed: float
    verified_against: tuple[tuple[str, tuple[str, ...]], ...]
    findings: tuple[Finding, ...]

    def of(self, verdict: Verdict) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.verdict == verdict)

    @property
    def conforms(self) -> bool:
        """No law was broken, and some were tried."""
        return not self.of("failed") and bool(self.of("passed"))


def statement_document(statement: Statement) -> dict[str, object]:
    """As JSON: the keys are those of docs/drivers.md."""
    return {
        "contract": CONTRACT_VERSION,
        "driver": statement.driver,
        "package": statement.package,
        "version": statement.version,
        "cell": statement.cell,
        "time": "virtual" if statement.is_virtual else "real",
        "travel": statement.travel,
        "speed": statement.speed,
        "verified_against": {device: list(what) for device, what in statement.verified_against},
        "conforms": statement.conforms,
        "passed": [_row(f, "seen") for f in statement.of("passed")],
        "failed": [_row(f, "seen") for f in statement.of("failed")],
        "exempt": [_row(f, "because") for f in statement.of("exempt")],
        "not_tested": [_row(f, "because") for f in statement.of("not tested")],
    }


def _row(finding: Finding, key: str) -> dict[str, str]:
    return {"law": finding.law.name, "device": finding.device, "says": finding.law.says, key: finding.seen}
