"""The standard library: tasks written in the language itself, which `use "cellwright/NAME.intent"` brings in from any folder."""

from __future__ import annotations

from importlib.resources import files

PREFIX = "cellwright/"
"""A path that begins so is the library's, whatever lies in a folder of that name."""


def is_library(path: str) -> bool:
    return path.startswith(PREFIX)


def library_names() -> tuple[str, ...]:
    return tuple(sorted(f"{PREFIX}{f.name}" for f in files("intentlang").joinpath("library").iterdir()))


def library_text(path: str) -> str | None:
    """None where the library has no such file."""
    return (
        files("intentlang").joinpath("library", path.removeprefix(PREFIX)).read_text("utf-8") if path in library_names() else None
    )
