"""What a driver set has that brings no signals, or no detectors of people: nothing to read, nothing to say."""

from __future__ import annotations

from cell.device import Capabilities, CommandStatus, DeviceEvent, SignalSample
from cell.driver_errors import Refusal, Refused

NOT_SEEN = CommandStatus("not seen")


class Nothing:
    """A device that is not there. Whatever it is asked it has never heard of."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    def capabilities(self) -> Capabilities:
        return Capabilities(
            device=self._name,
            joints=(),
            feeding="none",
            rate=0.0,
            look_ahead=None,
            standstill={},
            start_tolerance=0.0,
            max_age=0.0,
            on_link_loss="unknown",
            command_status=False,
            speed_scaling=False,
            device_clock=False,
            io_points=(),
            verified_against=(),
        )

    def open(self) -> None:
        """There is nothing to open."""

    def close(self) -> None:
        """Nor to close."""

    def heartbeat(self) -> None:
        """Nobody listens."""

    def status(self, command: str) -> CommandStatus:
        return NOT_SEEN

    def acknowledge(self, fault: str, operator: str) -> None:
        """There are no faults."""

    def poll(self) -> tuple[DeviceEvent, ...]:
        return ()


class NoSignals(Nothing):
    signals: tuple[str, ...] = ()

    def read(self, signal: str) -> SignalSample:
        raise Refused(Refusal.UNKNOWN_NAME, self.name, None, 0, f"no signal {signal!r}")


class NoPeople(Nothing):
    """Of zones that nobody watches it says *occupied*."""

    zones: tuple[str, ...] = ()

    def is_occupied(self, zone: str, now: int) -> bool:
        return True


NO_SIGNALS = NoSignals("signals")
NO_PEOPLE = NoPeople("people")
