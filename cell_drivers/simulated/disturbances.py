"""What a scenario says about each device, so that each asks one question. The scenario is the only source of misfortune."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cell.scenario import (
    Bump,
    CouplingFails,
    Drift,
    DriveSpoiled,
    EmergencyStop,
    FrozenState,
    GripLost,
    Identified,
    Jam,
    Late,
    LinkCut,
    LinkSlow,
    MachineAlarm,
    MissingPart,
    OutfeedStops,
    PersonAway,
    PersonEnters,
    PersonNears,
    PersonRefuses,
    ProtectiveStop,
    Reject,
    RejectShare,
    Scenario,
    Stall,
    Stretched,
    Stuck,
    SupplyStops,
)
from cell_drivers.simulated.chance import fraction
from cell_drivers.simulated.timeline import SECOND, nanoseconds


@dataclass(frozen=True, slots=True)
class Misfortunes:
    scenario: Scenario

    @property
    def seed(self) -> int:
        return self.scenario.seed

    @property
    def missing(self) -> frozenset[str]:
        return frozenset(d.place for d in self.scenario.disturbances if isinstance(d, MissingPart))

    def is_reject(self, part: str, nth: int, time: int = 1) -> bool:
        """`nth` counts the parts in order of their first inspection, `time` the inspections of this one, from 1."""
        for d in self.scenario.disturbances:
            if isinstance(d, Reject) and d.nth == nth and (d.times is None or time <= d.times):
                return True
            if isinstance(d, RejectShare) and fraction(self.seed, "verdict", part) < d.share:
                return True
        return False

    def kind(self, part: str, nth: int, kinds: Sequence[str]) -> str:
        """Which of `kinds` it is, drawn from the seed and the part. `nth` counts parts in order of their first identification."""
        told = next((d.kind for d in self.scenario.disturbances if isinstance(d, Identified) and d.nth == nth), None)
        return told or kinds[int(fraction(self.seed, "kind", part) * len(kinds))]

    def grip(self, tool: str, nth: int) -> Literal["at grip", "on the way"] | None:
        """What becomes of the `nth` time that `tool` closes on a part."""
        found = (d.when for d in self.scenario.disturbances if isinstance(d, GripLost) and (d.tool, d.nth) == (tool, nth))
        return next(found, None)

    def coupling_fails(self, robot: str, nth: int) -> bool:
        """Whether the `nth` move of the coupling of `robot` comes to nothing."""
        return any(isinstance(d, CouplingFails) and (d.robot, d.nth) == (robot, nth) for d in self.scenario.disturbances)

    def drive(self, tool: str, nth: int) -> Literal["jam", "cross_threaded", "over_turned"] | None:
        """What becomes of the `nth` fastener that `tool` drives."""
        found = (d.how for d in self.scenario.disturbances if isinstance(d, DriveSpoiled) and (d.tool, d.nth) == (tool, nth))
        return next(found, None)

    def jams(self, robot: str, nth: int) -> bool:
        """Whether the `nth` part that `robot` brings to a seat does not go in."""
        return any(isinstance(d, Jam) and (d.robot, d.nth) == (robot, nth) for d in self.scenario.disturbances)

    def alarm(self, machine: str, nth: int) -> MachineAlarm | None:
        of = (d for d in self.scenario.disturbances if isinstance(d, MachineAlarm) and (d.machine, d.nth) == (machine, nth))
        return next(of, None)

    def slowness(self, machine: str) -> float:
        """The factor on the durations of `machine`; several multiply."""
        factor = 1.0
        for d in self.scenario.disturbances:
            if isinstance(d, Late) and d.machine == machine:
                factor *= d.factor
        return factor

    def stretch(self, device: str, command: str) -> float:
        """The factor on how long `device` takes for that command."""
        factor = 1.0
        for d in self.scenario.disturbances:
            if isinstance(d, Stretched):
                factor *= d.lowest * (d.highest / d.lowest) ** fraction(self.seed, "stretch", device, command)
        return factor

    def stalls(self, robot: str) -> Sequence[Stall]:
        return [d for d in self.scenario.disturbances if isinstance(d, Stall) and d.robot == robot]

    def stuck(self, robot: str) -> Sequence[Stuck]:
        return [d for d in self.scenario.disturbances if isinstance(d, Stuck) and d.robot == robot]

    def drift(self, robot: str, time: int) -> float:
        """rad or m by which each joint is reported from where it is, at `time` ns."""
        spells = (d for d in self.scenario.disturbances if isinstance(d, Drift) and d.robot == robot)
        return sum(d.rate * (time / SECOND - d.start) for d in spells if d.start <= time / SECOND < d.end)

    def bumps(self, robot: str) -> Sequence[Bump]:
        return [d for d in self.scenario.disturbances if isinstance(d, Bump) and d.robot == robot]

    def protective_stops(self, robot: str) -> Sequence[ProtectiveStop]:
        return [d for d in self.scenario.disturbances if isinstance(d, ProtectiveStop) and d.robot == robot]

    def emergency_stops(self, robot: str) -> Sequence[EmergencyStop]:
        return [d for d in self.scenario.disturbances if isinstance(d, EmergencyStop) and d.robot == robot]

    def visits(self) -> Sequence[PersonEnters]:
        return [d for d in self.scenario.disturbances if isinstance(d, PersonEnters)]

    def approaches(self, zone: str) -> Sequence[PersonNears]:
        return [d for d in self.scenario.disturbances if isinstance(d, PersonNears) and d.zone == zone]

    def resumes(self, supply: str, time: int) -> int | None:
        """When (ns) something arrives at `supply` again, where nothing does at `time` ns."""
        spells = [d for d in self.scenario.disturbances if isinstance(d, SupplyStops) and d.supply == supply]
        ends = (nanoseconds(d.end) for d in spells if nanoseconds(d.start) <= time < nanoseconds(d.end))
        return max(ends, default=None)

    def takes_again(self, outfeed: str, time: int) -> int | None:
        """When (ns) parts are taken away from `outfeed` again, where none are at `time` ns."""
        spells = [d for d in self.scenario.disturbances if isinstance(d, OutfeedStops) and d.outfeed == outfeed]
        ends = (nanoseconds(d.end) for d in spells if nanoseconds(d.start) <= time < nanoseconds(d.end))
        return max(ends, default=None)

    def absences(self, person: str) -> Sequence[PersonAway]:
        return [d for d in self.scenario.disturbances if isinstance(d, PersonAway) and d.person == person]

    def is_absent(self, person: str, time: int) -> bool:
        """`time` in ns. At the end of an absence they are back."""
        return any(nanoseconds(d.start) <= time < nanoseconds(d.end) for d in self.absences(person))

    def refuses(self, person: str, nth: int) -> bool:
        """Whether `person` refuses the `nth` thing that is asked of them."""
        return any(isinstance(d, PersonRefuses) and (d.person, d.nth) == (person, nth) for d in self.scenario.disturbances)

    def cuts(self, device: str) -> Sequence[LinkCut]:
        return [d for d in self.scenario.disturbances if isinstance(d, LinkCut) and d.device == device]

    def slow_links(self) -> Sequence[LinkSlow]:
        return [d for d in self.scenario.disturbances if isinstance(d, LinkSlow)]

    def is_lost(self, device: str, number: int, share: float) -> bool:
        """Whether that answer of `device` does not come."""
        return fraction(self.seed, "answer", device, number) < share

    def frozen(self, device: str) -> Sequence[FrozenState]:
        return [d for d in self.scenario.disturbances if isinstance(d, FrozenState) and d.device == device]
