"""Tries every law on every device that it binds. What a driver raises in a trial is a broken law, never the end of it all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from cell.driver import DriverSet
from cell_drivers.conformance.bed import Bed, devices
from cell_drivers.conformance.bench import Bench
from cell_drivers.conformance.law import Binds, Law
from cell_drivers.conformance.laws import LAWS
from cell_drivers.conformance.seen import Broken, NotOpened, NotTried
from cell_drivers.conformance.statement import Finding, Statement

SET = "all devices"
Tell = Callable[[int, int, Finding], None]
"""How many trials are over, of how many, and what the last one found."""


def examine(
    bench: Bench,
    laws: Iterable[Law] = LAWS,
    *,
    driver: str = "",
    package: str = "",
    version: str = "",
    tell: Tell = lambda over, of, finding: None,
    begin: Callable[[Law, str], None] = lambda law, device: None,
) -> Statement:
    """`laws` in their order, each on a set of drivers made for it; `begin` says which is next. Every set that is made is closed:
    it may be a process. Raises NotOpened where there is nobody to try them on."""
    with _opened_once(bench) as drivers:
        trials = [(law, name) for law in laws for name in bound(law.binds, drivers)]
        verified = tuple((name, _verified(drivers, name)) for name in devices(drivers))
        is_virtual = drivers.virtual is not None
    findings: list[Finding] = []
    for law, name in trials:
        begin(law, name)
        findings.append(tried(bench, law, name))
        tell(len(findings), len(trials), findings[-1])
    return Statement(
        driver, package, version, bench.assembly.cell.file, is_virtual, bench.travel, bench.speed, verified,
        tuple(findings),
    )  # fmt: skip


@contextmanager
def _opened_once(bench: Bench) -> Iterator[DriverSet]:
    try:
        with Bed(bench, "opening") as bed:
            yield bed.drivers
    except KeyboardInterrupt:
        raise
    except BaseException as cause:  # a driver's own, or a device that is not there
        raise NotOpened(f"{type(cause).__name__}: {cause}") from cause


def bound(binds: Binds, drivers: DriverSet) -> tuple[str, ...]:
    """The names of the devices that a law binds; for couplings those of the devices, not of the robots."""
    of: dict[Binds, tuple[str, ...]] = {
        "device": tuple(devices(drivers)),
        "motion": tuple(drivers.motion),
        "gripper": tuple(drivers.grippers),
        "coupling": tuple(drivers.couplings),
        "machine": tuple(drivers.machines),
        "station": tuple(drivers.stations),
        "supply": tuple(drivers.supplies),
        "person": tuple(drivers.persons),
        "signals": (drivers.signals.name,) if drivers.signals.signals else (),
        "people": (drivers.people.name,) if drivers.people.zones else (),
        "set": (SET,),
    }
    return of[binds]


def tried(bench: Bench, law: Law, name: str) -> Finding:
    """One law on one device."""
    try:
        with Bed(bench, f"{law.name}.{name}") as bed:
            because = law.exempt(bed, name)
            return Finding(law, name, "exempt", because) if because else Finding(law, name, "passed", law.trial(bed, name))
    except Broken as broken:
        return Finding(law, name, "failed", str(broken))
    except NotTried as why:
        return Finding(law, name, "not tested", str(why))
    except KeyboardInterrupt:
        raise
    except BaseException as raised:  # a driver's own, at a place where the contract knows none; it does not leave our program
        return Finding(law, name, "failed", f"it raises {type(raised).__name__}: {raised}")


def _verified(drivers: DriverSet, name: str) -> tuple[str, ...]:
    try:
        return devices(drivers)[name].capabilities().verified_against
    except Exception:  # told by the laws on capabilities
        return ()
