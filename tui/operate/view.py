"""All that a screen is drawn from: the scene, and where it comes from. A value; panels are functions of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Literal

from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.events import Asked
from controller.attached.messages import Looked, OpenQuestion, RobotSeen, Role
from tui.operate.at_work import NOTHING, Work
from tui.operate.ground import Ground
from tui.operate.requests import INSTEAD, NOBODY
from tui.operate.scene import Scene

if TYPE_CHECKING:
    from controller.figures.figures import Figures

Link = Literal["loading", "live", "lost", "over", "record"]
"""loading: what has happened so far is being read. live: a controller tells what happens. lost: it did, and nothing is known
since. over: the run has come to rest. record: a run on record is looked at, and nothing can be asked of it."""


@dataclass(frozen=True, slots=True)
class View:
    """`note`: what is to be said of the link. `target`: what the drivers move, "" where it is not known; `speed` times real time,
    where they are simulated and have one. `texts`: the sources
    of the run by name, those that are still what they were. `position`: where a record is looked at, of how many events.
    `last_asked`: what became of the last request; `unheard`: that a stop was not acknowledged, and what to do, "" for none.
    `ground`: the cell and its robots, where its files could be read; else why not. `seen`: the newest samples of the robots,
    where a controller tells them. `looked`: what a controller that has taken over has found, and wants confirmed.
    `playing`: how many times as fast as it was a record is played, None while it stands; `at`: s of the run that it is looked at.
    `by_now`: ns of the run's clock, where it is known to have gone on since the last event.
    `figures`: of the run until now, None while nobody has counted.
    `work`: what takes long at the controller. `is_left`: nobody controls the run, and it may be gone on with. `is_alive`: the
    line is lost, and the process of its controller is still there, so a stop can be asked of it.
    `behind`: the run that the screens are attached to, where a record is shown over it (over.py)."""

    scene: Scene = field(default_factory=Scene)
    link: Link = "loading"
    note: str = ""
    run_id: str = ""
    intent: str = ""
    role: Role = "view"
    target: Literal["", "simulated", "real"] = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    position: tuple[int, int] | None = None
    last_asked: str = ""
    unheard: str = ""
    ground: Ground | None = None
    no_ground: str = ""
    seen: Mapping[str, RobotSeen] = field(default_factory=dict)
    looked: Looked | None = None
    is_left: bool = False
    is_alive: bool = False
    figures: Figures | None = None
    playing: float | None = None
    at: float | None = None
    by_now: int | None = None
    speed: float | None = None
    work: Work = NOTHING
    behind: View | None = None

    @property
    def attached(self) -> View:
        """Of the run that STOP means."""
        return self if self.behind is None else self.behind

    @property
    def now(self) -> int:
        """ns of the run's clock."""
        return max(self.scene.now, self.by_now or 0)

    def excerpt(self, span: Span) -> str:
        """The line of text that a span begins in; "" where the file is not what it was."""
        rows = self.texts.get(span.file, "").split("\n")
        return rows[span.start.line - 1].partition("#")[0].strip() if span.start.line <= len(rows) else ""


def open_questions(view: View) -> tuple[OpenQuestion, ...]:
    """What nobody has answered yet."""
    if view.looked is not None:
        return tuple(one for one in view.looked.questions if one.given is None)
    questions = view.scene.run.trouble.questions
    return tuple(OpenQuestion(name, one.text, one.answers) for name, one in sorted(questions.items()))


def may_ask(view: View, what: Asked) -> str | None:
    """The reason why that cannot be asked here and now; None where it can. A stop is asked for whatever state is shown, and the
    controller decides: what is shown may be old, as of a run that was stopped and taken up again, while its events are told."""
    from cell.asked import STOPS
    from controller.attached.messages import Ask
    from controller.attached.permits import may_not, means_nothing

    if view.behind is not None and what == "quick stop":
        return may_ask(view.behind, what)
    match view.link:
        case "record":
            return "this is a record: nothing can be asked of it"
        case "over":
            return "the run is over"
        case "lost" if what not in STOPS:
            return NOBODY
        case "lost" if not view.is_alive:
            return f"{NOBODY}. {INSTEAD}"
        case "loading":
            return None if what in STOPS else "what has happened is still being read"
        case "live" | "lost":
            pass
    refusal = may_not(view.role, Ask(0, what))
    if refusal is not None:
        return "this terminal only looks: attach with --role operate"
    if what in STOPS:
        return None
    if view.looked is not None:
        return None if what == "resume" else "the run does not go on yet: r shows what is to be confirmed"
    return means_nothing(view.scene.run, what)
