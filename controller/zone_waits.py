"""What a run is short of while somebody is in a zone, in the words in which its state has it."""

from __future__ import annotations


def wanted_of(zone: str) -> str:
    """What the cell is short of while somebody stands where something is to move."""
    return f"nobody in {zone}"


def intruded_of(zone: str) -> str:
    """The same, of a zone in which somebody has broken off a motion."""
    return f"{zone} left again"


def zone_of(what: str) -> str | None:
    """Of something that the cell is short of: the zone that somebody is in, None where it is no matter of people."""
    for words in (wanted_of, intruded_of):
        before, after = words("|").split("|")
        if what.startswith(before) and what.endswith(after):
            return what[len(before) : len(what) - len(after)]
    return None
