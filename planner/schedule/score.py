"""What makes one schedule better than another: no lateness first, then a shorter makespan."""

from __future__ import annotations

from planner.schedule.generate import Draft
from planner.schedule.tables import Tables

Score = tuple[float, float]
"""Tardiness of the latest operation, and makespan; smaller is better."""


def score_of(tables: Tables, draft: Draft) -> Score:
    ends = [start + tables.durations[i][m] for i, (start, m) in enumerate(zip(draft.starts, draft.modes, strict=True))]
    due = [(end, op.due) for end, op in zip(ends, tables.problem.operations, strict=True) if op.due is not None]
    return max((max(0.0, end - time) for end, time in due), default=0.0), max(ends, default=0.0)
