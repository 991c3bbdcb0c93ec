"""A run that goes on as a source: a thread reads what its controller tells, folds it, and keeps the newest view.

Law: what is shown is what was told. A line that breaks is made again by the client, and nothing is missing; where there is no
controller any more the view says so and stays as it was last. What was asked is kept account of in requests.py. The thread never
waits for the application, nor the other way round, but for what was asked before the screens go. Where there is no line a stop
gets one of its own: it is asked of a controller that has no room, or hangs, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from threading import Event as Flag
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final

from cell.asked import STOPS
from cell.codec import CodecError
from cell.events import Asked, Event, PlanReleased, RunOpened
from cell.jog import LEASE, Jog
from cell.plan_file import read_plan
from cellwright.begun import read_begun
from cellwright.service import NotReached, Run, attach_to, reach
from controller.attached.client import OURS
from controller.attached.messages import Accepted, Looked, Refused, Role, Seen, Told, Watch, WatchWork, Welcome, Working
from controller.journal.folder import RunFolder
from controller.journal.journal import JournalError, plan_path
from tui.defects import in_short
from tui.operate import scene as scenes
from tui.operate.at_work import NOTHING, AtWork
from tui.operate.ground import ground_of
from tui.operate.passing import TOLD_EVERY, Passing
from tui.operate.requests import GONE, Heard, Requests
from tui.operate.scene import Scene
from tui.operate.source import Stride
from tui.operate.sources import texts_of
from tui.operate.tallying import Tallying
from tui.operate.view import View

if TYPE_CHECKING:
    from controller.figures.figures import Figures

PATIENCE = 0.2  # s
PREPARING: Final = "another controller reads and proves the plan again"
LEFT_WITHIN = 2.0  # s for what was asked last, when the screens go
AWAITED = 3600.0  # s that a line of its own waits for the answer to a stop
NAMES: Final = {"quick stop": "STOP"}
Attach = Callable[[RunFolder, Role, int], Run]


class LiveRun:
    def __init__(
        self,
        folder: RunFolder,
        role: Role,
        *,
        is_attended: bool = True,
        attach: Attach = attach_to,
        requests: Requests[Run] | None = None,
    ) -> None:
        """Where its robots are is told, its cell is read and its figures are counted only of one that somebody attends to; the
        last two take long, and wait until what has happened stands on the screen.
        `attach` is how the controller is reached at first; later as any other is."""
        self._folder, self._role, self._is_attended = folder, role, is_attended
        self._lock = Lock()
        self._view = View(run_id=folder.id, role=role, note="attaching")
        self._at_work = AtWork()
        self._passing = Passing()
        self._shown = self._view, (Heard(), NOTHING), self._view
        self._requests: Requests[Run] = requests or Requests()
        self._run: Run | None = None
        self._tallying: Tallying | None = None
        self._closed = Flag()
        self._has_looked = self._is_drawn = self._reads_again = False
        self._told_before: int | None = None  # the number of the newest event when it was attached to
        self._pressed: tuple[tuple[Jog, bool] | None, float] = (None, 0.0)
        self._aside: Thread | None = None
        self._thread = self._started(attach)

    def newest(self) -> View:
        """What was told, what has become of what was asked, what takes long: one may stand still while the others do not."""
        view, beside = self._view, (self._requests.heard(), self._at_work.work())
        if view is not self._shown[0] or beside != self._shown[1]:
            heard, work = beside
            self._shown = view, beside, replace(view, last_asked=heard.text, unheard=heard.unheard, work=work)
        return self._shown[2]

    def drawn(self, view: View) -> None:
        if self._is_drawn or self._told_before is None or view.scene.seq < self._told_before:
            return
        self._is_drawn = True
        self._look_beside(view.scene)

    def ask(self, what: Asked) -> None:
        name = NAMES.get(what, what)
        if what in STOPS and self._run is None and self._folder.pid() is not None:
            self._aside = Thread(target=self._stop_aside, args=(what, self._requests.goes_aside(name)), name="stop", daemon=True)
            self._aside.start()
        else:
            self._requests.ask(name, lambda run: run.ask(what), is_stop=what in STOPS)

    def _stop_aside(self, what: Asked, number: int) -> None:
        try:
            run = reach(self._folder, self._role)
        except NotReached:
            self._requests.goes_back(number, lambda run: run.ask(what))
            return
        try:
            refusal = run.asked(what, AWAITED)
        except (NotReached, OSError, CodecError):
            self._requests.came_to_nothing(number)
        else:
            self._requests.told(Accepted(number) if refusal is None else replace(refusal, id=number))
        finally:
            run.leave()

    def answer(self, question: str, answer: str) -> None:
        self._requests.ask(f"answer {answer}", lambda run: run.answer(question, answer))

    def hold_key(self, jog: Jog, is_held: bool) -> None:
        """A key that repeats faster than the controller need hear is told less often."""
        run, now = self._run, time.monotonic()
        if run is None or (self._pressed[0] == (jog, is_held) and now - self._pressed[1] < LEASE / 5.0):
            return
        self._pressed = ((jog, is_held), now)
        run.hold_key(jog, is_held)

    def let_go(self) -> None:
        self._pressed = (None, 0.0)
        if self._run is not None:
            self._run.let_go()

    def confirm(self, look: int) -> None:
        self._requests.ask("go on", lambda run: run.confirm(look))

    def look_again(self) -> None:
        self._requests.ask("look again", lambda run: run.look_again())

    def acknowledge(self, key: str) -> None:
        self._requests.ask("acknowledge", lambda run: run.acknowledge(key))

    def shelve(self, key: str, seconds: float, reason: str) -> None:
        self._requests.ask("shelve", lambda run: run.shelve(key, seconds, reason))

    def unshelve(self, key: str) -> None:
        self._requests.ask("unshelve", lambda run: run.unshelve(key))

    def move(self, stride: Stride, by: int) -> None:
        """What goes on cannot be gone back in."""

    def attend(self) -> None:
        """From now on."""
        if self._is_attended:
            return
        self._is_attended = True
        run = self._run
        if run is not None:
            self._watch(run)
            self._look_beside(self._view.scene)

    def play(self) -> None: ...

    def hasten(self, by: int) -> None: ...

    def reattach(self) -> None:
        if not self._thread.is_alive():
            self._requests.expected()
            self._thread = self._started(attach_to)

    def take_over(self) -> LiveRun:
        from cellwright.taking_up import taken_up_and_greeted

        if not self._thread.is_alive():
            self._requests.expected()
            self._write(link="loading", note=PREPARING, is_left=False)
            self._thread = self._started(taken_up_and_greeted)
        return self

    def close(self) -> str:
        """Waits for the answer to what was asked last; gives what is to be said where a stop has none."""
        self._closed.set()
        for thread in (self._thread, self._aside):
            if thread is not None and self._requests.is_open:
                thread.join(LEFT_WITHIN)
        heard = self._requests.heard()
        run = self._run
        if run is not None:
            run.leave()
        return heard.unheard

    # --- the thread ---

    def _started(self, attach: Attach) -> Thread:
        thread = Thread(target=self._work, args=(attach,), name="live", daemon=True)
        thread.start()
        return thread

    def _work(self, attach: Attach) -> None:
        try:
            self._follow(attach)
        except (NotReached, JournalError) as cause:
            self._lose(str(cause))
        except CodecError as cause:
            self._lose(f"the controller tells what this program does not know ({cause!s:.80}): it is newer; use its version")
        except OSError as cause:
            self._lose(f"the line to the controller broke: {cause.strerror or cause}")
        except Exception as defect:
            self._lose(f"{in_short(defect)}; attach again")

    def _follow(self, attach: Attach) -> None:
        scene = _from_journal(self._folder) if self._view.scene.seq == 0 else self._view.scene
        run = self._run = attach(self._folder, self._role, scene.seq)
        tallying = Tallying(self._folder, self._count)
        try:
            welcome = run.welcome
            assert welcome is not None
            self._tallying, self._told_before = tallying, welcome.seq  # first: it may be drawn at once, and never again
            self._write(link="loading", intent=welcome.intent, role=welcome.role, **self._driven())
            self._requests.opened(run)
            self._reads_again = welcome.summary is None and scene.seq > 0
            if self._reads_again:  # it knows nothing of the run before it has looked
                self._write(scene=scene, note=PREPARING)
            elif scene.seq >= welcome.seq:
                self._catch_up(scene)
            if self._is_attended:
                self._watch(run)
            self._listen(run, scene)
            self._end(run)
        finally:
            self._run = None
            self._at_work.forget()
            tallying.end()
            run.leave()

    def _driven(self) -> Mapping[str, Any]:
        """What moves, and how fast its time goes. Nothing says so before the run has begun."""
        begun = read_begun(self._folder.path)
        return {} if begun is None else {"target": "simulated" if begun.is_simulated else "real", "speed": begun.speed}

    def _watch(self, run: Run) -> None:
        """A controller of before does not know the one or the other, and says so to the client, who keeps it."""
        run.client.post(Watch(OURS))
        run.client.post(WatchWork(OURS))

    def _catch_up(self, scene: Scene) -> None:
        """What had happened when it was attached to is shown when all of it is folded, and not as if it happened now."""
        self._show(scene)
        self._write(link="live", note="")

    def _listen(self, run: Run, scene: Scene) -> None:
        """Where a controller is silent or gone before it has told all that had happened, what it has told is shown."""
        try:
            for folded in self._folded(run, scene):
                scene = folded
                if self._view.link == "live":
                    self._passing.told(scene.now)
                    self._show(scene)
                elif scene.seq >= (self._told_before or 0):
                    self._catch_up(scene)
        finally:
            if scene.seq > self._view.scene.seq:
                self._show(scene)

    def _folded(self, run: Run, scene: Scene) -> Iterator[Scene]:
        """After each event. Folds all that has come before it is shown, so that a flood of events costs no flood of views."""
        for message in run.client.messages(PATIENCE):
            match message:
                case Told(seq=seq, event=event) if seq > scene.seq:
                    scene = scenes.taken(scene, seq, with_its_plan(event, self._folder))
                    yield scene
                    if isinstance(event, RunOpened):
                        self._write(**self._driven())
                case Looked():
                    self._reads_again = False
                    self._write(looked=message, link="live", note="")
                    run.client.subscribe(scene.seq)  # before the look there were no events, and nothing to subscribe to
                case Seen(robots=robots):
                    self._write(seen={sample.robot: sample for sample in robots})
                case Working():
                    self._at_work.told(message)
                case Refused() | Accepted():
                    self._requests.told(message)
                case Welcome():  # the line was made anew
                    self._requests.broke()
                    if self._is_attended:
                        self._watch(run)
                case None if self._view.link == "loading" and not self._reads_again:
                    self._catch_up(scene)
                case _:
                    pass
            self._let_pass()
            if self._closed.is_set() and not self._requests.is_open:
                return

    def _let_pass(self) -> None:
        view = self._view
        if view.link != "live" or view.scene.run.is_over:
            return
        by_now = self._passing.by_now(view.scene.clock, view.speed)
        if by_now is not None and by_now - view.now >= TOLD_EVERY * (view.speed or 1.0):
            self._write(by_now=by_now)

    def _show(self, scene: Scene) -> None:
        self._look_beside(scene)
        self._requests.came_to(scene.run.pack)
        looked = self._view.looked
        is_confirmed = looked is not None and scene.seq > looked.seq  # the run goes on
        self._write(scene=scene, looked=None if is_confirmed else looked)

    def _look_beside(self, scene: Scene) -> None:
        """At its cell, and at what the run has come to so far."""
        if not self._is_attended or not self._is_drawn:
            return
        with self._lock:
            if self._tallying is not None:
                self._tallying.start()
            if not self._has_looked and scene.run.progress.plan is not None:
                self._has_looked = True
                Thread(target=self._look_round, args=(scene,), name="cell", daemon=True).start()

    def _count(self, figures: Figures | None, why_not: str) -> None:
        if why_not:
            self._write(note=why_not)
        else:
            self._write(figures=figures)

    def _look_round(self, scene: Scene) -> None:
        """Takes longest, so it is done beside what is told."""
        context = scene.run.context
        try:
            texts = texts_of(self._folder, None if context is None else context.program)
            found = ground_of(self._folder, scene)
        except Exception as defect:
            self._write(no_ground=in_short(defect))
            return
        ground, why = (None, found) if isinstance(found, str) else (found, "")
        self._write(texts=texts, ground=ground, no_ground=why)

    def _end(self, run: Run) -> None:
        word = run.client.last_word
        if word is not None and word.why == "over":
            self._requests.closed("the run is over", is_over=True)
            self._write(link="over", note="the run is over", is_left=self._view.scene.run.may_go_on)
        elif word is not None:
            self._lose(f"the controller has ended: {word.code} {word.reason}".replace("  ", " "))
        else:
            self._lose("the controller has gone without a word")

    def _lose(self, why: str) -> None:
        """A controller that was killed may still be there for a moment when its line is not."""
        self._requests.closed(GONE)
        may_go_on, is_alive = self._view.scene.run.may_go_on, self._folder.pid() is not None
        self._write(link="lost", note=why, looked=None, is_left=may_go_on and not is_alive, is_alive=is_alive)
        if is_alive:
            Thread(target=self._see_it_end, name="end", daemon=True).start()

    def _see_it_end(self) -> None:
        """Beside the thread, so that it may be attached to again meanwhile."""
        while self._folder.pid() is not None:
            if self._closed.wait(PATIENCE) or self._view.link != "lost":
                return
        with self._lock:
            if self._view.link == "lost":
                self._view = replace(self._view, is_left=self._view.scene.run.may_go_on, is_alive=False)

    def _write(self, **changes: Any) -> None:
        """Two threads write: the one that listens, and the one that reads the files of the cell."""
        with self._lock:
            self._view = replace(self._view, **changes)


def with_its_plan(event: Event, folder: RunFolder) -> Event:
    """What a controller tells of a plan is its number and its id; the plan stands in the run's folder. Raises JournalError."""
    if not isinstance(event, PlanReleased) or event.plan is not None:
        return event
    path = plan_path(folder.path, event.of.plan or "")
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as cause:
        raise JournalError(f"{path}: {cause.strerror or cause}") from cause
    found = read_plan(text, str(path)).value
    if found is None or found.plan_id != event.of.plan:
        raise JournalError(f"{path} is not the plan that the controller goes by")
    return replace(event, plan=found)


def _from_journal(folder: RunFolder) -> Scene:
    """From the newest snapshot, so that a long run takes no longer to be seen than a short one."""
    try:
        journal = folder.journal()
    except JournalError:
        return Scene()  # nothing has been written yet; all will be told
    try:
        found = journal.snapshot()
        if found is None:
            return Scene()
        seq, run = found
        plan = run.progress.plan
        told = () if plan is None else journal.of_steps(plan.plan.plan_id, seq)
        return scenes.begun_from(seq, run, *journal.opening(seq), told)
    finally:
        journal.close()
