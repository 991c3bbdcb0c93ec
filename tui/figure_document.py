"""The figures of a run as the keys that docs/command_line.md promises."""

from __future__ import annotations

from typing import Any

from controller.figures.figures import Figures, by_cause
from controller.figures.link_quality import LinkQuality, Spread

SECOND = 1e9


def figure_document(figures: Figures) -> dict[str, Any]:
    """Shares in 0..1 and seconds; null for what is not known."""
    return {
        "time_s": figures.total / SECOND,
        "spent_s": by_cause(figures),
        "spent": [{"cause": s.cause, "detail": s.detail or None, "seconds": spent / SECOND} for s, spent in figures.spells],
        "oee": figures.oee,
        "availability": figures.availability,
        "effectiveness": figures.effectiveness,
        "quality": figures.quality,
        "good": figures.output.good,
        "bad": figures.output.bad,
        "takts": [{"loop": t.loop, "target_s": t.target, "actual_s": t.actual, "ended": t.ended} for t in figures.takts],
        "late": figures.late,
        "links": [_link(link) for link in figures.links],
    }


def _link(link: LinkQuality) -> dict[str, Any]:
    return {
        "device": link.device,
        "commands": link.commands,
        "unknown": link.unknown,
        "command_s": _spread(link.answered),
        "link_s": _spread(link.link),
        "asked": link.asked,
        "lost": link.lost,
        "late": link.late,
        "loss": link.loss,
        "silences": link.silences,
        "silent_s": link.silent,
        "cuts": link.cuts,
        "down_s": link.down,
    }


def _spread(times: Spread | None) -> dict[str, float] | None:
    return None if times is None else {"p50": times.p50, "p99": times.p99, "longest": times.longest}
