"""What the judge found. A clean verdict also says how much was looked at: a judge that looks at nothing is always content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contact:
    """`first` and `second` were closer than can be told apart from touching, from `since` to `until` (ns). `distance` is the
    smallest that was measured, in m, negative for a penetration."""

    first: str
    second: str
    since: int
    until: int
    distance: float

    @property
    def text(self) -> str:
        return f"{_span(self.since, self.until)}: {self.first} and {self.second} at {self.distance * 1e3:.2f} mm"


@dataclass(frozen=True, slots=True)
class Exceedance:
    """`value` of `what` went over `limit` (SI) at `at`; the largest of its kind."""

    what: str
    at: int
    value: float
    limit: float

    @property
    def text(self) -> str:
        over = self.value / self.limit - 1.0 if self.limit else float("inf")
        return f"{_seconds(self.at)}: {self.what} is {self.value:.6f}, the limit {self.limit:.6f} ({over:+.2%})"


@dataclass(frozen=True, slots=True)
class ZoneEntry:
    """`body` was in `zone`, which `rule` forbids."""

    body: str
    zone: str
    rule: str
    since: int
    until: int

    @property
    def text(self) -> str:
        return f"{_span(self.since, self.until)}: {self.body} in {self.zone}, against: {self.rule}"


@dataclass(frozen=True, slots=True)
class Misplaced:
    """A part was taken or left where it cannot be: gripped beside it, released beside its place, two in one place."""

    part: str
    at: int
    what: str

    @property
    def text(self) -> str:
        return f"{_seconds(self.at)}: {self.part} {self.what}"


Finding = Contact | Exceedance | ZoneEntry | Misplaced


@dataclass(frozen=True, slots=True)
class Verdict:
    """`listed` counts the windows of meant contact in which bodies did touch, `motions` the motions judged, `states` the
    configurations at which clearance was asked, `distances` the exact distances computed. `closest` is the smallest distance
    (m) measured between bodies that must not touch, None when nothing came near. `not_judged` says in words what was left out."""

    contacts: tuple[Contact, ...]
    exceedances: tuple[Exceedance, ...]
    entries: tuple[ZoneEntry, ...]
    misplaced: tuple[Misplaced, ...]
    listed: int
    motions: int
    states: int
    distances: int
    closest: float | None
    lag: float
    not_judged: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        return not (self.contacts or self.exceedances or self.entries or self.misplaced)

    @property
    def text(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield "clean" if self.is_clean else "NOT CLEAN"
        for title, findings in (
            ("contact that is not listed", self.contacts),
            ("limit exceeded", self.exceedances),
            ("zone entered", self.entries),
            ("part misplaced", self.misplaced),
        ):
            for finding in findings[:20]:
                yield f"  {title}: {finding.text}"
            if len(findings) > 20:
                yield f"  {title}: … and {len(findings) - 20} more"
        near = "nothing came near" if self.closest is None else f"closest {self.closest * 1e3:.2f} mm"
        yield f"  {self.motions} motions, {self.states} states, {self.distances} distances, {near}"
        yield f"  {self.listed} listed contacts exempted; readback at most {self.lag * 1e3:.2f} mrad from the setpoint"
        for text in self.not_judged:
            yield f"  not judged: {text}"


def _seconds(at: int) -> str:
    return f"{at / 1e9:.3f} s"


def _span(since: int, until: int) -> str:
    return f"{_seconds(since)} to {_seconds(until)}"
