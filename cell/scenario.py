"""One drawn case: a seed and the disturbances of a simulated run. Frozen and serialisable; the world makes them happen, and what
befalls the controller's own machine and operator the rehearsal does (`Beside`).

Counts (`nth`) start at 1; times are s since the world began; the same scenario gives the same run, byte for byte.
"""

from __future__ import annotations

from typing import Literal

from cell.dataclass import dataclass
from cell.separation_distance import APPROACH_SPEED

SEEN_FROM = 10.0
"""m: whose distance is measured and is further away is nobody."""


@dataclass(frozen=True, slots=True)
class RejectShare:
    """Each part is rejected with probability `share` (0..1), drawn from the seed and the part, not from the order."""

    share: float


@dataclass(frozen=True, slots=True)
class Reject:
    """The `nth` part to be inspected is rejected, the first `times` that it is; None: whenever it is."""

    nth: int
    times: int | None = None


@dataclass(frozen=True, slots=True)
class Identified:
    """The `nth` part to be identified is a `kind`; the name of no part kind says that nobody knows it."""

    nth: int
    kind: str


@dataclass(frozen=True, slots=True)
class MissingPart:
    """The place is empty, whatever the cell file declares."""

    place: str


@dataclass(frozen=True, slots=True)
class GripLost:
    """The `nth` time that `tool` closes on a part. `at grip`: it slips, the hand stays empty and the part stays put. `on the
    way`: it falls halfway through the next motion and is lost."""

    tool: str
    nth: int
    when: Literal["at grip", "on the way"]


@dataclass(frozen=True, slots=True)
class CouplingFails:
    """The `nth` time that the coupling of `robot` locks or opens, it does not; the tool stays where it is."""

    robot: str
    nth: int


@dataclass(frozen=True, slots=True)
class DriveSpoiled:
    """The `nth` fastener that `tool` drives does not go in: it jams or is cross-threaded, and stays in the hand. `over_turned`:
    it goes in and turns too far."""

    tool: str
    nth: int
    how: Literal["jam", "cross_threaded", "over_turned"]


@dataclass(frozen=True, slots=True)
class Jam:
    """The `nth` time that `robot` brings a part to a seat of another one it does not go in: the robot takes it back to where it
    came from."""

    robot: str
    nth: int


@dataclass(frozen=True, slots=True)
class MachineAlarm:
    """The `nth` work of `machine` (a program, an inspection, what else a station does) is aborted by an alarm at `fraction`
    (0..1) of its duration. `clears_after` s it clears by itself; None: when an operator acknowledges it. `event`: the event of
    its kind that it is, None for `alarm`."""

    machine: str
    nth: int
    fraction: float
    clears_after: float | None
    event: str | None = None


@dataclass(frozen=True, slots=True)
class Late:
    """Whatever `machine` (a machine, a station or a person) does takes `factor` times as long."""

    machine: str
    factor: float


@dataclass(frozen=True, slots=True)
class Stretched:
    """Whatever any device does takes a factor of its own as long, drawn for each command from `lowest` to `highest`, evenly in
    the logarithm. A motion keeps its path, and is never quicker than it was planned: a robot does not pass its limits. What a
    conveyor brings keeps its law."""

    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Stall:
    """`robot` stands still on its path from `at` for `duration` s, then goes on."""

    robot: str
    at: float
    duration: float


@dataclass(frozen=True, slots=True)
class Stuck:
    """`robot` stands still on its path from `at` for `duration` s and says that it runs, at the speed that was asked for."""

    robot: str
    at: float
    duration: float


@dataclass(frozen=True, slots=True)
class Drift:
    """From `start` to `end` s the joint positions that `robot` reports walk away from where it is, each by `rate` rad/s or
    m/s."""

    robot: str
    start: float
    end: float
    rate: float


@dataclass(frozen=True, slots=True)
class Bump:
    """From `at` for `duration` s `robot` meets something with `force` N, against its way. It stays on its path."""

    robot: str
    at: float
    duration: float
    force: float


@dataclass(frozen=True, slots=True)
class ProtectiveStop:
    """At `at` s the robot's own controller stops it, and lets it go on only when an operator has acknowledged that."""

    robot: str
    at: float


