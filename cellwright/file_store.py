"""A private store of bytes by content key, one file each. A damaged or half-written file is a miss, never a wrong answer."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from cellwright.folders import private

_DIGEST_SIZE = 32


class FileStore:
    """Keys are hex digests. Values are written aside and renamed, so a reader sees all of one or nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = private(folder)

    def get(self, key: str) -> bytes | None:
        try:
            stored = self._path(key).read_bytes()
        except FileNotFoundError:
            return None
        seal, value = stored[:_DIGEST_SIZE], stored[_DIGEST_SIZE:]
        return value if hashlib.sha256(value).digest() == seal else None

    def put(self, key: str, value: bytes) -> None:
        path = self._path(key)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor, aside = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(hashlib.sha256(value).digest() + value)
        os.replace(aside, path)

    def _path(self, key: str) -> Path:
        if not key.isalnum():
            raise ValueError(f"a key is a hex digest, got {key!r}")
        return self._folder / key[:2] / key[2:]
