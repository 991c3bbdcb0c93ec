"""What is confirmed is what was shown, and the word counts only for the hold that it was given for."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import pytest
from immutables import Map

from cell.commands import Subject
from cell.diagnostic import Outcome
from cell.events import HoldRaised, OperatorAsked, RunResumed
from cellwright import going_on
from cellwright.cell_lock import CellLock, holder, take
from cellwright.desk import Desk
from cellwright.going_on import Agreed, _agreed, _Word, gone_on_run
from cellwright.in_service import InService
from cellwright.refusal import Refusal
from cellwright.resuming import Found, Left
from cellwright.site import Site
from controller.attached.messages import Looked, Parting
from controller.difference import Difference
from controller.journal.folder import RunFolder
from controller.journal.journal import DamagedJournal
from controller.run_state import NOTHING_YET, Question, RunState
from controller.service import Answer

ASKED = Question("Was it done?", ("done", "not done"))
MOVED = (Difference("robot", "arm", "left", "right"),)
OF = Subject("run-1")


@dataclass
class Shown:
    """A look: what is otherwise, and what is asked."""

    differences: tuple[Difference, ...] = ()
    questions: tuple[tuple[str, Question], ...] = ()
    replans_because: str | None = None
    held_because: str | None = None
    left: Any = None
    after: RunState = NOTHING_YET

    def __post_init__(self) -> None:
        self.left = cast(Left, type("L", (), {"off": type("O", (), {"told": 3})}))
        self.asked = dict(self.questions)


class Server:
    def __init__(self) -> None:
        self.looks: list[Looked] = []
        self.stages: list[str] = []

    def looked(self, looked: Looked, state: RunState) -> None:
        self.looks.append(looked)

    def working(self, stage: str, done: int, of: int) -> None:
        self.stages.append(stage)


def agreed(looks: Sequence[Shown], desk: Desk, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, list[Looked]]:
    """What came of the words on `desk`, where the devices show each of `looks` in turn."""
    left, server, last = iter(looks), Server(), None

    def look(*given: object) -> Found:
        nonlocal last
        assert server.stages[-1] == "devices"
        assert given[2] is last, "what was told in the look before is told no second time"
        last = next(left)
        return cast(Found, last)

    monkeypatch.setattr(going_on, "looked_at", look)
    site = cast(Site, type("S", (), {"server": server, "desk": desk}))
    came = _agreed(site, cast(Left, None), InService(cast(Any, None), None, frozenset({"r1"})))
    assert server.stages[-1] == "", "a run that goes on is not at it any more"
    return came, server.looks


def test_what_was_shown_and_is_still_so_is_agreed_to(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    desk.answer("q1", "done", "ann")
    desk.confirm(1, "ben")
    found = Shown(MOVED, (("q1", ASKED),))
    came, looks = agreed([found, found], desk, monkeypatch)
    assert (came.who, came.answers) == ("ben", (Answer("q1", "done", "ann"),))
    assert [(looked.look, looked.seq, looked.differences) for looked in looks] == [(1, 3, MOVED)]


@pytest.mark.parametrize(
    "now",
    [
        Shown(MOVED, (("q1", ASKED),), held_because="R703 lost"),
        Shown((), (("q1", ASKED),)),
        Shown(MOVED, (("q1", replace(ASKED, text="Was that done?")),)),
        Shown(MOVED, (("q1", ASKED),), replans_because="arm is elsewhere"),
    ],
    ids=["hold", "difference", "question", "plan"],
)
def test_what_has_changed_since_it_was_shown_is_shown_anew(now: Shown, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    desk.answer("q1", "done", "ann")
    desk.confirm(1, "ann")
    desk.ask("stop", "ann")
    came, looks = agreed([Shown(MOVED, (("q1", ASKED),)), now], desk, monkeypatch)
    assert came is None
    assert [looked.look for looked in looks] == [1, 2]
    is_the_same_question = now.questions == (("q1", ASKED),)
    assert [one.given for one in looks[1].questions] == ["done" if is_the_same_question else None]


def test_who_wants_to_see_it_again_is_shown_it_and_has_agreed_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    desk.look_again("ann")
    desk.ask("stop", "ann")
    came, looks = agreed([Shown(), Shown()], desk, monkeypatch)
    assert (came, [looked.look for looked in looks]) == (None, [1, 2])


@pytest.mark.parametrize("has_begun", [False, True])
def test_devices_of_a_run_that_nobody_confirms_are_held_until_their_drivers_have_ended(
    has_begun: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were told no goodbye, and may still be connected; behind a run that went on they are closed."""
    lock = take(tmp_path, ("cell", "device"), "run-1", patience=0.0)
    assert isinstance(lock, CellLock)
    (driver,) = (os.dup(descriptor) for descriptor in lock.share(("device",)))  # as its process inherits it
    monkeypatch.setattr(going_on, "_read", lambda site: None)
    monkeypatch.setattr(going_on, "run_key", lambda folder: "run")
    monkeypatch.setattr(going_on, "_controlled", lambda *given: Parting("over", "", "", 0))
    site = type("S", (), {"folder": None, "desk": Desk(has_begun=has_begun), "lock": lambda *given: lock})()
    gone_on_run(cast(Site, site))
    assert (holder(tmp_path, ("device",)) is None) == has_begun
    os.close(driver)
    assert holder(tmp_path, ("cell", "device")) is None


