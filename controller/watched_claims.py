"""What watches, while a run goes on, each kind of claim that the proof makes; or why nothing can.

Law: every kind that an obligation may have stands here (cell/released_plan.py, a closed union), so a claim that the proof learns
to make cannot be left unwatched in silence. A proof is about the model, under assumptions; what is watched is the cell. Codes are
those of holds, alarms and clauses in `codes.py`; each names the line of intent or the declaration where there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cell.released_plan import ObligationKind


@dataclass(frozen=True, slots=True)
class Watched:
    """`by` is the module of the controller that watches, `codes` what it raises, `how` what it goes by."""

    by: str
    codes: tuple[str, ...]
    how: str


@dataclass(frozen=True, slots=True)
class NotWatched:
    """`because` says what a run would have to be told for it, and what stands in for it."""

    because: str


CLAIMS: Final[Mapping[ObligationKind, tuple[Watched | NotWatched, ...]]] = {
    "goal": (
        Watched("reports", ("R703", "R706", "R709", "R716"), "each effect of a step is seen before the step counts"),
        Watched("recovery", ("R704",), "a ladder that settles nothing leaves its goal open, and holds"),
    ),
    "order": (
        Watched("conduct", ("R705",), "a step starts when its needs are seen, and one that never can is told"),
        Watched("deviations", ("R741",), "a robot that says that it runs moves on along its path"),
        Watched("awaited", ("R728",), "a person who does not come is told"),
    ),
    "exclusion": (NotWatched("a device is sent one command at a time by the fold, so there is nothing to be seen"),),
    "choice": (Watched("reports", ("R706",), "a branch is taken when its fact is told; told nothing is a hold"),),
    "capacity": (
        Watched("fullness", ("R726",), "what has no free place, by what is believed to lie there"),
        NotWatched("that two robots are in one zone is kept by claims of steps; no device tells it"),
    ),
    "never": (Watched("nevers", ("R712",), "its condition on what is observed; not known counts as broken"),),
    "zone": (
        Watched("presence", ("R715",), "who steps into a zone with `stop`, by its detector; silence is occupied"),
        Watched("presence", ("R771",), "a robot that was asked for less speed, with somebody in a zone with `slow`, goes at it"),
        NotWatched("that links, tool and load stay out of a zone is the path's; that it is followed is R714"),
    ),
    "separation": (
        Watched("deviations", ("R714", "R713"), "robots are where their setpoints are, and say so in time"),
        Watched("links", ("R740", "R775"), "a robot without a link, or with a bad one, is held for, and never guessed"),
        Watched("presence", ("R777",), "how far the nearest person is, where a zone has that measured (`distance`)"),
        NotWatched("where nothing measures how far people are, a zone with a detector stands in for it"),
    ),
    "deadline": (Watched("deadlines", ("R711",), "`within`, from the first step of its block"),),
    "pace": (
        Watched("pace", ("R735",), "`every` of a loop, by when its iterations end"),
        Watched("freshness", ("R737",), "`every` of a thing, by when it was last done"),
        Watched("waiting", ("R727",), "how many wait at a conveyor, by its own count; silence counts as broken"),
        Watched("ages", ("R731",), "the age of an order that is not done"),
    ),
    "limits": (
        Watched("deviations", ("R714", "R713"), "a joint near its setpoint keeps what was proved of the setpoint"),
        Watched("deviations", ("R772",), "no joint goes faster than its driver declares, by what the robot says"),
        Watched("measured", ("R733",), "what a tool measures of a joint that it makes"),
        Watched("deviations", ("R776",), "no more force at the TCP than a line allows, of robots that tell it"),
        NotWatched("mass and height are the device's own to keep; it breaks off (R708, R734) and is believed"),
    ),
    "standstill": (Watched("presence", ("R715",), "whatever moves while somebody is in a zone with `stop` is stopped"),),
    "contact": (
        Watched("reports", ("R734", "R708"), "a device that meets too much breaks off and says so"),
        Watched("deviations", ("R776",), "no more force than the contact allows, and outside of it than the robot may push with"),
        NotWatched("of a robot that tells no force: the proof bounds speed and path, the device the force"),
    ),
    "clearance": (
        Watched("deviations", ("R714",), "a robot that deviates by more than it may from its setpoint is stopped"),
        NotWatched("nothing sees what the cell file does not say; what is met stops the robot by its own controller (R721)"),
    ),
}
