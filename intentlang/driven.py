"""What declarations say of who drives them: `driver ur`, `address "rtde://192.0.2.4:30004"`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cell.driven_by import DrivenBy
from intentlang.declared import Declared


def driven_by(declared: Sequence[Declared]) -> Mapping[str, DrivenBy]:
    """By name, of those that say anything."""
    return {d.name.text: _said(d) for d in declared if d.get("driver") or d.get("address")}


def _said(d: Declared) -> DrivenBy:
    given = d.get("driver") or d.get("address")
    assert given is not None
    return DrivenBy(d.word("driver"), d.word("address"), given.span)
