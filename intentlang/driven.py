"""What declarations say of who drives them and of the link: `driver ur`, `address "rtde://192.0.2.4:30004"`, `latency 50 ms`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cell.driven_by import DrivenBy
from intentlang.declared import Declared, Given

_DRIVER, _LINK = ("driver", "address"), ("latency", "loss")


def driven_by(declared: Sequence[Declared]) -> Mapping[str, DrivenBy]:
    """By name, of those that say anything."""
    return {d.name.text: _said(d, given) for d in declared if (given := _first(d, *_DRIVER, *_LINK)) is not None}


def _said(d: Declared, given: Given) -> DrivenBy:
    link = _first(d, *_LINK)
    where = None if link is None else link.span
    return DrivenBy(d.word("driver"), d.word("address"), given.span, d.number("latency"), d.number("loss"), where)


def _first(d: Declared, *names: str) -> Given | None:
    return next((given for name in names if (given := d.get(name)) is not None), None)
