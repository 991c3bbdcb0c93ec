"""The closed phases that the motion of a verb consists of."""

from __future__ import annotations

from typing import Literal

Phase = Literal["approach", "insert", "follow", "dwell", "grip", "release", "retract"]
ALONG: frozenset[Phase] = frozenset(("approach", "follow", "dwell", "retract"))
"""The phases of a motion along a path, or at a spot: no part is taken, put in or let go."""
