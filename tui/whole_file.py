"""A file that is written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(text: str, target: Path) -> None:
    """Raises OSError, and then leaves what was there."""
    if target.exists() and not target.is_file():  # a device or a pipe: /dev/null, /dev/stdout
        target.write_text(text, encoding="utf-8")
        return
    place = target.resolve()
    descriptor, draft = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name[:100]}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(draft, _mode(place))
        os.replace(draft, place)
    except BaseException:
        os.unlink(draft)
        raise


def _mode(place: Path) -> int:
    """That of the file which is replaced, else what the user's mask leaves."""
    if place.exists():
        return place.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
