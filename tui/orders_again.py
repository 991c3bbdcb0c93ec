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
    from tui.diagnostics import emit

    try:
        found = followed_again(folder, named)
    except (JournalError, OSError) as cause:
        say(printable(f"orders: nobody looks at their file, {cause}"))
        return None
    if found.value is None:
        if found.diagnostics:
            emit(found.diagnostics, "text", {})
            say("orders: nobody looks at their file, for nobody can say for which cell they are")
        return None
    is_there = os.path.isfile(found.value.path)
    say(printable(f"orders: {found.value.path} is looked at" + ("" if is_there else " as soon as it is there")))
    return found.value
