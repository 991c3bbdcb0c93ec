"""Manual mode: when the cell may be set to it and back, and the reason why a robot is not jogged as things are.

Law: whoever asks is told beforehand what the fold would refuse, by the same rules. Who asks for manual mode has looked at the
cell, as for a resume: faults are acknowledged and robots get power by that, and nothing moves. Where nothing is planned
(unplanned.py) there is no production mode.
"""

from __future__ import annotations

from cell.events import ModeChanged, OperatorAsked
from cell.jog import Jog, objection
from cell.run import WAITS_FOR_GOOD_LINKS
from controller import keeping_out, speeds, stops
from controller.draft import Draft, as_it_is, draft_of
from controller.run_state import DeviceBelief, HandBelief, Manual, RunState

UNPLANNED = "nothing is planned in this run: robots are only moved by hand in it"

# --- the mode ----------------------------------------------------------------------------------------------------------


def mode_asked(d: Draft, event: OperatorAsked) -> None:
    state = as_it_is(d)
    if event.what == "manual" and why_not_manual(state) is None:
        enter(d, event.who)
        stops.activate(d)
        stops.acknowledge(d, event.who)
    elif event.what == "production" and why_not_production(state) is None:
        leave(d, event.who)


def enter(d: Draft, who: str) -> None:
    if d.manual is None:
        d.say(ModeChanged(d.now, d.subject, "Production", "Manual", who))
    d.manual = Manual()


def why_not_manual(state: RunState) -> str | None:
    """The reason why the cell cannot be set to manual mode now; None where it can. Where nothing is planned it is asked for again
    to acknowledge a fault."""
    is_unplanned = state.context is not None and state.context.is_manual
    if state.manual is not None and not is_unplanned:
        return "the cell is in manual mode already"
    if state.pack != "Held":
        return f"the run is in {state.pack}: hold it first, and wait until it is Held"
    if state.trouble.is_looking:
        return "another controller has gone on with the run, and nobody has resumed since"
    if state.trouble.questions:
        return "a question is open: answer it first"
    if state.trouble.mode == "planning":
        return "the rest is being planned: wait for the plan"
    return still_moving(state)


def still_moving(state: RunState) -> str | None:
    """Whose command has not come to its end, as a sentence."""
    for flight in state.progress.flights.values():
        if flight.device in state.belief.robots or flight.device in state.belief.hands:
            return f"{flight.device} has not come to its end"
    return None


def why_not_production(state: RunState) -> str | None:
    if state.manual is None:
        return "the cell is in production mode already"
    if state.context is not None and state.context.is_manual:
        return UNPLANNED
    return f"{state.manual.moved.robot} still moves" if state.manual.flight and state.manual.moved is not None else None


def leave(d: Draft, who: str) -> None:
    d.manual = None
    d.say(ModeChanged(d.now, d.subject, "Manual", "Production", who))


# --- why nothing is jogged ---------------------------------------------------------------------------------------------


def why_not(state: RunState, jog: Jog, terminal: int) -> str | None:
    """The reason why `terminal` cannot jog so now; None where it can."""
    if state.manual is None:
        return "the cell is in production mode: hold the run, then ask for manual mode"
    if is_at_work(state.manual, terminal):
        return f"{state.manual.who} holds a key at another terminal"
    return hindrance(draft_of(state, state.now), jog)


def hindrance(d: Draft, jog: Jog) -> str | None:
    if d.context is None:
        return "the run has not begun"
    if d.pack != "Held":
        return f"the run is in {d.pack}"
    joints = dict.fromkeys(d.known.robots, 0)
    if (wrong := objection(jog, joints)) is not None:
        return wrong
    robot = jog.robot
    if d.known.robots[robot].on_link_loss == "unknown":
        return f"the driver of {robot} does not say what {robot} does when its link is lost"
    if d.trouble.unwritten:
        return f"the journal cannot be written: {d.trouble.unwritten}"
    if robot in d.belief.cut:
        return f"there is no link to {robot}"
    if robot in d.belief.silent:
        return f"{robot} gives no fresh samples"
    if robot in d.belief.badly_heard and d.known.rules >= WAITS_FOR_GOOD_LINKS:
        return f"{d.belief.badly_heard[robot]}: wait until its link has been good for 10 s"
    if complaint := d.belief.devices.get(robot, DeviceBelief()).complaint:
        again = "ask for manual mode again" if d.known.is_manual else "leave manual mode and ask for it again"
        return f"{complaint}: {again}, which acknowledges it"
    if (hand := _holds_unsaid(d, robot)) is not None:
        tool = hand.rpartition(".")[0]
        return f"{hand} holds something, and nobody has said what: stop this run, and begin again with --holds {tool}=KIND"
    if (zone := keeping_out.stopped_by(d)) is not None:
        return f"somebody is in {zone}"
    slow = speeds.slow_to(d)
    if slow is not None and jog.speed > slow:
        return f"somebody is in a zone in which robots go at {1e3 * slow:g} mm/s at most"
    return keeping_out.kept_by_standing(d, robot)


def _holds_unsaid(d: Draft, robot: str) -> str | None:
    """The robot's hand that says it holds a part of which nobody knows the kind. Where a plan was made it knows."""
    if not d.known.is_manual:
        return None
    hands = d.known.robots[robot].hands
    seen = ((hand, d.belief.hands.get(hand, HandBelief())) for hand in hands)
    return next((hand for hand, one in seen if one.grip == "held" and one.part is None), None)


def is_at_work(manual: Manual, terminal: int) -> bool:
    """Whether somebody at another terminal holds a key: nothing of theirs changes by what this one asks."""
    return (manual.is_held or manual.flight != "") and manual.terminal != terminal