@dataclass(frozen=True, slots=True)
class EmergencyStop:
    """From `start` to `end` s the circuit of the robot's emergency stop is open: its own controller takes its power, and nothing
    gives it any. Behind that it has none until it is given some."""

    robot: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class PersonEnters:
    zone: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class PersonNears:
    """From `start` s on somebody walks towards the robots until they are `distance` m away, and at `end` away again; `zone` has
    that measured. They are first seen at SEEN_FROM, and walk at APPROACH_SPEED."""

    zone: str
    start: float
    end: float
    distance: float

    def away(self, time: float) -> float:
        """How far (m) they are at `time` s."""
        if time < self.start:
            return SEEN_FROM
        came = max(self.distance, SEEN_FROM - APPROACH_SPEED * (min(time, self.end) - self.start))
        return came if time < self.end else min(SEEN_FROM, came + APPROACH_SPEED * (time - self.end))

    def within(self, reach: float) -> tuple[float, float] | None:
        """From when to when (s) they are no further than `reach` m away; None: never."""
        first = self.start + (SEEN_FROM - reach) / APPROACH_SPEED
        nearest = self.away(self.end)
        return (first, self.end + (reach - nearest) / APPROACH_SPEED) if nearest <= reach else None


@dataclass(frozen=True, slots=True)
class PersonAway:
    """`person` begins nothing between `start` and `end` s, and goes on with what they have begun."""

    person: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class PersonRefuses:
    """`person` refuses the `nth` thing that is asked of them."""

    person: str
    nth: int


@dataclass(frozen=True, slots=True)
class SupplyStops:
    """Nothing arrives at `supply` between `start` and `end` s; what was due comes at the end."""

    supply: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class OutfeedStops:
    """Nobody takes parts away from `outfeed` between `start` and `end` s; whoever was due comes at the end."""

    outfeed: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class FrozenState:
    """What `device` (a robot, tool, machine, station, or "signals" or "people") says stays as it was at `start`."""

    device: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class LinkCut:
    """From `start` s on there is no link to `device` (a robot, tool, machine, station). From `end` on, acknowledging the fault
    that came with it makes the link again. What runs there goes on; what it says meanwhile is heard afterwards."""

    device: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class LinkSlow:
    """Between `start` and `end` s each answer of `device` (a robot, tool, machine, station) takes `latency` s, what it tells by
    itself comes as much later, and of all answers a `share` is lost, drawn from the seed."""

    device: str
    start: float
    end: float
    latency: float
    share: float


@dataclass(frozen=True, slots=True)
class ClockJump:
    """At `at` s somebody sets the clock of the controller's machine, by `by` s. Its monotonic clock goes on."""

    at: float
    by: float


@dataclass(frozen=True, slots=True)
class DiskSlow:
    """What is handed to the journal between `start` and `end` s is on the disk `delay` s later."""

    start: float
    end: float
    delay: float


@dataclass(frozen=True, slots=True)
class DiskFull:
    """The disk takes nothing between `start` and `end` s."""

    start: float
    end: float


OperatorWord = Literal["hold", "resume", "stop", "quick stop", "abort", "finish"]


@dataclass(frozen=True, slots=True)
class OperatorAsks:
    """At `at` s an operator asks for `what`."""

    at: float
    what: OperatorWord


@dataclass(frozen=True, slots=True)
class OrderComes:
    """At `at` s an order of that id comes, for `items` (kind, count); `due` in s since 1970 (UTC)."""

    id: str
    at: float
    items: tuple[tuple[str, int], ...]
    due: float | None


@dataclass(frozen=True, slots=True)
class OrderGoes:
    """At `at` s the order of that id is withdrawn."""

    id: str
    at: float


Disturbance = (
    RejectShare
    | Reject
    | Identified
    | MissingPart
    | GripLost
    | DriveSpoiled
    | Jam
    | CouplingFails
    | MachineAlarm
    | Late
    | Stretched
    | Stall
    | Stuck
    | Drift
    | Bump
    | ProtectiveStop
    | EmergencyStop
    | PersonEnters
    | PersonNears
    | PersonAway
    | PersonRefuses
    | SupplyStops
    | OutfeedStops
    | FrozenState
    | LinkCut
    | LinkSlow
    | ClockJump
    | DiskSlow
    | DiskFull
    | OperatorAsks
    | OrderComes
    | OrderGoes
)


Beside = ClockJump | DiskSlow | DiskFull | OperatorAsks
"""What befalls the controller's own machine and operator, so nothing that a world could make happen."""


@dataclass(frozen=True, slots=True)
class Scenario:
    seed: int = 0
    disturbances: tuple[Disturbance, ...] = ()
