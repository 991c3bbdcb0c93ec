"""What the controller's readings say of the commands that were given to it.

A program that was asked to run is followed by its name and line; when nothing runs any more, the controller's own memory says
what became of it. Who stops it, and whether there was a link all the time, makes no difference.

Law: a stop that a lost link kept back stays owed, for what runs there runs on without it. That it takes the power is not owed:
nobody asks for that just now when the link is back, and somebody may be at the robot. It is told as a fault (decision 0172).
"""

from __future__ import annotations

import numpy as np

from cell.device import CommandStatus, StopKind
from cell_drivers.linuxcnc import scripts
from cell_drivers.linuxcnc.commands import Commands, Motion
from cell_drivers.linuxcnc.fate import fate_of, is_at_end
from cell_drivers.linuxcnc.news import News
from cell_drivers.linuxcnc.samples import Samples
from cell_drivers.linuxcnc.scripts import Memory
from cell_drivers.linuxcnc.session import SECOND, STOPPED, Session
from cell_drivers.linuxcnc.shell import Reading

BEGINNING = SECOND // 2
"""ns after its start that a program may not be seen running: a short one is over by then."""
STOPPING = SECOND
"""ns after which a robot that a stop has not brought to rest loses its power."""
POWER = "power"
"""The fault of a stop that was to take the power and is not known to have done so."""
STILL = 1e-4
"""rad/s: what digits of the shell may seem to move."""
FASTEST = 2.0
"""Times its own speed, that a feed override may have a program run at."""
APART = 0.1
"""s between the time of a reading and that of its joints, at most."""


