"""The conformance kit's words at a terminal: what will move, what each law came to, and what that amounts to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cell.driver import CONTRACT_VERSION
from tui.speech import bold, count, printable

if TYPE_CHECKING:
    from cell.driver import DriverSet
    from cell_drivers.conformance import Bench, Finding, Statement
    from cell_drivers.conformance.statement import Verdict

MARKS: dict[Verdict, str] = {"passed": "✓", "failed": "✗", "exempt": "·", "not tested": "?"}


def what_moves(bench: Bench, drivers: DriverSet) -> Iterator[str]:
    """A line for each device that does something."""
    cell = bench.assembly.cell
    for robot in drivers.motion:
        yield (
            f"{robot}: power on and off; each joint up to {bench.travel:g} (rad or m) from where it stands, "
            f"towards the middle of its range, at up to {100 * bench.speed:g} % of its limits, many times, stopped in all ways"
        )
    for tool in drivers.grippers:
        low_high = cell.tools[tool].force
        force = f" with {low_high[1]:g} N" if low_high else ""
        yield f"{tool}: its jaws are activated, where it asks for that; its first hand opens and closes{force}"
    for machine in drivers.machines:
        programs = cell.equipment[machine].programs
        yield f"{machine}: door and clamp move{f', program {programs[0].name} runs' if programs else ''}"
    for station in drivers.stations:
        yield f"{station}: works on a part, where the bench can put one there"
    for robot in drivers.couplings:
        yield f"the coupling at {robot}: takes the tool that it holds"
    for supply in drivers.supplies:
        yield f"{supply}: is asked for a part"
    for person in drivers.persons:
        yield f"{person}: is asked for work"


def statement_text(statement: Statement, colour: bool) -> str:
    """A row for each law and device, in groups by what the laws bind; then each device's word on what it was run against."""
    wide = max((len(f.law.name) for f in statement.findings), default=0)
    of_device = max((len(printable(f.device)) for f in statement.findings), default=0)
    lines, about = [], ""
    groups = list(dict.fromkeys(finding.law.binds for finding in statement.findings))
    for finding in sorted(statement.findings, key=lambda finding: groups.index(finding.law.binds)):
        if finding.law.binds != about:
            about = finding.law.binds
            lines.append(bold(about, colour))
        lines.append(_row(finding, wide, of_device, colour))
    lines.append(bold("verified against", colour))
    lines += [
        f"  {printable(device)}: {printable('; '.join(what)) or 'it does not say'}" for device, what in statement.verified_against
    ]
    return "\n".join(lines)


def _row(finding: Finding, wide: int, of_device: int, colour: bool) -> str:
    name = f"{finding.law.name:<{wide}}"
    row = f"  {MARKS[finding.verdict]} {name}  {printable(finding.device):<{of_device}}  {printable(finding.seen)}"
    if finding.verdict != "failed":
        return row
    return f"{bold(row, colour)}\n      {finding.law.says}"


def summary_line(statement: Statement) -> str:
    figures = ", ".join(f"{len(statement.of(verdict))} {verdict}" for verdict in MARKS)
    if statement.of("failed"):
        broken = len({f.law.name for f in statement.of("failed")})
        return f"{figures}. {printable(statement.driver)} breaks {count(broken, 'law')} of the contract {CONTRACT_VERSION}."
    if not statement.conforms:
        return f"{figures}. Nothing could be tried, so nothing is known."
    return f"{figures}. As far as it was tried {printable(statement.driver)} keeps the contract {CONTRACT_VERSION}."
