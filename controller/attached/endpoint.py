"""Where a run's controller can be reached: a socket in the run's own folder, for its owner alone.

A socket's path is short (104 to 108 bytes on the systems there are). Where the run's folder has a longer one, the socket stands
in a folder of its own among the temporary files, which is as private.
"""

from __future__ import annotations

import errno
import os
import shutil
import socket
import stat
import struct
import tempfile
from contextlib import suppress
from pathlib import Path

LONGEST = 100  # bytes
NAME = "socket"
CONNECTED_WITHIN = 5.0  # s


def listen_in(folder: Path) -> tuple[socket.socket, Path]:
    """A socket that listens, and its path. `folder` becomes its owner's alone. Raises OSError."""
    folder.chmod(0o700)
    path = folder / NAME
    if len(os.fsencode(path)) > LONGEST:
        path = Path(tempfile.mkdtemp(prefix="cellwright-")) / NAME  # 0700 as mkdtemp makes it
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener, path


def take_away(path: Path, folder: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)
    if path.parent != folder:
        shutil.rmtree(path.parent, ignore_errors=True)


def connect_to(path: Path) -> socket.socket:
    """Raises OSError; PermissionError where the socket is somebody else's."""
    owner = path.stat()
    if not stat.S_ISSOCK(owner.st_mode) or owner.st_uid != os.geteuid():
        raise PermissionError(f"{path} is no socket of this user's")
    end = socket.socket(socket.AF_UNIX)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(CONNECTED_WITHIN), 0))
    try:
        end.connect(str(path))  # blocks where many wait before it: a socket with a timeout of Python's own gives up at once
        while not _has_arrived(end):
            end.connect(str(path))
    except OSError:
        end.close()
        raise
    end.settimeout(CONNECTED_WITHIN)
    return end


def _has_arrived(end: socket.socket) -> bool:
    """A signal, or a stop of this process, breaks off who waits to be let in, and Python takes that for done."""
    try:
        end.getpeername()
    except OSError as cause:
        if cause.errno != errno.ENOTCONN:
            raise
        return False
    return True


def is_ours(end: socket.socket) -> bool:
    """Whether the process at the other end is this user's, or the administrator's."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True  # the permissions of folder and socket have decided
    _, user, _ = struct.unpack("3i", end.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i")))
    return user in (os.geteuid(), 0)