# --- behind the confirmation ---


class Drivers:
    is_closed = False

    def close(self) -> None:
        self.is_closed = True


@pytest.mark.parametrize("cause", [OSError(28, "No space left on device"), DamagedJournal("cut off")], ids=["full", "damaged"])
@pytest.mark.parametrize("is_told", [False, True])
def test_a_run_that_cannot_be_written_is_as_it_was_and_so_is_its_world(
    cause: Exception, is_told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as nothing of it was told: `serve` opens the journal first."""
    drivers = Drivers()

    def serve(*given: object, tell: Any, **more: object) -> None:
        if is_told:
            tell((RESUMED,), HELD)
        raise cause

    left = Anything()
    for name, what in (
        ("alive", None),
        ("_left", left),
        ("drivers_of", Outcome(InService(cast(Any, drivers), None, frozenset()))),
    ):
        monkeypatch.setattr(going_on, name, lambda *given, what=what: what)
    monkeypatch.setattr(going_on, "_agreed", lambda *given: Agreed(cast(Found, Anything()), "ann", ()))
    monkeypatch.setattr(going_on, "orders_to_come", lambda left: ())
    monkeypatch.setattr(going_on, "serve", serve)
    site = Anything(desk=Desk(), folder=RunFolder(tmp_path))
    with pytest.raises(type(cause) if is_told else Refusal) as raised:
        going_on._controlled(cast(Site, site), cast(Any, None), cast(Any, None))
    assert drivers.is_closed is is_told
    if not is_told:
        assert isinstance(raised.value, Refusal)
        (why,) = raised.value.diagnostics
        is_full = isinstance(cause, OSError)
        assert why.code == ("R742" if is_full else "R743")
        assert (str(tmp_path) in why.help) is is_full


class Anything:
    """Has whatever is asked for, and does nothing."""

    def __init__(self, **known: object) -> None:
        self.__dict__.update(known)

    def __getattr__(self, name: str) -> Any:
        return Anything()

    def __call__(self, *given: object) -> Any:
        return Anything()


HELD = replace(NOTHING_YET, pack="Held")
RESUMED = RunResumed(0, OF, "", "", "real", 0, 0)
HOLD = HoldRaised(0, OF, "R760", "gone", ())


def words(*told: tuple[Any, RunState]) -> int:
    """How many there are on the desk after that was told."""
    desk = Desk()
    word = _Word(lambda events, state: None, desk, "ann")
    for event, state in told:
        word.tell((event,), state)
    return desk.inbox.qsize()


def test_the_word_is_given_once_and_in_the_hold() -> None:
    holding = replace(NOTHING_YET, pack="Holding")
    assert words((HOLD, holding)) == 0
    assert words((HOLD, holding), (RESUMED, HELD), (RESUMED, HELD)) == 1
    assert words((HOLD, HELD)) == 1


def test_the_word_waits_for_answers() -> None:
    asked = replace(HELD, trouble=replace(HELD.trouble, questions=Map({"q1": ASKED})))
    assert words((HOLD, asked)) == 0
    assert words((HOLD, asked), (RESUMED, HELD)) == 1


@pytest.mark.parametrize("event", [HOLD, OperatorAsked(0, OF, "hold", "ben")], ids=["hold", "operator"])
def test_the_word_counts_no_more_where_something_came_between(event: Any) -> None:
    assert words((RESUMED, NOTHING_YET), (event, NOTHING_YET), (RESUMED, HELD)) == 0
