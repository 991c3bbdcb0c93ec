"""Who may ask what, and when: the reason where somebody may not.

A local socket belongs to one user of the machine, so a role keeps from mistakes, not from malice: a wall display attaches with
`view`, and nothing that is done there can move the cell.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from cell.events import Asked
from controller import packml
from controller.attached.messages import AddOrder, Answer, Ask, CancelOrder, Request, Role, Snapshot, Subscribe
from controller.run_state import RunState

STOPS: Final = frozenset({"stop", "quick stop", "abort"})
_TRIGGERS: Final[Mapping[Asked, packml.Trigger]] = {"resume": "unhold", "clear": "clear", "reset": "reset"}


def may_not(role: Role, request: Request) -> str | None:
    """The reason why `role` may not ask that; None where it may."""
    match request:
        case Subscribe() | Snapshot():
            return None
        case Ask() | Answer() | AddOrder() | CancelOrder():
            return None if role != "view" else "a terminal with the role view asks for nothing: attach with the role operate"
    assert_never(request)


def means_nothing(state: RunState, what: Asked) -> str | None:
    """The reason why the run cannot do that as it is now; None where it can. The run itself decides later, and may be elsewhere
    by then: this spares the asker a silence."""
    if state.is_over:
        return f"the run is over: {state.pack}"
    if what == "start":
        return f"the run has begun: it is in {state.pack}"
    if what == "hold" and packml.after(state.pack, "hold") is None:
        return f"the run is in {state.pack}, where there is nothing to hold"
    trigger = _TRIGGERS.get(what)
    if trigger is not None and packml.after(state.pack, trigger) is None:
        return f"the run is in {state.pack}, where {what} means nothing"
    return None
