"""Who drives a device: what the cell file says of it after `driver` and `address`."""

from __future__ import annotations

from dataclasses import dataclass

from cell.diagnostic import Span


@dataclass(frozen=True, slots=True)
class DrivenBy:
    """`driver` None: the cell's only one. `address` is written in the driver's own scheme, None where none is given. `span` is
    where that stands."""

    driver: str | None
    address: str | None
    span: Span
