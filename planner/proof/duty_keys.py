"""How the proof names what is asked: a goal or a `when` by its id, and the iteration that it is of."""

from __future__ import annotations

Serves = tuple[tuple[str, str], ...]
"""(loop, member) of each loop around, the outermost first."""
Key = tuple[str, Serves]
