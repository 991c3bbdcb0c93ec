"""The three connections to one controller as one link: up when all three work and the robot is the one that is meant.

Pure: bytes and times in, bytes out. Law: one that fails takes the others with it, and everything begins anew; a robot that is not
the one of the cell is refused for good, until somebody opens the driver again. Up means fresh samples, not open sockets: two of
them at least, for one alone cannot show that its time runs on.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Literal

from cell.robot import RobotModel
from cell_drivers.ur.dashboard import Answer, Dialogue, Request
from cell_drivers.ur.identity import ASKED, findings
from cell_drivers.ur.malformed import Malformed
from cell_drivers.ur.registers import Instruction
from cell_drivers.ur.rtde_session import RtdeSession
from cell_drivers.ur.sample import Sample

Channel = Literal["rtde", "dashboard", "script"]
SECOND = 1_000_000_000
HANDSHAKE = 3 * SECOND
"""ns from connected sockets to an answer to everything that is asked at the beginning."""
SILENCE = SECOND // 2
"""ns without a sample after which a link is dead, whatever its sockets say."""
PATIENCE = 5 * SECOND
"""ns that an answer of the dashboard may take."""
RETRY = SECOND // 2
"""ns between a link that was lost and the next try."""
LOOK = SECOND
"""ns between two looks at whether a person has taken the robot over (local control)."""

Stage = Literal["closed", "down", "greeting", "up", "refused"]


@dataclass(slots=True)
class Connection:
    """`why` says what made it fail last. `told` are the dashboard's newest answers by request, None for a refusal."""

    model: RobotModel
    stage: Stage = "closed"
    why: str = ""
    told: dict[Request, str | None] = field(default_factory=dict)
    outbox: deque[tuple[Channel, bytes]] = field(default_factory=deque)
    rtde: RtdeSession = field(default_factory=RtdeSession)
    _dialogue: Dialogue = field(default_factory=Dialogue)
    _answers: deque[Answer] = field(default_factory=deque)
    _since: int = 0
    _heard: int = 0
    _asked: int = 0

    @property
    def is_up(self) -> bool:
        return self.stage == "up"

    def wants_sockets(self, now: int) -> bool:
        return self.stage == "down" and now >= self._since

    # --- what happens to it ---

    def open(self, now: int) -> None:
        if self.stage in ("closed", "refused"):
            self.stage, self.why, self._since = "down", "not connected yet", now

    def close(self) -> None:
        """What was said last is still to be sent."""
        self.stage, self.why = "closed", "the driver is closed"

    def connected(self, now: int) -> None:
        """All three sockets are open; for nothing where the driver was closed meanwhile."""
        if self.stage != "down":
            return
        self.rtde, self._dialogue = RtdeSession(), Dialogue()
        self.told, self.stage = {}, "greeting"
        self._since = self._heard = self._asked = now
        self.outbox.clear()
        self._answers.clear()
        self._dialogue.ask(*ASKED)
        self.outbox.append(("rtde", self.rtde.hello()))

    def lost(self, why: str, now: int) -> None:
        """A socket failed, or what came over it made no sense."""
        if self.stage in ("greeting", "up"):
            self.stage, self.why, self._since = "down", why, now + RETRY
            self.outbox.clear()
        elif self.stage == "down":
            self.why, self._since = why, now + RETRY

    def received(self, channel: Channel, data: bytes, now: int) -> tuple[Sample, ...]:
        """The new samples. What does not belong to the protocol loses the link."""
        if self.stage not in ("greeting", "up"):
            return ()
        try:
            match channel:
                case "rtde":
                    return self._rtde(data, now)
                case "dashboard":
                    self._dashboard(data, now)
                case "script":
                    pass  # the controller's own states at 10 Hz, which RTDE tells better: read, so that its buffer does not fill
        except Malformed as why:
            self.lost(str(why), now)
        return ()

    def tick(self, now: int) -> None:
        if self.stage == "greeting" and now - self._since > HANDSHAKE:
            self.lost("the controller accepts connections and does not say what it is asked", now)
        elif self.stage == "up" and now - self._heard > SILENCE:
            self.lost(f"no sample that is younger than {(now - self._heard) / SECOND:.2f} s", now)
        elif self.stage == "up" and self._dialogue.under_way is not None and now - self._asked > PATIENCE:
            self.lost(f"the dashboard does not answer {self._dialogue.under_way.value!r}", now)
        elif self.stage == "up" and self._dialogue.is_idle and now - self._asked > LOOK:
            self.ask(Request.REMOTE)
        self._send_requests(now)

    # --- what is said ---

    def ask(self, *requests: Request) -> None:
        self._dialogue.ask(*requests)

    def ask_first(self, request: Request) -> None:
        self._dialogue.ask_first(request)

    def answers(self) -> tuple[Answer, ...]:
        found = tuple(self._answers)
        self._answers.clear()
        return found

    def instruct(self, instruction: Instruction) -> None:
        self.outbox.append(("rtde", self.rtde.instruct(instruction)))

    def send_program(self, text: str) -> None:
        self.outbox.append(("script", text.encode("ascii")))

    # --- how it comes up ---

    def _rtde(self, data: bytes, now: int) -> tuple[Sample, ...]:
        is_first = self.rtde.sample is None
        answer, samples = self.rtde.received(data, now)
        if answer:
            self.outbox.append(("rtde", answer))
        if samples:
            self._heard = samples[-1].received
        if samples[is_first:]:
            self._come_up(samples[-1])
        return samples if self.is_up else ()

    def _dashboard(self, data: bytes, now: int) -> None:
        for answer in self._dialogue.received(data):
            self.told[answer.request] = answer.value
            self._answers.append(answer)
        self._send_requests(now)

    def _send_requests(self, now: int) -> None:
        if self.stage in ("greeting", "up") and (line := self._dialogue.outgoing()):
            self._asked = now
            self.outbox.append(("dashboard", line))

    def _come_up(self, sample: Sample) -> None:
        """Nothing is up before everything was asked, and found to be as the cell has it."""
        control = self.rtde.control
        if self.stage != "greeting" or control is None or any(request not in self.told for request in ASKED):
            return
        wrong = tuple(findings(self.model, control, self.told, sample))
        if wrong:
            self.stage, self.why = "refused", "; ".join(wrong)
            self.outbox.clear()
        else:
            self.stage, self.why = "up", ""
