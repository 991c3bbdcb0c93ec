"""Times as a person reads them."""

from __future__ import annotations


def lasting(seconds: float) -> str:
    """A length of time: 4.2 s, 12 min 05 s, 1 h 02 min."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"


def moment(seconds: float) -> str:
    """A time within a run: minutes:seconds; negative just before the run was opened."""
    tenths = round(seconds * 10.0)
    minutes, rest = divmod(abs(tenths), 600)
    return f"{'-' if tenths < 0 else ''}{minutes}:{rest / 10:04.1f}"
