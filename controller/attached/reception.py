"""What terminals are greeted with and answered: what may be asked is handed on to the run, and everything else is refused.

Law: nothing here waits, or knows a socket or a clock of its own. Who may ask what, and when, is said in permits.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from typing import Protocol, assert_never

from cell.asked import STOPS
from cell.attended import Attending
from cell.dataclass import dataclass
from cell.events import Asked
from cell.jog import Jog
from cell.orders import Order, OrderAdded, OrderCancelled, OrderChange
from cell.run import RunSummary
from controller.attached.chronicle import Chronicle
from controller.attached.messages import (
    VERSION,
    Accepted,
    AcknowledgeAlarm,
    AddOrder,
    Answer,
    Ask,
    CancelOrder,
    Confirm,
    HoldKey,
    LetGoKey,
    LookAgain,
    Looked,
    OfAlarm,
    Prepared,
    Refused,
    Request,
    ShelveAlarm,
    Snapshot,
    State,
    Subscribe,
    UnshelveAlarm,
    Watch,
    WatchWork,
    Welcome,
)
from controller.attached.permits import Phase, Standing, is_for_standing_still, may_not, refusal
from controller.attached.terminal import Terminal
from controller.run_state import NOTHING_YET, RunState
from controller.summary import summary_of

SAME_STOP = 0.2  # s within which a stop that is asked for again is the same one


class Post(Protocol):
    """What the thread hands on to the run's loop. Never waits."""

    def ask(self, what: Asked, who: str) -> None: ...

    def announce(self, change: OrderChange) -> None: ...

    def answer(self, question: str, answer: str, who: str) -> None: ...

    def attend(self, alarm: str, what: Attending, seconds: float, reason: str, who: str) -> None: ...

    def look_again(self, who: str) -> None: ...

    def confirm(self, look: int, who: str) -> None: ...

    def hold_key(self, jog: Jog, is_held: bool, who: str, terminal: int) -> None: ...

    def let_go(self, terminal: int) -> None: ...


@dataclass(frozen=True, slots=True)
class About:
    """What terminals are told first. `objection` is what is wrong with an order for this cell, None for nothing."""

    run_id: str
    intent: str
    objection: Callable[[Order], str | None] = lambda order: None


@dataclass(slots=True)
class Reception:
    """`phase` and what stands below it: how far the controller is, which the run's side tells. `pid`: of the controller.
    `say_to_all` tells every terminal."""

    about: About
    post: Post
    chronicle: Chronicle
    clock: Callable[[], float]
    pid: int
    say_to_all: Callable[[Looked], None]
    phase: Phase = "preparing"
    state: RunState = NOTHING_YET
    prepared: Prepared | None = None
    looked: Looked | None = None
    _stops: dict[tuple[str, str], float] = field(default_factory=dict)

    def greet(self, terminal: Terminal) -> None:
        assert terminal.role is not None
        if terminal.no_room:
            self._greet_at_the_door(terminal)
            return
        seq = self.chronicle.last
        summary = self.summary() if seq else None
        terminal.say(Welcome(VERSION, self.about.run_id, self.about.intent, self.pid, terminal.role, seq, summary))
        if self.phase == "ready" and self.prepared is not None:
            terminal.say(self.prepared)
        if self.phase == "looked" and self.looked is not None:
            terminal.say(self.looked)

    def _greet_at_the_door(self, terminal: Terminal) -> None:
        """No welcome: it is told nothing of the run. A stop that it has sent behind its hello is heard next."""
        if terminal.role == "view":
            terminal.part(terminal.word_at_the_door())
        else:
            terminal.say(Refused(None, "R756", terminal.no_room))

    def summary(self) -> RunSummary:
        return replace(summary_of(self.state), pid=None if self.state.is_over else self.pid)

    def answer(self, terminal: Terminal, request: Request) -> None:
        assert terminal.role is not None
        if (forbidden := may_not(terminal.role, request, self.state)) is not None:
            terminal.say(Refused(request.id, "R752", forbidden))
            return
        if terminal.no_room and not is_for_standing_still(request):
            terminal.say(Refused(request.id, "R756", terminal.no_room))
            return
        standing = Standing(self.phase, self.state, self.looked, terminal.number)
        why = refusal(standing, request) or self._objection(request)
        if why is not None:
            terminal.say(Refused(request.id, "R754", why))
        elif isinstance(request, Snapshot):
            state = self.state
            terminal.say(State(request.id, self.chronicle.last, self.summary(), state.belief, state.trouble, state.alarms))
        else:
            self._take(terminal, request)

    def _objection(self, request: Request) -> str | None:
        """What only the chronicle or the cell can tell."""
        match request:
            case Subscribe(after=after) if after > self.chronicle.last:
                return f"there are {self.chronicle.last} events, none behind {after}"
            case AddOrder(order=order):
                return self.about.objection(order)
            case _:
                return None

    def _take(
        self,
        terminal: Terminal,
        request: Ask
        | Answer
        | AddOrder
        | CancelOrder
        | Subscribe
        | Watch
        | WatchWork
        | OfAlarm
        | LookAgain
        | Confirm
        | HoldKey
        | LetGoKey,
    ) -> None:
        """Hands on what may be asked, and says so."""
        terminal.say(Accepted(request.id))
        match request:
            case Subscribe(after=after):
                terminal.cursor, terminal.news = after, -1
            case Ask(what=what):
                self._asked(what, terminal.name)
            case Answer(question=question, answer=answer):
                self.post.answer(question, answer, terminal.name)
                self._note(question, answer)
            case AddOrder(order=order):
                self.post.announce(OrderAdded(order))
            case CancelOrder(order=order_id):
                self.post.announce(OrderCancelled(order_id))
            case Watch():
                terminal.seen = 0
            case WatchWork():
                terminal.work = 0
            case AcknowledgeAlarm(alarm=alarm):
                self.post.attend(alarm, "acknowledge", 0.0, "", terminal.name)
            case ShelveAlarm(alarm=alarm, seconds=seconds, reason=reason):
                self.post.attend(alarm, "shelve", seconds, reason, terminal.name)
            case UnshelveAlarm(alarm=alarm):
                self.post.attend(alarm, "unshelve", 0.0, "", terminal.name)
            case LookAgain():
                self.phase = "looking"
                self.post.look_again(terminal.name)
            case Confirm(look=look):
                self.phase = "confirmed"
                self.post.confirm(look, terminal.name)
            case HoldKey(jog=jog, is_held=is_held):
                terminal.holds = terminal.holds or is_held
                self.post.hold_key(jog, is_held, terminal.name, terminal.number)
            case LetGoKey():
                self.let_go(terminal)
            case _:
                assert_never(request)

    def let_go(self, terminal: Terminal) -> None:
        if terminal.holds:
            terminal.holds = False
            self.post.let_go(terminal.number)

    def _asked(self, what: Asked, who: str) -> None:
        if what in STOPS:
            now = self.clock()
            before = self._stops.get((what, who))
            if before is not None and now - before < SAME_STOP:
                return  # it is under way, and a stop asked for twice is one
            self._stops[what, who] = now
        if what == "start":
            self.phase = "started"
        self.post.ask(what, who)

    def _note(self, question: str, answer: str) -> None:
        """Before the run goes on an answer is noted, and every terminal sees it."""
        if self.phase != "looked" or self.looked is None:
            return
        noted = (replace(one, given=answer) if one.id == question else one for one in self.looked.questions)
        self.looked = replace(self.looked, questions=tuple(noted))
        self.say_to_all(self.looked)
