"""The first word of a child: what it drives, or why it does not come up."""

from __future__ import annotations

from cell.codec import CodecError
from cell_drivers.hosted.bounds import Bounds
from cell_drivers.hosted.frames import BadFrame, Frames
from cell_drivers.hosted.spawn import Reached
from cell_drivers.hosted.wire import Broken, FromChild, Hello, read_from_child


class NoStart(Exception):
    """The child does not come up. `during`: import, making, or starting."""

    def __init__(self, driver: str, during: str, why: str) -> None:
        super().__init__(f"driver {driver}: {why}")
        self.driver, self.during, self.why = driver, during, why


def first_word(reached: Reached, frames: Frames, driver: str, bounds: Bounds) -> tuple[Hello, list[str]]:
    """What the child drives, and what it has said behind that. Raises NoStart for anything else, and for nothing within
    `bounds.start`: it is killed then."""
    reached.calls.settimeout(bounds.start)
    try:
        texts = _texts(reached, frames, driver, bounds)
        return _hello(read_from_child(texts[0]), driver), texts[1:]
    except (OSError, BadFrame, CodecError) as cause:
        _give_up(reached, bounds)
        why = f"no word within {bounds.start:g} s" if isinstance(cause, TimeoutError) else str(cause)
        raise NoStart(driver, "starting", why) from cause
    except NoStart:
        _give_up(reached, bounds)
        raise


def _texts(reached: Reached, frames: Frames, driver: str, bounds: Bounds) -> list[str]:
    """At least one."""
    texts: list[str] = []
    while not texts:
        piece = reached.next_piece()
        if not piece:
            raise NoStart(driver, "starting", reached.ended(bounds.answer) or "it says nothing and ends")
        texts += frames.feed(piece)
    return texts


def _hello(word: FromChild, driver: str) -> Hello:
    match word:
        case Hello():
            return word
        case Broken(during=during, why=why):
            raise NoStart(driver, during, why)
        case _:
            raise NoStart(driver, "starting", f"it begins with {type(word).__name__}")


def _give_up(reached: Reached, bounds: Bounds) -> None:
    reached.kill()
    reached.ended(bounds.answer)
