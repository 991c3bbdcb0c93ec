"""A run that another controller has left, gone on with in a process of its own: looked at, shown, confirmed, taken over.

Law: until somebody confirms, nothing of the run is written and nothing moves, and whoever goes before leaves the run as it was.
What is confirmed is what was shown: the devices are looked at once more, and where they show something else it is shown anew.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from contextlib import suppress

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, error
from cell.events import Event, HoldRaised, OperatorAsked
from cellwright.cell_lock import CellLock
from cellwright.desk import Confirmed, Desk, LookedFor
from cellwright.in_service import InService
from cellwright.one_controller import alive, run_key
from cellwright.planner_link import PlannerProcess
from cellwright.reading import Reading
from cellwright.refusal import Refusal, value_of
from cellwright.resuming import AGAIN, Found, Left, drivers_of, left_run, looked_at, orders_to_come
from cellwright.service import PARTING
from cellwright.site import Site
from cellwright.starting_again import read_again
from controller.attached.messages import Looked, OpenQuestion, Parting
from controller.journal.folder import RunFolder
from controller.journal.journal import JournalError
from controller.order_book import Announced
from controller.run_state import RunState
from controller.service import Answer, Tell, serve
from controller.storage import CODE as UNWRITTEN


@dataclass(frozen=True, slots=True)
class Agreed:
    """To what was found, by whom, with which answers."""

    found: Found
    who: str
    answers: tuple[Answer, ...]


def gone_on_run(site: Site) -> Parting:
    """To its end. Raises Refusal, DriverError, OSError."""
    reading = _read(site)
    lock = site.lock(reading, run_key(site.folder))
    try:
        return _controlled(site, reading, lock)
    finally:
        if site.desk.has_begun:
            lock.end()
        else:  # drivers that are told no goodbye hold their devices until they have ended
            lock.release()


def _controlled(site: Site, reading: Reading, lock: CellLock) -> Parting:
    if (lives := alive(site.folder)) is not None:
        raise Refusal(lives)
    left = site.desk.withdrawable(lambda: _left(site, reading))
    site.orders.cell = left.request.cell
    drivers = value_of(drivers_of(left, site.worlds, lock))
    planner = left.planner()
    try:
        agreed = _agreed(site, left, drivers)
        if agreed is None:
            return Parting("not begun", "", "nothing was moved", 0)
        return _gone_on(site, left, drivers, planner, agreed)
    finally:
        planner.close()
        if site.desk.has_begun:  # a world that is told goodbye ends, and the run is as it was
            drivers.drivers.close()


def _read(site: Site) -> Reading:
    try:
        site.stand()
        site.server.working("reading", 0, 0)
        return read_again(site.start)
    except OSError as cause:
        text = f"{cause.filename}: {cause.strerror or cause}"
        raise Refusal(error("R719", text, help="put it back, or begin anew: `cellwright run`")) from cause


def _left(site: Site, reading: Reading) -> Left:
    try:
        return value_of(left_run(site.folder, site.start, reading, site.workshop()))
    except JournalError as cause:
        raise Refusal(error("R765", str(cause), help=AGAIN)) from cause


# --- before the confirmation -----------------------------------------------------------------------------------------


def _agreed(site: Site, left: Left, drivers: InService) -> Agreed | None:
    """None where somebody wants no more of it."""
    found, number, answers = _looked_at(site, left, drivers), 1, dict[str, Answer]()
    gc.collect()
    gc.freeze()
    site.server.looked(_shown(found, drivers, number, answers), found.after)
    while True:
        match site.desk.next_word():
            case Answer() as answer:
                answers[answer.question] = answer
                continue
            case LookedFor() | Confirmed() as word:
                now = _looked_at(site, left, drivers, found)
            case _:
                return None
        if isinstance(word, Confirmed) and _is_the_same(found, now):
            return Agreed(now, word.who, tuple(answers.values()))
        answers = {name: answer for name, answer in answers.items() if (name, found.asked.get(name)) in now.asked.items()}
        found, number = now, number + 1
        site.server.looked(_shown(found, drivers, number, answers), found.after)


def _looked_at(site: Site, left: Left, drivers: InService, last: Found | None = None) -> Found:
    site.server.working("devices", 0, 0)
    try:
        return looked_at(left, drivers, last)
    finally:
        site.server.working("", 0, 0)


def _is_the_same(shown: Found, now: Found) -> bool:
    """Whether somebody who has agreed to the one has agreed to the other."""
    return (shown.differences, shown.questions, shown.replans_because, shown.held_because) == (
        now.differences, now.questions, now.replans_because, now.held_because,
    )  # fmt: skip


def _shown(found: Found, drivers: InService, number: int, answers: dict[str, Answer]) -> Looked:
    given = {name: answer.answer for name, answer in answers.items()}
    return Looked(
        look=number,
        seq=found.left.off.told,
        differences=found.differences,
        questions=tuple(OpenQuestion(name, one.text, one.answers, given.get(name)) for name, one in found.questions),
        held_because=found.held_because,
        replans_because=found.replans_because,
        steps_left=found.after.progress.left,
        is_simulated=drivers.is_simulated,
        record=None if drivers.record is None else str(drivers.record),
    )


# --- behind it -------------------------------------------------------------------------------------------------------


def _gone_on(site: Site, left: Left, drivers: InService, planner: PlannerProcess, agreed: Agreed) -> Parting:
    with suppress(OSError):
        (site.folder.path / PARTING).unlink(missing_ok=True)  # of the controller before
    planner.warm()
    for answer in agreed.answers:
        site.desk.answer(answer.question, answer.answer, answer.who)
    word = _Word(site.server.tell, site.desk, agreed.who)
    try:
        summary = serve(
            left.spec, left.before.plan, drivers.drivers, planner, site.folder, site.desk.inbox,
            tell=word.tell, speed=left.start.speed, orders=Announced(orders_to_come(left)), clock=agreed.found.clock,
            before=agreed.found.before, see=site.server.see, catch_up=site.server.catch_up,
        )  # fmt: skip
    except (OSError, JournalError) as cause:
        if site.desk.has_begun:
            raise
        raise Refusal(_unwritable(cause, site.folder)) from cause
    return Parting("over", "", summary.state, 0)


def _unwritable(cause: OSError | JournalError, folder: RunFolder) -> Diagnostic:
    if isinstance(cause, JournalError):
        return error(cause.code, str(cause), help=AGAIN)
    text = f"the journal cannot be written: {cause.strerror or cause}; nothing was moved, and the run is as it was"
    return error(UNWRITTEN, text, help=f"make room where {folder.path} is, then resume again")


@dataclass(slots=True)
class _Word:
    """The confirmation, given to the run as soon as it holds. Where anything else has come between, a hold or a word of an
    operator, it counts no more: that was not what somebody has agreed to. With the first that is told the run is gone on with."""

    on: Tell
    desk: Desk
    who: str
    _is_first: bool = True
    _is_spent: bool = False

    def tell(self, events: Sequence[Event], state: RunState) -> None:
        self.desk.has_begun = True
        self.on(events, state)
        if self._is_spent:
            return
        is_other = any(isinstance(event, HoldRaised | OperatorAsked) for event in events) and not self._is_first
        self._is_first = False
        if is_other:
            self._is_spent = True
        elif state.pack == "Held" and not state.trouble.questions:
            self._is_spent = True
            self.desk.ask("resume", self.who)
