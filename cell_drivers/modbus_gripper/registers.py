"""The registers of a Robotiq 2F gripper: words in, values out. No socket, no clock.

Source: Robotiq, 2F-85 and 2F-140 instruction manual, "Control": three words each way, the first byte in the high half. The words
that the gripper writes begin at 2000 (function 3), those that it reads at 1000 (function 16). Law: words that this gripper would
never write are `NotAGripper`, whatever they are; a status is never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

STATUS_ADDRESS = 2000
REQUEST_ADDRESS = 1000
WORDS = 3
HIGHEST = 255
"""Of position (0 is open, 255 closed), speed and force."""

Activation = Literal["reset", "activating", "activated"]
Jaw = Literal["moving", "stopped opening", "stopped closing", "arrived"]
"""gOBJ: what stopped the jaws, where it is known."""

_ACTIVATIONS: Mapping[int, Activation] = {0: "reset", 1: "activating", 3: "activated"}
_JAWS: tuple[Jaw, ...] = ("moving", "stopped opening", "stopped closing", "arrived")

FAULTS: Mapping[int, tuple[str, str]] = {
    0x05: ("not_activated", "an action waits for the activation"),
    0x07: ("not_activated", "the activation bit is not set"),
    0x08: ("too_hot", "too hot: let it cool down"),
    0x09: ("no_communication", "nobody has spoken to it for a second"),
    0x0A: ("low_voltage", "its supply is under the minimum"),
    0x0B: ("releasing", "its automatic release is in progress"),
    0x0C: ("internal", "an internal fault"),
    0x0D: ("activation", "its activation failed"),
    0x0E: ("too_much_current", "too much current"),
    0x0F: ("released", "its automatic release has ended"),
}
"""gFLT: the word by which a fault is acknowledged, and what it means."""
BY_ITSELF = frozenset({0x08, 0x09, 0x0A, 0x0B})
"""Faults that go when their cause goes; the others, by an activation."""


class NotAGripper(ValueError):
    """No Robotiq 2F writes these words. `words` as they came."""

    def __init__(self, words: Sequence[object], why: str) -> None:
        super().__init__(f"{why}: {', '.join(f'{word:#06x}' if isinstance(word, int) else repr(word) for word in words)}")
        self.words = tuple(words)


@dataclass(frozen=True, slots=True)
class Status:
    """`is_enabled` gACT, `goes` gGTO, `fault` gFLT (0 for none), `requested` gPR and `position` gPO 0..255, `current` A."""

    is_enabled: bool
    goes: bool
    activation: Activation
    jaw: Jaw
    fault: int
    requested: int
    position: int
    current: float

    @property
    def is_moving(self) -> bool:
        """Jaws that were sent somewhere and are not there; gOBJ of others tells nothing."""
        return self.activation == "activated" and self.goes and self.jaw == "moving"


@dataclass(frozen=True, slots=True)
class Request:
    """What the gripper is to do: `is_enabled` rACT, `goes` rGTO, the rest 0..255. Raises ValueError outside that."""

    is_enabled: bool
    goes: bool
    position: int = 0
    speed: int = HIGHEST
    force: int = 0

    def __post_init__(self) -> None:
        if not all(0 <= value <= HIGHEST for value in (self.position, self.speed, self.force)):
            raise ValueError(f"position, speed and force are 0 to {HIGHEST}, got {self.position}, {self.speed}, {self.force}")


def status_of(words: Sequence[int]) -> Status:
    """Of the three words from STATUS_ADDRESS. Raises NotAGripper."""
    if len(words) != WORDS or not all(isinstance(word, int) and 0 <= word <= 0xFFFF for word in words):
        raise NotAGripper(words, f"{WORDS} words of 16 bits are expected")
    state, reserved, fault, requested, position, current = (byte for word in words for byte in (word >> 8, word & 0xFF))
    activation = _ACTIVATIONS.get(state >> 4 & 0b11)
    if activation is None or state & 0b0110 or reserved:
        raise NotAGripper(words, "a bit is set that is none of this gripper's")
    if activation != "reset" and not state & 1:
        raise NotAGripper(words, "it is activated without being enabled")
    if fault & 0x0F and fault & 0x0F not in FAULTS:
        raise NotAGripper(words, "a fault that this gripper does not have")
    return Status(
        bool(state & 1), bool(state & 0b1000), activation, _JAWS[state >> 6], fault & 0x0F, requested, position, current / 100.0
    )


def words_of(request: Request) -> tuple[int, int, int]:
    """From REQUEST_ADDRESS on."""
    action = request.is_enabled | request.goes << 3
    return action << 8, request.position, request.speed << 8 | request.force


def request_of(words: Sequence[int]) -> Request:
    """The inverse of `words_of`, for whoever stands on the other side."""
    action, position, speed_force = words
    return Request(bool(action >> 8 & 1), bool(action >> 8 & 0b1000), position & 0xFF, speed_force >> 8, speed_force & 0xFF)
