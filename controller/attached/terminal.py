"""One terminal as the controller sees it: bytes in, requests out; what it is told, and how far it has read. Knows no socket.

Law: what waits for a terminal is bounded. Events wait in the chronicle, where they are kept once for all, and not here; a
terminal that takes nothing for a while is cut off, and may attach again and go on from the event it had.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field

from cell.asked import STOPS
from cell.codec import CodecError
from cell.dataclass import dataclass
from controller.attached.allowance import Allowance
from controller.attached.chronicle import Chronicle
from controller.attached.lines import Lines, TooLong
from controller.attached.messages import (
    LARGEST_REQUEST,
    VERSION,
    Ask,
    FromController,
    Hello,
    News,
    Parting,
    Refused,
    Request,
    Role,
    line,
    read_from_terminal,
)

ENOUGH = 262_144  # bytes that may wait here before no more is fetched for it
SEEN_BEHIND = 16_384  # bytes that may wait here before it is told where the robots are
RATE, AT_ONCE = 50.0, 200.0  # requests a second, and at once
STOP_RATE, STOPS_AT_ONCE = 10.0, 20.0
"""stops a second beyond that, and at once: who has asked too much may still stop the cell."""
WASTED = 1_000
"""requests beyond that, or unreadable, before a terminal is cut off."""
TAKES_WITHIN = 10.0  # s
HELLO_WITHIN = 5.0  # s
AT_THE_DOOR = 5.0  # s that one for which there is no room may take to ask for a stop
LONGEST_STOP = 200  # bytes of a request that may be one


@dataclass(slots=True)
class Terminal:
    """`number`: its own, of this controller. `no_room`: why it may ask for no more than a stop or a hold, "" where it may; it is
    let go soon. `came`: when it attached. `since`: when it last took something, or when nothing
    waited for it. `cursor`: the last event it was told, None while it has not subscribed. `news`: with which event it was last
    told what the run has come to. `seen`: which look at the robots it was last told, `work`: which word of what takes long; None
    while it does not watch that. `holds`: it has said that a key is held, and not that it was let go."""

    came: float
    since: float
    number: int = 0
    no_room: str = ""
    holds: bool = False
    role: Role | None = None
    name: str = ""
    cursor: int | None = None
    news: int = -1
    seen: int | None = None
    work: int | None = None
    is_parting: bool = False
    out: bytearray = field(default_factory=bytearray)
    _is_within_a_line: bool = False
    _wasted: int = 0
    _lines: Lines = field(default_factory=lambda: Lines(LARGEST_REQUEST))
    _allowance: Allowance = field(default_factory=lambda: Allowance(RATE, AT_ONCE))
    _of_stops: Allowance = field(default_factory=lambda: Allowance(STOP_RATE, STOPS_AT_ONCE))

    # --- what it says ---

    def hear(self, piece: bytes, now: float) -> Iterator[Hello | Request]:
        """What `piece` completes and may be looked at; everything else is refused here."""
        try:
            for text in self._lines.feed(piece):
                message = self._understood(text, now)
                if self.is_parting:
                    return
                if message is not None:
                    yield message
        except TooLong as cause:
            self.part(Parting("cut off", "R766", f"{cause}; {LARGEST_REQUEST} are allowed", self.cursor or 0))

    def _understood(self, text: bytes, now: float) -> Hello | Request | None:
        if not (self._allowance.takes(now) or (_is_stop(text) and self._of_stops.takes(now))):
            self._waste(Refused(_number_in(text), "R753", f"more than {RATE:g} requests a second"))
            return None
        try:
            message = read_from_terminal(text)
        except CodecError as cause:
            self._waste(Refused(_number_in(text), "R766", f"no message of this protocol: {cause!s:.200}"))
            return None
        if isinstance(message, Hello):
            return self._greeted(message)
        if self.role is None:
            self._waste(Refused(message.id, "R766", "a terminal says hello first"))
            return None
        return message

    def _greeted(self, hello: Hello) -> Hello | None:
        if hello.version != VERSION:
            reason = f"the terminal speaks version {hello.version}, this controller version {VERSION}"
            self.part(Parting("cut off", "R767", reason, 0))
            return None
        if self.role is not None:
            self._waste(Refused(None, "R766", "a second hello"))
            return None
        self.role, self.name = hello.role, hello.name
        return hello

    def _waste(self, refused: Refused) -> None:
        """Is answered, and after too much of it cut off."""
        self._wasted += 1
        if self._wasted > WASTED:
            reason = f"{self._wasted} requests could not be looked at, the last: {refused.code} {refused.reason}"
            self.part(Parting("cut off", "R753", reason, self.cursor or 0))
        elif len(self.out) < ENOUGH:  # whoever asks and does not read gets no answer
            self.say(refused)

    # --- what it is told ---

    def say(self, message: FromController) -> None:
        if not self.is_parting:
            self.out += line(message)

    def fetch(self, chronicle: Chronicle) -> None:
        """Events that it has not been told yet, as long as it takes them."""
        while self.cursor is not None and self.cursor < chronicle.last and len(self.out) < ENOUGH and not self.is_parting:
            text, seq = chronicle.behind(self.cursor, ENOUGH)
            if seq == self.cursor:
                return
            self.out += text
            self.cursor = seq

    def tell_news(self, news: News, text: bytes) -> None:
        """`text` is the line of `news`. Told once, and never before the events that it follows from."""
        if self.cursor is not None and self.news < news.seq <= self.cursor and not self.is_parting:
            self.out += text
            self.news = news.seq

    def tell_seen(self, number: int, text: bytes) -> None:
        """`text` is the line of look `number` at the robots. Where it has not taken the one before, it gets a newer one later."""
        if self.seen is not None and self.seen < number and len(self.out) < SEEN_BEHIND and not self.is_parting:
            self.out += text
            self.seen = number

    def tell_work(self, number: int, text: bytes) -> None:
        """`text` is the line of word `number` of what takes long; as with where the robots are."""
        if self.work is not None and self.work < number and len(self.out) < SEEN_BEHIND and not self.is_parting:
            self.out += text
            self.work = number

    def part(self, last_word: Parting) -> None:
        """The last word comes behind what it is in the midst of; what else has waited is dropped."""
        if self.is_parting:
            return
        if last_word.why == "cut off":
            del self.out[self.out.find(b"\n") + 1 if self._is_within_a_line else 0 :]
        self.say(last_word)
        self.is_parting = True

    def word_at_the_door(self) -> Parting:
        return Parting("cut off", "R756", self.no_room, 0)

    def taken(self, count: int, now: float) -> None:
        """So many bytes of `out` have gone."""
        if count:
            self.since = now
            self._is_within_a_line = self.out[count - 1 : count] != b"\n"
            del self.out[:count]

    def is_lost(self, now: float) -> bool:
        """It does not even take its last word."""
        return self.is_parting and now - self.since > 2.0 * TAKES_WITHIN

    def why_cut_off(self, now: float) -> Parting | None:
        """To be asked after everything has been tried to be sent."""
        if not self.out:
            self.since = now
        if self.role is None and now - self.came > HELLO_WITHIN:
            return Parting("cut off", "R766", f"no hello within {HELLO_WITHIN:g} s", 0)
        if self.no_room and now - self.came > AT_THE_DOOR:
            return self.word_at_the_door()
        if self.out and now - self.since > TAKES_WITHIN:
            reason = f"it has taken nothing for {TAKES_WITHIN:g} s; attach again and go on behind event {self.cursor or 0}"
            return Parting("cut off", "R755", reason, self.cursor or 0)
        return None


def _is_stop(text: bytes) -> bool:
    """Of a request beyond the allowance. Nothing long is read for it."""
    try:
        message = read_from_terminal(text) if len(text) <= LONGEST_STOP else None
    except CodecError:
        return False
    return isinstance(message, Ask) and message.what in STOPS


def _number_in(text: bytes) -> int | None:
    """The terminal's own number of a request that is not looked at, where it is where we would write it."""
    _, found, behind = text[:200].partition(b'"id":')
    digits = behind.strip().split(b",")[0].split(b"}")[0].strip()
    return int(digits) if found and digits.isdigit() and len(digits) < 16 else None
