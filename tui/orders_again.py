"""The file of orders that is looked at from now on by this terminal, and that it is."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui.speech import printable, say

if TYPE_CHECKING:
    from cellwright.order_files import FollowedOrders
    from controller.journal.folder import RunFolder


def looked_at_again(folder: RunFolder, named: str | None) -> FollowedOrders | None:
    """`named`, or the file that the run was begun with. One that is not there, or cannot be looked at, keeps no run from going
    on; it is said."""
    from cellwright.orders_again import followed_again
    from controller.journal.journal import JournalError

    try:
        orders = followed_again(folder, named)
    except (JournalError, OSError) as cause:
        say(printable(f"orders: nobody looks at their file, {cause}"))
        return None
    if orders is not None:
        is_there = os.path.isfile(orders.path)
        say(printable(f"orders: {orders.path} is looked at" + ("" if is_there else " as soon as it is there")))
    return orders
