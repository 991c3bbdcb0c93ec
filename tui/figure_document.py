"""The figures of a run as the keys that docs/command_line.md promises."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from controller.figures.figures import Figures, by_cause

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
        "links": [_link(asdict(link)) for link in figures.links],
    }


def _link(link: dict[str, Any]) -> dict[str, Any]:
    renamed = {"mean_latency": "mean_latency_s", "longest_latency": "longest_latency_s", "silent": "silent_s", "down": "down_s"}
    return {renamed.get(key, key): value for key, value in link.items()}
