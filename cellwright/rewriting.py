"""A user's own file with another text in it.

Law: whole or not at all, and everything about the file but its text stays: permissions, names, byte order mark. A file of several
names can only be written into, so that a machine which stops in the midst of it may leave half of it.
"""

from __future__ import annotations

import os
import tempfile
from codecs import BOM_UTF8
from io import BufferedRandom
from pathlib import Path

from cellwright.file_bytes import TooLarge


def rewrite(path: Path | str, text: str, limit: int | None = None) -> None:
    """A link is followed, not replaced. A byte order mark that the file begins with is no part of `text` and stays. Raises
    OSError, TooLarge where it would have more bytes than `limit`."""
    target = Path(path).resolve()
    content = (BOM_UTF8 if _is_marked(target) else b"") + text.encode("utf-8")
    if limit is not None and len(content) > limit:
        raise TooLarge(path, len(content), limit)
    descriptor, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        status = target.stat()
        os.chmod(draft, status.st_mode & 0o7777)
        if status.st_nlink > 1:
            _overwrite(target, content)
            os.unlink(draft)
        else:
            os.replace(draft, target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _is_marked(target: Path) -> bool:
    with target.open("rb") as file:
        return file.read(len(BOM_UTF8)) == BOM_UTF8


def _overwrite(target: Path, content: bytes) -> None:
    """The old text comes back where the new one does not fit."""
    with target.open("r+b") as file:
        before = file.read()
        try:
            _filled(file, content)
        except BaseException:
            _filled(file, before)
            raise


def _filled(file: BufferedRandom, content: bytes) -> None:
    file.seek(0)
    file.write(content)
    file.truncate()
    file.flush()
