"""Samples of the robots while a run lasts: MCAP, in chunks, readable up to the last whole chunk after a crash.

One message a sample: joint positions, velocities, setpoints, path parameter, speed scaling, command id, motion hash, and which
zones were occupied. Times are the run's monotonic nanoseconds, the same as in the journal.
"""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import numpy as np

from cell.dataclass import dataclass
from cell.device import ReadbackBlock
from cell.driver import DriverSet
from cell.driver_errors import DriverError
from controller.run_state import RunState

CHUNK = 256 * 1024  # bytes of samples in a chunk, so about what a crash may cost
DIGITS = 9  # after the point, of rad, m and s: far below what any encoder resolves
_SCHEMA = {
    "type": "object",
    "properties": {
        **{name: {"type": "array", "items": {"type": "number"}} for name in ("q", "qd", "setpoint")},
        "s": {"type": "number"},
        "speed_scaling": {"type": "number"},
        "command": {"type": "string"},
        "motion": {"type": "string"},
        "seq": {"type": "integer"},
        "occupied": {"type": "array", "items": {"type": "string"}},
    },
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One readback of `robot` at `time` ns. rad or m, and s."""

    robot: str
    time: int
    seq: int
    q: tuple[float, ...]
    qd: tuple[float, ...]
    setpoint: tuple[float, ...]
    s: float
    speed_scaling: float
    command: str
    motion: str
    occupied: tuple[str, ...]


Taken = tuple[ReadbackBlock, list[str]]
"""A block of samples, and the zones that were occupied."""


class Recording:
    """A `Recorder` that writes `path`. Keep it open as long as the run, then close it."""

    def __init__(self, path: Path) -> None:
        from mcap.writer import CompressionType, Writer  # only who records or reads pays for it: a look at a run does neither

        self._file = path.open("xb")
        self._writer = Writer(self._file, chunk_size=CHUNK, compression=CompressionType.ZSTD)
        self._writer.start("cellwright", "cellwright recording 1")
        self._schema = self._writer.register_schema("cellwright.RobotSample", "jsonschema", json.dumps(_SCHEMA).encode())
        self._channels: dict[str, int] = {}
        self._taken: list[Taken] = []
        self.newest: dict[str, ReadbackBlock] = {}

    def take(self, drivers: DriverSet, state: RunState) -> None:
        """Gathers what was sampled while `state` was so. In memory only: this may stand on the way to a stop."""
        occupied = [name for name, is_occupied in sorted(state.belief.zones.items()) if is_occupied]
        for robot in drivers.motion.values():
            try:
                blocks = robot.readback()
            except DriverError:
                continue
            self._taken.extend((block, occupied) for block in blocks)
            for block in blocks:
                if len(block.time):
                    self.newest[block.device] = block

    def write(self) -> None:
        """To disk with what was gathered."""
        self.put(self.gathered())

    def gathered(self) -> list[Taken]:
        taken, self._taken = self._taken, []
        return taken

    def put(self, taken: list[Taken]) -> None:
        """Raises OSError where the disk takes no more."""
        for block, occupied in taken:
            self._write(block, occupied)
        if taken:
            self._file.flush()

    def close(self) -> None:
        self.write()
        self._writer.finish()  # type: ignore[no-untyped-call]
        self._file.close()

    def _write(self, block: ReadbackBlock, occupied: list[str]) -> None:
        channel = self._channels.get(block.device)
        if channel is None:
            channel = self._writer.register_channel(f"robot/{block.device}", "json", self._schema)
            self._channels[block.device] = channel
        tail = json.dumps({"command": block.command, "motion": block.motion, "occupied": occupied})[1:]
        readings = (block.q, block.qd, block.setpoint, block.s, block.speed_scaling)
        columns = [np.round(reading, DIGITS).tolist() for reading in readings]
        for i, (time, q, qd, setpoint, s, scaling) in enumerate(zip(block.time.tolist(), *columns, strict=True)):
            seq = block.first_seq + i
            body = f'{{"seq":{seq},"q":{q},"qd":{qd},"setpoint":{setpoint},"s":{s!r},"speed_scaling":{scaling!r},{tail}'
            self._writer.add_message(channel, time, body.encode(), time, seq % 2**32)


class RecordingBeside:
    """A `Recorder` that has another written in a thread of its own. A disk that takes no more ends the recording and not the run:
    what was written until then can be read, and the journal says what the disk did."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._blocks: queue.SimpleQueue[list[Taken] | None] = queue.SimpleQueue()
        self._defect: Exception | None = None
        self._thread = Thread(target=self._work, name="recording", daemon=True)
        self._thread.start()

    @property
    def newest(self) -> dict[str, ReadbackBlock]:
        """The newest block of each robot; read where `take` is called."""
        return self._recording.newest

    def take(self, drivers: DriverSet, state: RunState) -> None:
        self._recording.take(drivers, state)

    def write(self) -> None:
        self._blocks.put(self._recording.gathered())

    def close(self) -> None:
        """Raises what went wrong in the thread, other than the disk."""
        self.write()
        self._blocks.put(None)
        self._thread.join()
        if self._defect is not None:
            raise self._defect

    def _work(self) -> None:
        try:
            while (taken := self._blocks.get()) is not None:
                self._recording.put(taken)
            self._recording.close()
        except OSError:
            self._pass_over()
        except Exception as defect:
            self._defect = defect
            self._pass_over()

    def _pass_over(self) -> None:
        while self._blocks.get() is not None:
            pass


def read_recording(path: Path) -> Iterator[Sample]:
    """All samples that reached the disk, in the order in which they were written; it stops where the file is torn or damaged."""
    from mcap.reader import NonSeekingReader

    with path.open("rb") as file:
        try:
            for _, channel, message in NonSeekingReader(file, validate_crcs=True).iter_messages(log_time_order=False):
                body = json.loads(message.data)
                yield Sample(
                    channel.topic.removeprefix("robot/"), message.log_time, body["seq"], tuple(body["q"]), tuple(body["qd"]),
                    tuple(body["setpoint"]), body["s"], body["speed_scaling"], body["command"], body["motion"],
                    tuple(body["occupied"]),
                )  # fmt: skip
        except Exception:  # of struct, zstd, JSON or the reader's own, wherever in a record the end is
            return
