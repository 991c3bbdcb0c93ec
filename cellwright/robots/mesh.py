"""Triangles of a mesh file: STL (binary or text) and OBJ, which is what collision meshes come in. No materials, no scene."""

from __future__ import annotations

import numpy as np

from cell.geometry import Array

_STL_FACE = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


def triangles(content: bytes, suffix: str) -> Array:
    """Corners (T, 3, 3) in the file's own unit. Raises ValueError, saying why, when `content` is not such a mesh."""
    match suffix.lower():
        case ".stl":
            found = _stl(content)
        case ".obj":
            found = _obj(content.decode("utf-8", "replace"))
        case _:
            raise ValueError(f"{suffix or 'a file without a suffix'} is not read; convert it to STL or OBJ")
    if len(found) == 0 or not np.all(np.isfinite(found)):
        raise ValueError("it holds no triangle" if len(found) == 0 else "it holds a coordinate that is not finite")
    return found


def _stl(content: bytes) -> Array:
    count = int.from_bytes(content[80:84], "little")
    # A binary file may begin with "solid" too: its length decides.
    if len(content) >= 84 and len(content) == 84 + count * _STL_FACE.itemsize:
        corners: Array = np.frombuffer(content, _STL_FACE, count, 84)["corners"].astype(np.float64)
        return corners
    if not content.lstrip().startswith(b"solid"):
        raise ValueError("it is neither a whole binary STL nor a text STL")
    words = content.decode("ascii", "replace").split()
    values = [words[i + 1 : i + 4] for i, word in enumerate(words) if word == "vertex"]
    return _grouped(values, 3)


def _obj(text: str) -> Array:
    """Polygons become fans. Indices count from 1, or back from the end when negative."""
    rows = [line.split() for line in text.splitlines()]
    points = _grouped([row[1:4] for row in rows if row[:1] == ["v"]], 1).reshape(-1, 3)
    faces = []
    for row in rows:
        if row[:1] == ["f"]:
            index = [int(word.partition("/")[0]) for word in row[1:]]
            corner = [i - 1 if i > 0 else len(points) + i for i in index]
            if any(not 0 <= i < len(points) for i in corner):
                raise ValueError(f"face {' '.join(row[1:])} names a point that is not there")
            faces += [(corner[0], corner[i], corner[i + 1]) for i in range(1, len(corner) - 1)]
    return points[np.array(faces, dtype=np.int64).reshape(-1, 3)]


def _grouped(values: list[list[str]], size: int) -> Array:
    if any(len(value) != 3 for value in values) or len(values) % size:
        raise ValueError("it ends in the middle of a triangle or a point")
    array: Array = np.array(values, dtype=np.float64).reshape(-1, size, 3)
    return array
