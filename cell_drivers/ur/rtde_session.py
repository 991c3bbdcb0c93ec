"""One connection to RTDE from its first byte to its stream of samples. Pure: bytes in, bytes and samples out.

Law: each answer belongs to the request that waits for it, in the one order that there is; nothing is taken as a sample before the
stream was agreed on. A new connection begins here again, from nothing.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto

from cell_drivers.ur import rtde
from cell_drivers.ur.malformed import Malformed
from cell_drivers.ur.recipe import Recipe
from cell_drivers.ur.registers import INPUTS, OUTPUTS, Instruction
from cell_drivers.ur.sample import Sample, sample_of

FREQUENCY = 125.0
"""Hz of samples, on every series."""
FIRST = 500_000_000
"""ns that the first sample may take. How long it was on its way no clock tells, only that it set out after it was asked for."""
KEPT = 20
"""Messages: a controller may send them without end."""


class Stage(Enum):
    VERSION = auto()
    CONTROLLER = auto()
    OUTPUTS = auto()
    INPUTS = auto()
    START = auto()
    STREAM = auto()


@dataclass(slots=True)
class RtdeSession:
    """`control` is the controller's version, once it has told it. `texts` are its newest messages. `_started` ns: when the stream
    was asked for."""

    stage: Stage = Stage.VERSION
    control: rtde.ControlVersion | None = None
    sample: Sample | None = None
    texts: deque[rtde.TextMessage] = field(default_factory=lambda: deque(maxlen=KEPT))
    _reader: rtde.Reader = field(default_factory=rtde.Reader)
    _outputs: Recipe = field(default_factory=lambda: Recipe(0, OUTPUTS))
    _inputs: Recipe = field(default_factory=lambda: Recipe(0, INPUTS))
    _started: int = 0

    @property
    def is_streaming(self) -> bool:
        return self.stage is Stage.STREAM

    def hello(self) -> bytes:
        return rtde.request_version()

    def received(self, data: bytes, now: int) -> tuple[bytes, tuple[Sample, ...]]:
        """What to send in answer, and the samples in `data`, which came at `now` ns. Raises Malformed."""
        answers, samples = bytearray(), list[Sample]()
        for package in self._reader.feed(data):
            match package:
                case rtde.TextMessage():
                    self.texts.append(package)
                case rtde.DataPackage():
                    samples.append(self._sample(package, now))
                case _:
                    answers += self._agreed(package, now)
        return bytes(answers), tuple(samples)

    def instruct(self, instruction: Instruction) -> bytes:
        """Raises ValueError before the stream was agreed on."""
        if not self.is_streaming:
            raise ValueError("nothing is written before the recipes are agreed on")
        return self._inputs.write(instruction.values())

    def _sample(self, package: rtde.DataPackage, now: int) -> Sample:
        if not self.is_streaming:
            raise Malformed("rtde", "data before it was asked for")
        if self.sample is None and now - self._started > FIRST:
            raise Malformed("rtde", f"its first sample took {(now - self._started) / 1e9:.2f} s")
        self.sample = sample_of(self._outputs.read(package), now, self.sample)
        return self.sample

    def _agreed(self, package: rtde.Package, now: int) -> bytes:
        match self.stage, package:
            case Stage.VERSION, rtde.VersionAnswer(is_accepted=is_accepted):
                if not is_accepted:
                    raise Malformed("rtde", f"the controller does not speak version {rtde.VERSION} of the protocol")
                self.stage = Stage.CONTROLLER
                return rtde.request_control_version()
            case Stage.CONTROLLER, rtde.ControlVersion():
                self.control, self.stage = package, Stage.OUTPUTS
                return rtde.request_outputs([name for name, _ in OUTPUTS], FREQUENCY)
            case Stage.OUTPUTS, rtde.OutputsSetUp(recipe=recipe, types=types):
                _refuse_other_types(OUTPUTS, types)
                self._outputs, self.stage = Recipe(recipe, OUTPUTS), Stage.INPUTS
                return rtde.request_inputs([name for name, _ in INPUTS])
            case Stage.INPUTS, rtde.InputsSetUp(recipe=recipe, types=types):
                _refuse_other_types(INPUTS, types)
                self._inputs, self.stage = Recipe(recipe, INPUTS), Stage.START
                self._started = now
                return rtde.request_start()
            case Stage.START, rtde.Started(is_accepted=is_accepted):
                if not is_accepted:
                    raise Malformed("rtde", "the controller does not start its stream")
                self.stage = Stage.STREAM
                return b""
            case _:
                raise Malformed("rtde", f"{type(package).__name__} where {self.stage.name} is under way")


def _refuse_other_types(asked: tuple[tuple[str, str], ...], told: tuple[str, ...]) -> None:
    if len(told) != len(asked):
        raise Malformed("rtde", f"{len(told)} types for {len(asked)} fields")
    for (name, kind), given in zip(asked, told, strict=True):
        if given == "NOT_FOUND":
            raise Malformed("rtde", f"this controller has no {name}")
        if given == "IN_USE":
            raise Malformed("rtde", f"another client writes {name}")
        if given != kind:
            raise Malformed("rtde", f"{name} is {given} there, {kind} here")
