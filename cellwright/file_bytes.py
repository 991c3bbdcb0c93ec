"""What a file holds, read with a limit: a user may name anything, a device, a pipe or a disk image among it.

Law: nothing is waited for and no more than the limit is held, whatever the name leads to.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

from cell.dataclass import dataclass

LARGEST_MODEL = 64_000_000  # bytes of a URDF or of one mesh
LARGEST_TOML = 1_000_000  # of a scenario, or of what a robot's URDF cannot say


class TooLarge(OSError):
    """`strerror` says by how much."""

    def __init__(self, path: Path | str, size: int, limit: int) -> None:
        super().__init__(errno.EFBIG, f"it has {size} bytes, and at most {limit} are read", str(path))


@dataclass(frozen=True, slots=True)
class FileBytes:
    """`content` is the first `limit` bytes and one more where there are more; `size` is how many the file has in all."""

    content: bytes
    size: int


def read_regular(path: Path | str, limit: int) -> FileBytes:
    """Raises OSError where the file cannot be read, and also where it is a folder, a pipe or a device: those have no end."""
    # Not blocking: the opening of a pipe that nobody writes to must not wait.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    try:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, f"it is {_kind(status.st_mode)}, not a file", str(path))
        with open(descriptor, "rb", closefd=False) as file:
            content = file.read(limit + 1)
    finally:
        os.close(descriptor)
    return FileBytes(content, max(status.st_size, len(content)))


def refuse_no_name(path: Path | str) -> None:
    """Raises OSError for what no file can be called. A plan that was edited may name anything."""
    if "\0" in str(path):
        raise OSError(errno.EINVAL, "no file has such a name", str(path))


def read_whole(path: Path | str, limit: int) -> bytes:
    """All of a file. Raises OSError, TooLarge where it holds more than `limit` bytes."""
    read = read_regular(path, limit)
    if len(read.content) > limit:
        raise TooLarge(path, read.size, limit)
    return read.content


def _kind(mode: int) -> str:
    return "a pipe" if stat.S_ISFIFO(mode) else "a device"
