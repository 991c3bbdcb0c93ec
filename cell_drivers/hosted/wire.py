"""What the controller's process and a driver's process say to each other, as canonical JSON of frozen types.

Reading is strict, for the other end is somebody else's: an unknown call, a missing argument, a word that the contract does not
have or a number that is not finite is a CodecError.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from cell.codec import CodecError, canonical, from_plain, to_plain
from cell.dataclass import dataclass
from cell.device import (
    Capabilities,
    CommandStatus,
    CouplingState,
    DeviceEvent,
    GripperState,
    LinkHeard,
    MachineState,
    PersonState,
    PersonWork,
    Prepared,
    ReadbackBlock,
    RobotState,
    SignalSample,
    SignalValue,
    StopKind,
    Trajectory,
)
from cell.driver_errors import LastState
from cell.no_devices import NO_PEOPLE, NO_SIGNALS

Group = Literal["motion", "grippers", "couplings", "machines", "stations", "supplies", "persons", "signals", "people", "set"]

LATEST = 2.0**62  # ns: about a hundred and fifty years

_ANY: Mapping[str, tuple[Any, ...]] = {"heartbeat": (), "acknowledge": (str, str), "status": (str,)}
ARGUMENTS: Mapping[Group, Mapping[str, tuple[Any, ...]]] = {
    "motion": {
        **_ANY,
        "activate": (str,),
        "deactivate": (str,),
        "prepare": (str, Trajectory),
        "start": (Prepared,),
        "scale_speed": (str, float),
        "set_io": (str, str, SignalValue),
    },
    "grippers": {**_ANY, "grip": (str, str, float | None, float), "release": (str, str), "drive": (str, str, float)},
    "couplings": {**_ANY, "couple": (str, str), "uncouple": (str, str)},
    "machines": {**_ANY, "set_door": (str, bool), "set_clamp": (str, bool), "program": (str, str)},
    "stations": {**_ANY, "inspect": (str, str), "treat": (str, str)},
    "supplies": {**_ANY, "present": (str, str)},
    "persons": {**_ANY, "await_work": (str, PersonWork), "withdraw": ()},
    "signals": _ANY,
    "people": _ANY,
    "set": {"open": (), "close": (), "look": ()},
}
"""Every call that is answered, with the types of its arguments. Stops go over a channel of their own."""


@dataclass(frozen=True, slots=True)
class Call:
    """`key` is the name in the set's mapping, "" where there is none. `arguments` have the types of ARGUMENTS."""

    number: int
    group: Group
    key: str
    method: str
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Stop:
    """`robot` None: every robot; `group` other than motion stops what is there under `robot`."""

    number: int
    group: Group
    key: str
    kind: StopKind


@dataclass(frozen=True, slots=True)
class Follow:
    """Where a robot of another driver is, for drivers that follow it. Nobody answers."""

    state: RobotState


@dataclass(frozen=True, slots=True)
class Goodbye:
    """The run is over: close everything and end."""


@dataclass(frozen=True, slots=True)
class Described:
    group: Group
    key: str
    name: str
    capabilities: Capabilities


@dataclass(frozen=True, slots=True)
class Hello:
    """What the child drives, and the robots of other drivers that it `follows`. `is_virtual`: in simulated time, which the child
    keeps in step with real time, `speed` times as fast from `origin` ns on (pace.py)."""

    devices: tuple[Described, ...] = ()
    signals: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    of_signals: Capabilities = NO_SIGNALS.capabilities()
    of_people: Capabilities = NO_PEOPLE.capabilities()
    is_virtual: bool = False
    origin: int = 0
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at everything, at `time`; `events`, `readback` and what the driver has `heard` of its links since the last one.
    What a driver would not tell is left out."""

    time: int
    events: tuple[DeviceEvent, ...] = ()
    robots: tuple[RobotState, ...] = ()
    hands: tuple[GripperState, ...] = ()
    couplings: tuple[CouplingState, ...] = ()
    machines: tuple[MachineState, ...] = ()
    persons: tuple[PersonState, ...] = ()
    signals: tuple[SignalSample, ...] = ()
    occupied: tuple[tuple[str, bool], ...] = ()
    readback: tuple[ReadbackBlock, ...] = ()
    heard: tuple[LinkHeard, ...] = ()

    def newest(self, device: str) -> LastState:
        """Of a tool that of its first hand."""
        states: tuple[RobotState | GripperState | MachineState, ...] = (*self.robots, *self.hands, *self.machines)
        return next((state for state in states if state.device == device), None)


@dataclass(frozen=True, slots=True)
class Answered:
    number: int
    value: Prepared | CommandStatus | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The call raised. `kind` is the class of cell/driver_errors.py; of any other exception "Defect". `code` of a refusal.
    `last` is the last state that the driver knew."""

    number: int
    kind: str
    code: str
    device: str
    command: str | None
    time: int
    text: str
    last: LastState = None


@dataclass(frozen=True, slots=True)
class Broken:
    """The child's last word: what it was about, and why it ends."""

    during: Literal["import", "making", "looking"]
    why: str


FromChild = Hello | Seen | Answered | Failed | Broken
ToChild = Call | Stop | Follow | Goodbye


def write(message: FromChild | ToChild) -> str:
    """Raises ValueError for a number that is not finite."""
    if isinstance(message, Call):
        plain = {"type": "Call", "number": message.number, "group": message.group, "key": message.key, "method": message.method}
        return json.dumps(plain | {"arguments": [to_plain(a) for a in message.arguments]}, allow_nan=False)
    return canonical(message)


def read_from_child(text: str) -> FromChild:
    message: FromChild = from_plain(FromChild, _loaded(text))
    if isinstance(message, Seen):
        return replace(message, readback=tuple(_with_whole_times(block) for block in message.readback))
    return message


def read_to_child(text: str) -> ToChild:
    plain = _loaded(text)
    if isinstance(plain, dict) and plain.get("type") == "Call":
        return _call(plain)
    message: ToChild = from_plain(Stop | Follow | Goodbye, plain)
    return message


def _call(plain: dict[str, Any]) -> Call:
    try:
        number, group, key, method, given = (plain[k] for k in ("number", "group", "key", "method", "arguments"))
        kinds = ARGUMENTS[group][method]
        arguments = tuple(from_plain(kind, value) for kind, value in zip(kinds, given, strict=True))
    except (KeyError, TypeError, ValueError) as cause:
        raise CodecError("", f"no such call: {cause}") from None
    return Call(number, group, key, method, arguments)


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as cause:
        raise CodecError("", f"no JSON: {cause}") from None


def _with_whole_times(block: ReadbackBlock) -> ReadbackBlock:
    """Arrays cross as numbers; instants are whole. Raises CodecError for one that no clock shows."""
    if len(block.time) and float(np.max(np.abs(block.time))) > LATEST:
        raise CodecError("readback.time", f"a time of {float(np.max(np.abs(block.time))):.3g} ns")
    return replace(block, time=np.asarray(block.time, dtype=np.int64))
