"""What was moved by hand: which robot, along what, for whom, from when to when, and where it stood before and after.

A jog is no step of a plan: it is known by the way that was found for it, by the command that carries it, and by its end. Most end
on their way, so where the robot stood afterwards is what was seen then.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cell.commands import StartMotion
from cell.events import CommandSent, Event, FactObserved, JogAsked, JogEnded, WayFound
from cell.jog import Jog

MEASURED = "measured "
"""How the name of a stance begins that no plan has."""


@dataclass(frozen=True, slots=True)
class Jogged:
    """`who` held the key, from `start` to `stop` in s of the run. `before` and `after` in rad or m; `after` None: nobody has seen
    it stand before it moved again."""

    jog: Jog
    who: str
    start: float
    stop: float
    before: tuple[float, ...]
    after: tuple[float, ...] | None

    @property
    def text(self) -> str:
        return f"{self.jog.text}: jogged by {self.who}, at {1e3 * self.jog.speed:g} mm/s at most"


@dataclass(slots=True)
class JogsSeen:
    """Gathers them, event by event."""

    done: list[Jogged] = field(default_factory=list)
    _ways: dict[str, WayFound] = field(default_factory=dict)
    _who: str = ""
    _begun: Jogged | None = None

    def take(self, at: float, event: Event) -> None:
        match event:
            case JogAsked(who=who, is_held=True):
                self._who = who
            case WayFound(of=of):
                self._ways[of.motion or ""] = event
            case CommandSent(command=StartMotion(of=of)) if (way := self._ways.pop(of.motion or "", None)) is not None:
                self._begun = Jogged(way.jog, self._who, at, at, way.start, None)
            case JogEnded():
                self._end(at)
            case FactObserved(fact=fact, holds=True) if fact.name == "stands" and fact.args[1].startswith(MEASURED):
                self._stood(fact.args[0], tuple(float(x) for x in fact.args[1].removeprefix(MEASURED).split()))
            case _:
                pass

    def until(self, end: float) -> tuple[Jogged, ...]:
        """With the one that is not over where the record ends."""
        self._end(end)
        return tuple(self.done)

    def _end(self, at: float) -> None:
        if self._begun is not None:
            self.done.append(replace(self._begun, stop=at))
            self._begun = None

    def _stood(self, robot: str, q: tuple[float, ...]) -> None:
        """It is seen with its end, or a little later."""
        if self._begun is not None and self._begun.jog.robot == robot:
            self._begun = replace(self._begun, after=q)
        elif self.done and self.done[-1].jog.robot == robot and self.done[-1].after is None:
            self.done[-1] = replace(self.done[-1], after=q)
