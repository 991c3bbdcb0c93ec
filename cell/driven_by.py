"""Who drives a device, and how well its link has to do: what the cell file says of it after `driver`, `address`, `latency`,
`loss`."""

from __future__ import annotations

from cell.dataclass import dataclass
from cell.diagnostic import Span

LATENCY = 0.5
"""s, where the cell file says nothing: what a driver's process has for an answer before it counts as lost (docs/drivers.md)."""
LOSS = 0.05
"""Of the answers, where the cell file says nothing."""


@dataclass(frozen=True, slots=True)
class DrivenBy:
    """`driver` None: the cell's only one. `address` is written in the driver's own scheme, None where none is given. `latency` s
    and `loss` (a share) as in LinkBound, None where the usual ones hold. `span` is where the driver stands, `link_span` where
    what its link has to do does."""

    driver: str | None
    address: str | None
    span: Span
    latency: float | None = None
    loss: float | None = None
    link_span: Span | None = None


@dataclass(frozen=True, slots=True)
class LinkBound:
    """An answer of the device that comes later than `latency` s, or not at all, is missed; `loss` of them may be. `span`: where
    either is declared."""

    latency: float = LATENCY
    loss: float = LOSS
    span: Span | None = None


def bound_of(said: DrivenBy) -> LinkBound:
    latency = LATENCY if said.latency is None else said.latency
    return LinkBound(latency, LOSS if said.loss is None else said.loss, said.link_span)
