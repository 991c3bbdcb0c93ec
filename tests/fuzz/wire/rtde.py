"""RTDE from its first byte to its samples: whatever a controller sends, in whatever pieces."""

import struct
from contextlib import suppress

from cell_drivers.ur.malformed import Malformed
from cell_drivers.ur.recipe import Recipe
from cell_drivers.ur.registers import INPUTS, OUTPUTS
from cell_drivers.ur.rtde import Values, package_of
from cell_drivers.ur.rtde_session import RtdeSession

HANDSHAKE = (
    package_of(ord("V"), b"\x01"),
    package_of(ord("v"), struct.pack(">4I", 5, 15, 0, 0)),
    package_of(ord("O"), b"\x01" + ",".join(kind for _, kind in OUTPUTS).encode()),
    package_of(ord("I"), b"\x02" + ",".join(kind for _, kind in INPUTS).encode()),
    package_of(ord("S"), b"\x01"),
)


def sample(time: float, **other: object) -> bytes:
    usual = {"VECTOR6D": (0.1,) * 6, "DOUBLE": 0.5}
    values: dict[str, object] = {name: usual.get(kind, 1) for name, kind in OUTPUTS}
    values |= {"timestamp": time, "robot_mode": 7, **other}
    said: Values = values  # type: ignore[assignment]
    return Recipe(1, OUTPUTS).write(said)


SEEDS = (
    *HANDSHAKE,
    b"".join(HANDSHAKE),
    b"".join(HANDSHAKE) + sample(1.0) + sample(1.008),
    package_of(ord("M"), b"\x05hello\x06source\x02"),
    b"".join(HANDSHAKE[:3]) + package_of(ord("M"), b"\x00\x00\x00") + HANDSHAKE[3],
)


def one(data: bytes) -> None:
    """Whole, and again in two pieces: the same samples."""
    whole, pieces = RtdeSession(), RtdeSession()
    cut = len(data) // 3
    found, again = 0, 0
    with suppress(Malformed):
        found = len(whole.received(data, 1)[1])
        for piece in (data[:cut], data[cut:]):
            again += len(pieces.received(piece, 1)[1])
        assert found == again, "pieces say something else"
