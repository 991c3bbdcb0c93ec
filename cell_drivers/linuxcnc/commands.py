"""Commands of one robot by their ids: what each asked for, and what became of it. Pure.

Law: twice is as good as once, and what was refused was not seen. What is under way is never forgotten. Of the newest that are
over an id, what it was and its end are kept, and not the program: a robot gets tens of thousands in a week.
"""

from __future__ import annotations

from dataclasses import dataclass

from cell.command_book import Over
from cell.device import CommandStatus, Prepared, Trajectory
from cell_drivers.linuxcnc.program import Program

NOT_SEEN = CommandStatus("not seen")


@dataclass(slots=True)
class Motion:
    """A trajectory that was taken. `path` is where its program stands. `sent` ns: when the controller was asked to run it, None
    where it was not yet; `asked`: when somebody first asked for that, None where another driver was asked. `link` numbers the
    link over which it was, `seen` the last one over which it was seen running. `has_begun`: it was seen at all. `s` is how far it
    has come, `complaint` what the controller said meanwhile."""

    command: str
    prepared: Prepared
    program: Program
    path: str
    sent: int | None = None
    asked: int | None = None
    link: int = 0
    seen: int = 0
    has_begun: bool = False
    s: float = 0.0
    complaint: str = ""
    stopped_by: str = ""


def content_of(trajectory: Trajectory) -> tuple[object, ...]:
    """Equal for the same trajectory, whichever object it is."""
    path = tuple((segment.control.tobytes(), segment.length) for segment in trajectory.segments)
    return trajectory.motion, trajectory.joints, path, trajectory.phases, trajectory.contact, trajectory.process


class Commands:
    """`motions` are those that are not over."""

    def __init__(self) -> None:
        self.motions: dict[str, Motion] = {}
        self._prepared: dict[str, Prepared] = {}
        self._asked: dict[str, tuple[object, ...]] = {}
        self._status: dict[str, CommandStatus] = {}
        self._over = Over()

    def is_new(self, command: str, *asked: object) -> bool | None:
        """None: the id belongs to something else."""
        if command not in self._asked:
            return True
        return False if self._asked[command] == asked else None

    def take(self, command: str, *asked: object) -> None:
        self._asked[command] = asked

    def prepare(self, motion: Motion) -> None:
        self.motions[motion.command], self._prepared[motion.command] = motion, motion.prepared

    def prepared(self, command: str) -> Prepared | None:
        """None for what is no motion."""
        return self._prepared.get(command)

    def adopt(self, motion: Motion, now: int) -> None:
        """One of a driver that is no more, which is followed from `now` on."""
        motion.sent, motion.has_begun = now, True
        self.prepare(motion)
        self._asked[motion.command] = ("adopted",)

    def forget(self, command: str) -> None:
        """It was refused."""
        self._asked.pop(command, None)

    def tell(self, command: str, status: CommandStatus) -> bool:
        """False where that is known already, or its fate is sealed."""
        known = self._status.get(command, NOT_SEEN)
        if known == status or known.is_final:
            return False
        self._status[command] = status
        if status.is_final:
            self.motions.pop(command, None)
            self._forget_for(command)
        return True

    def _forget_for(self, command: str) -> None:
        oldest = self._over.add(command)
        if oldest is not None:
            for kept in (self._asked, self._status, self._prepared):
                kept.pop(oldest, None)

    def status(self, command: str) -> CommandStatus:
        """Of what runs: how far it is by now."""
        status = self._status.get(command, NOT_SEEN)
        if status.state == "running" and command in self.motions:
            return CommandStatus("running", self.motions[command].s)
        return status

    def open_motions(self) -> tuple[Motion, ...]:
        return tuple(self.motions.values())
