"""Shares as the page says them."""

from __future__ import annotations


def share(value: float | None) -> str:
    return "not known" if value is None else f"{100.0 * value:.0f} %"
