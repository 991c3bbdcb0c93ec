"""What a gripper answers: three words of 16 bits, and whatever else may come in their place."""

import struct
from contextlib import suppress

from cell_drivers.modbus_gripper.registers import NotAGripper, Status, status_of

SEEDS = tuple(
    struct.pack(">3H", *words)
    for words in (
        (0x0000, 0x0000, 0x0000),
        (0x1100, 0x0000, 0x0000),
        (0x3100, 0x0000, 0x0301),
        (0x3900, 0x00FF, 0x4028),
        (0xB900, 0x00FF, 0xBD01),
        (0xF900, 0x00FF, 0xE601),
        (0x3900, 0x0CFF, 0x4000),
    )
)


def one(data: bytes) -> None:
    """Words, and a byte more where there is one."""
    words = [*struct.unpack(f">{len(data) // 2}H", data[: len(data) // 2 * 2]), *data[len(data) // 2 * 2 :]]
    with suppress(NotAGripper):
        found = status_of(words)
        assert isinstance(found, Status)
        assert 0 <= found.position <= 255
        assert 0 <= found.requested <= 255
