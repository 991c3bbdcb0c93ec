"""Of which kind it is that there is no plan: proved impossible, given up, or not supported.

Law: a code stands under PROVED only where whoever raises it has shown that no schedule of this text in this cell exists: it
follows from text and cell alone, a lower bound is longer than the deadline, or every order was looked at. A search that came to
nothing shows nothing. A code that is written down nowhere counts as given up: that claims least.
"""

from __future__ import annotations

from collections.abc import Iterable

from cell.diagnostic import Diagnostic, Kind

UNSUPPORTED = frozenset({"E690", "E326"})

PROVED = frozenset(
    {"E501", "E502", "E503", "E601", "E602", "E603", "E604", "E605", "E606", "E607", "E608", "E609", "E610", "E611"}
    | {"E612", "E613", "E614", "E617", "E618", "E619", "E620", "E625", "E626", "E630", "E640"}
)
"""Of the schedule."""

PROVED_OF_MOTIONS = frozenset({"E320", "E321", "E324", "E325", "E327", "E328", "E420", "E422"})
"""Of one motion: every turn of the part that makes no difference, every grasp and every branch of the inverse kinematics was
looked at, or none of them matters. What depends on where the robot waits or on a search for a path is not among them."""
BY_BRANCHES = frozenset({"E320", "E321", "E420"})
"""Of those, the ones that prove nothing for an arm whose branches are not all known."""


def kind_of(errors: Iterable[Diagnostic], proved: frozenset[str] = PROVED) -> Kind:
    """What the findings come to together. One proof is enough; but what is not supported may change everything else."""
    codes = {found.code for found in errors if found.is_error}
    if codes & UNSUPPORTED:
        return "unsupported"
    return "proved impossible" if codes & proved else "gave up"