class Following:
    """`stopping` is the hardest stop that was asked for and is not over, and since when. `owed`: one that could not be said
    yet."""

    def __init__(self, session: Session, commands: Commands, samples: Samples, news: News) -> None:
        self._session, self._commands, self._samples, self._news = session, commands, samples, news
        self.stopping: tuple[StopKind, int] | None = None
        self.owed = False
        self._is_settling = self._is_powering_down = False
        self._feed: int | None = None

    def running(self) -> Motion | None:
        """What the controller was asked to run and is not known to be over."""
        return next((motion for motion in self._commands.open_motions() if motion.sent is not None), None)

    def is_in_doubt(self, command: str) -> bool:
        """Whether its link was lost since it was asked for, and nothing was seen of it since."""
        motion = self._commands.motions.get(command)
        if motion is None or motion.sent is None or self._commands.status(command).is_final:
            return False
        return not self._session.is_up or (motion.link != self._session.links and motion.seen != self._session.links)

    # --- what is asked of it ---

    def start(self, motion: Motion, now: int) -> None:
        motion.sent, motion.asked, motion.link = now, now, self._session.links

        def ended(failed: str | None) -> None:
            motion.sent = self._session.now
            motion.complaint = motion.complaint or failed or ""

        self._session.run(scripts.begin(self._session, motion.path), ended)

    def stop(self, kind: StopKind, now: int) -> None:
        for prepared in self._commands.open_motions():
            if prepared.sent is None:
                self._news.command(prepared.command, CommandStatus("aborted", 0.0, f"{kind} stop"))
        if self.stopping is None or kind == "power":
            self.stopping = "power" if self._is_powering_down else kind, now  # what is said now comes in the place of that
        motion = self.running()
        if motion is not None and not motion.stopped_by:
            motion.stopped_by = f"{kind} stop"
        self.say_stop()

    def say_stop(self) -> None:
        """Where there is no link it stays owed, and is the first thing that is said when there is one again."""
        self._is_settling = False
        self.owed = not self._session.say_now("set abort")
        if self.owed:
            self.link_lost(self._session.why)

    def say_owed(self) -> None:
        """The link is back. What moves has its time to stand from now on."""
        if self.owed and self.stopping is not None:
            self.stopping = self.stopping[0], self._session.now
            self.say_stop()

    def link_lost(self, why: str) -> None:
        """A stop that is not over may not have arrived, and is owed; that it takes the power is not."""
        self.owed = self.stopping is not None
        if self.stopping is not None and self.stopping[0] == "power":
            self.stopping = "quick", self.stopping[1]
            self._not_taken(why)

    def _not_taken(self, why: str) -> None:
        self._news.fault(POWER, f"a stop was to take its power, and it is not known to have gone: {why}")

    # --- what is seen of it ---

    def see(self, reading: Reading, time: int) -> None:
        motion = self.running()
        is_seen = motion is not None and reading.status != "idle" and reading.program == motion.path
        if motion is not None and is_seen:
            motion.seen = self._session.links
            at = motion.program.track.parameter(np.radians(reading.joints), reading.line, _most(motion, time))
            motion.s = max(motion.s, at)
        self._sample(reading, time, motion)
        self._see_feed(reading)
        if not reading.is_on:
            self._news.no_fault(POWER)
        if reading.error:
            self._complained(reading.error, motion)
        if motion is not None and is_seen and not motion.has_begun:
            motion.has_begun = True
            self._news.command(motion.command, CommandStatus("running", motion.s))
        if motion is not None and reading.status == "idle":
            motion.seen = motion.seen if motion.link == self._session.links else 0
        if motion is not None and reading.status == "idle" and self._is_over(motion, time):
            if self._has_plainly_arrived(motion, reading):
                self._news.command(motion.command, CommandStatus("done", motion.program.track.length))
            else:
                self._settle(motion)
        self._see_stop(reading, time)

    def _sample(self, reading: Reading, time: int, motion: Motion | None) -> None:
        if motion is not None and motion.has_begun:
            self._samples.take(reading, time, motion.command, motion.prepared.motion, motion.s)
        else:
            self._samples.take(reading, time, "", "", 0.0)

    def _is_over(self, motion: Motion, time: int) -> bool:
        if self._is_settling or self._session.is_busy or self.owed or not self._is_still():
            return False
        waited = motion.sent is not None and time - motion.sent > BEGINNING
        return motion.has_begun or waited or bool(motion.stopped_by)

    def _is_still(self) -> bool:
        """Whoever hears that a motion is over looks at once where the robot stands."""
        newest = self._samples.newest
        return newest is not None and float(np.max(np.abs(newest.qd))) <= STILL

    def _has_plainly_arrived(self, motion: Motion, reading: Reading) -> bool:
        """It was followed all the way, and stands at its end: to ask what the controller remembers would cost it 0.2 s."""
        is_undisturbed = motion.link == self._session.links and not motion.stopped_by and not motion.complaint
        track = motion.program.track
        return is_undisturbed and motion.s >= 0.5 * track.length and is_at_end(track, np.radians(reading.joints))

    def _settle(self, motion: Motion) -> None:
        memory = Memory()
        self._is_settling = True

        def ended(failed: str | None) -> None:
            self._is_settling = False
            if failed is None and self._samples.newest is not None:  # else it is asked again with the next reading
                self._news.command(motion.command, fate_of(motion, memory, self._samples.newest.q))
                self._session.run(scripts.to_auto(self._session), lambda failed: None)

        self._session.run(scripts.settle(self._session, motion.program, memory), ended)

    def _see_stop(self, reading: Reading, time: int) -> None:
        if self.stopping is None or self.owed:
            return
        kind, since = self.stopping
        if reading.status == "idle" and self.running() is None:
            self.stopping = None
            if kind == "power":
                self._power_down()
        elif reading.status != "idle" and time - since > STOPPING and not self._session.is_busy:
            self._power_down()

    def _power_down(self) -> None:
        self._is_powering_down = True

        def ended(failed: str | None) -> None:
            self._is_powering_down = False
            if failed not in (None, STOPPED):  # the stop that came first takes the power itself
                self._not_taken(str(failed))

        self._session.run(scripts.power_down(self._session), ended)

    def _see_feed(self, reading: Reading) -> None:
        if self._feed is not None and reading.feed != self._feed:
            self._news.speed(min(reading.feed, 100) / 100.0)
        self._feed = reading.feed

    def _complained(self, error: str, motion: Motion | None) -> None:
        if motion is not None and not motion.complaint:
            motion.complaint = error
        self._news.fault(error, error)


def _most(motion: Motion, time: int) -> float:
    """The share of its time that a program can have run for, at `time` ns."""
    if motion.asked is None:
        return 1.0
    return min(1.0, FASTEST * ((time - motion.asked) / SECOND + APART) / motion.program.duration)
