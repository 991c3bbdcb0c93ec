"""A tool that comes off a flange where nobody has put it down: by hand in a hold, by itself at any time.

Law: where it is then is asked, and never inferred; and so it is with what its hands held. Nothing is planned before that.
"""

from __future__ import annotations

from cell.driver import coupling_name
from cell.events import FactObserved
from cell.run import ASKS_WHERE_TOOLS_ARE
from cell.steps import Uncouple
from controller import questions, recovery, reports
from controller.draft import Draft


def watch(d: Draft, event: FactObserved) -> None:
    """When it is seen which tool a flange holds, and believed."""
    if event.fact.name != "mounted" or event.holds or d.known.rules < ASKS_WHERE_TOOLS_ARE:
        return
    tool, robot = event.fact.args
    if d.belief.mounts.get(tool) != "" or _is_being_put_down(d, tool, robot):
        return
    recovery.replan(d, f"{tool} is not at {robot} any more")
    for hand, held in sorted(d.belief.hands.items()):
        if hand.rpartition(".")[0] == tool and held.part is not None:
            reports.hand_lost(d, hand, None)
    questions.ask_where_tool_is(d, tool, robot)


def _is_being_put_down(d: Draft, tool: str, robot: str) -> bool:
    """Then its step says where it is, as soon as it is confirmed."""
    flight = d.progress.flights.get(d.progress.busy.get(coupling_name(robot), ""))
    action = d.plan.steps[flight.step].action if flight is not None and flight.step is not None else None
    return isinstance(action, Uncouple) and action.tool == tool
