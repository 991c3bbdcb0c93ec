"""Devices that cannot tell what became of a command, and worlds in which somebody was at work while no controller was there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from cell.command_book import CommandBook
from cell.device import CommandStatus
from cell_drivers.simulated import SimulatedCell
from tests.cell_drivers.gantry import straight

Mend = Callable[[SimulatedCell], None]
UNKNOWN = CommandStatus("unknown")


def mute(*devices: str) -> Mend:
    """From now on these cannot tell, and say so: what they have got is forgotten, and they would do it again."""

    def act(world: SimulatedCell) -> None:
        for name in devices:
            face = world.drivers[name]
            face.commands = CommandBook(name)
            declared = replace(face.capabilities(), command_status=False)
            face.status = lambda command: UNKNOWN  # type: ignore[method-assign]
            face.capabilities = lambda declared=declared: declared  # type: ignore[method-assign,misc]

    return act


def opens_the_door(world: SimulatedCell) -> None:
    """Somebody opens the lathe by hand, where it does not run."""
    face = world.machines["lathe"]
    if face.signal("spindle") == "stopped" and face.door == "closed":
        was_open = face.is_open
        face.is_open = True
        face.set_door("by hand", True)
        face.is_open = was_open
        world.advance_to(world.now() + 10_000_000_000)


def moves_the_robot(world: SimulatedCell, *, waits: bool = True) -> None:
    """Somebody jogs the robot up, where it stands still. `waits`: until it stands again."""
    face = world.motion["g1"]
    if face.arm.run is not None or not face.arm.is_active:
        return
    q = face.arm.measured()
    way = straight(q, q + np.array([0.02, 0.0, 0.03, 0.0]))
    face.start(face.prepare("by hand", way))
    if waits:
        world.advance_to(world.now() + 10_000_000_000)


def takes_what_is_held(world: SimulatedCell) -> None:
    """Somebody opens every hand of a robot at rest, and what was in it is gone."""
    if any(face.arm.is_moving for face in world.motion.values()):
        return
    for name, face in world.grippers.items():
        for hand in [hand.partition(".")[2] for hand in (f"{name}.a", f"{name}.b")]:
            face.release(f"by hand {hand}", hand)
    world.advance_to(world.now() + 10_000_000_000)
