"""Drivers with one fault each: the simulated ones, that keep every law, with a wrapper around one device or around them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Protocol

from cell.device import DeviceEvent
from cell.driver import Assembly, DriverSet
from cell.driver_errors import Refusal, Refused
from cell_drivers.conformance import Bench, Hooks, Law
from cell_drivers.conformance.built_in import built_in
from cell_drivers.conformance.motions import straight
from cell_drivers.simulated import SimulatedCell
from cell_drivers.simulated import on_the_bench as simulated

SECOND = 1_000_000_000
_NUMBERS = count(1)


class Around:
    """Whatever it is around, but for what a subclass says otherwise. `inner` is anything: a fault may do what it likes."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    @property
    def now(self) -> int:
        time: int = self.inner.world.now
        return time


class Set(Around):
    """Around all devices; `inner` is a SimulatedCell."""

    motion: Mapping[str, Any]

    @property
    def now(self) -> Callable[[], int]:  # type: ignore[override]
        now: Callable[[], int] = self.inner.now
        return now

    def telling(self, events: tuple[DeviceEvent, ...]) -> tuple[DeviceEvent, ...]:
        """What `poll` makes of what there is to tell."""
        return events

    def poll(self) -> tuple[DeviceEvent, ...]:
        return self.telling(self.inner.poll())


@dataclass(frozen=True, slots=True)
class Fault:
    """`breaks` is the law that catches it; `name` says the fault. The set drives every device of the kit's cell but `others`."""

    name: str
    breaks: Law
    around: Callable[[SimulatedCell], object]
    others: frozenset[str] = frozenset()

    def bench(self) -> Bench:
        def driver(assembly: Assembly) -> DriverSet:
            return self.around(SimulatedCell(assembly))  # type: ignore[return-value]

        whole = built_in("sim")
        return Bench(driver, replace(whole, devices=whole.devices - self.others), travel=0.5, speed=0.9, hooks=HOOKS)


def _plain(drivers: Any) -> SimulatedCell:
    found: SimulatedCell = drivers.inner
    return found


HOOKS = Hooks(
    cut=lambda drivers, device: simulated.cut(_plain(drivers), device),
    fault=lambda drivers, device: simulated.fault(_plain(drivers), device),
    between=lambda drivers, tool, hand, is_there: simulated.between(_plain(drivers), tool, hand, is_there),
    part=lambda drivers, device, is_there: simulated.part(_plain(drivers), device, is_there),
    nonsense=lambda drivers, device, what: simulated.cut(_plain(drivers), device),
    astray=lambda drivers, device, by: simulated.astray(_plain(drivers), device, by),
    hush=lambda drivers, device: simulated.cut(_plain(drivers), device),
    executions=lambda drivers, robot: simulated.executions(_plain(drivers), robot),
    shown=lambda drivers, person: simulated.shown(_plain(drivers), person),
)
"""What cannot be so a simulated device does not say: `nonsense` has the wrapped one say nothing, and a wrapper says it."""


def with_devices(kind: str, wrapper: type[Around]) -> Callable[[SimulatedCell], object]:
    """A set in which every device of a kind (`motion`, `grippers`, …) is wrapped; `signals` and `people` are one device."""

    def around(cell: SimulatedCell) -> object:
        drivers, real = Set(cell), getattr(cell, kind)
        wrapped = {name: wrapper(device) for name, device in real.items()} if isinstance(real, Mapping) else wrapper(real)
        setattr(drivers, kind, wrapped)
        return drivers

    return around


def robots(wrapper: type[Around]) -> Callable[[SimulatedCell], object]:
    return with_devices("motion", wrapper)


def grippers(wrapper: type[Around]) -> Callable[[SimulatedCell], object]:
    return with_devices("grippers", wrapper)


def machines(wrapper: type[Around]) -> Callable[[SimulatedCell], object]:
    return with_devices("machines", wrapper)


class Deaf(Protocol):
    def __call__(self, what: Callable[[], object], instead: object = None) -> object: ...


def deaf(*codes: Refusal) -> Deaf:
    """Calls, and takes a refusal for one of `codes` for an answer."""

    def call(what: Callable[[], object], instead: object = None) -> object:
        try:
            return what()
        except Refused as refused:
            if refused.code not in codes:
                raise
            return instead

    return call


def nameless(what: Callable[[], object]) -> object:
    """Its refusals say less than they know: no command, no state."""
    try:
        return what()
    except Refused as refused:
        raise Refused(refused.code, refused.device, refused.command, refused.time, refused.detail) from None


def even_closed(face: Any, what: Callable[[], object]) -> object:
    """As if it were open."""
    was, face.is_open = face.is_open, True
    try:
        return what()
    finally:
        face.is_open = was


def another_id() -> str:
    return f"nobody asked {next(_NUMBERS)}"


def sneak(face: Any) -> None:
    """Moves a little, which nobody has asked for; what cannot move does not."""
    joints = face.capabilities().joints
    here = face.arm.measured()
    with suppress(Refused):
        face.start(face.prepare(another_id(), straight(joints, here, here + 0.05, 0.5, "sneaked")))
