"""The PackML states as the run goes through them: when an acting state is over, what start and resume wait for."""

from __future__ import annotations

from cell.events import FactObserved
from cell.run import FAILURES_NAME_LINES, HOLDS_BY_THE_CAUSE, TELLS_AWAITED_LINKS
from cell.steps import Move, Stance, Step
from controller import expecting, ledger, recovery, stops
from controller.draft import Draft
from controller.run_state import DeviceBelief, HoldReason

CLEARING = 5.0  # s for alarms to clear after the operator has resumed


def change(d: Draft) -> None:
    stops.rest(d)
    if d.trouble.hold is not None and stops.go(d, "hold", d.trouble.hold.text):
        stops.rest(d)
    match d.pack:
        case "Starting" if unseen(d) is None and not d.progress.flights:
            d.clear_timer("unseen")
            _compare_start(d)
            stops.go(d, "done", "robots, hands and devices are seen")
        case "Unholding":
            _resume(d)
        case "Suspended" if not d.belief.short:
            stops.go(d, "unsuspend", "what was missing is there again")
        case "Unsuspending":
            stops.go(d, "done", "the cause is gone")
        case _:
            pass


def _resume(d: Draft) -> None:
    """Goes on when what stood in the way is gone: alarms are cleared, robots have power."""
    powering = any(flight.step is None and flight.device not in d.known.devices for flight in d.progress.flights.values())
    if powering or any(seen.faults for seen in d.belief.devices.values()):
        if "alarms" not in d.timers:
            d.set_timer("alarms", stops.LINKING if d.belief.cut else CLEARING)
        return
    d.clear_timer("alarms")
    stops.go(d, "done", "nothing stands in the way")


def standing_in_a_hold(d: Draft, event: FactObserved) -> Stance | None:
    """Where the robot of the event stands, as far as is known, where nothing moves it but a person."""
    robot = d.belief.robots.get(event.fact.args[0]) if event.fact.name == "stands" else None
    is_ours = d.pack != "Held" or event.fact.args[0] in d.progress.busy
    return None if robot is None or is_ours else robot.stance


def watch_moved(d: Draft, event: FactObserved, stood: Stance | None) -> None:
    """Somebody has moved a robot in a hold: the plan in hand begins elsewhere."""
    if stood is not None and d.belief.robots[event.fact.args[0]].stance != stood:
        recovery.replan(d, f"{event.fact.args[0]} was moved in the hold")


def still_alarmed(d: Draft) -> None:
    """Not cleared by the resume: holds again and says what it is."""
    if d.pack != "Unholding":
        return
    alarmed = next((seen for seen in d.belief.devices.values() if seen.faults), None)
    moving = still_moving(d)
    if alarmed is None and moving is not None:
        recovery.raise_hold(d, HoldReason("R705", moving, ()))
        return
    if alarmed is None:
        recovery.raise_hold(d, HoldReason("R721", "a robot has no power", ()))
        return
    lines = tuple(dict.fromkeys(span for fault in alarmed.faults for span in fault.because))
    links = stops.awaited_links(d.belief) if d.known.rules >= TELLS_AWAITED_LINKS else ()
    if links:
        why = "; ".join(d.belief.devices[name].complaint for name in links)
        recovery.raise_hold(d, HoldReason("R740", f"{why}; no link came within {stops.LINKING:g} s of the resume", lines))
        return
    recovery.raise_hold(d, HoldReason("R721", alarmed.complaint, lines if d.known.rules >= FAILURES_NAME_LINES else ()))


def still_moving(d: Draft) -> str | None:
    """Who moves that is to stand, and what to do, as a sentence."""
    for name, robot in d.belief.robots.items():
        if robot.still_moves:
            return f"{name} still moves: wait until it stands, or stop it at its own controller, then resume"
    return None


def unseen(d: Draft) -> str | None:
    """What has not shown itself yet, of that which the plan may need, as a sentence."""
    if (moving := still_moving(d)) is not None:
        return moving
    for name, robot in d.belief.robots.items():
        if robot.stance is None:
            return f"nobody observes where {name} stands"
    for name, hand in d.belief.hands.items():
        if hand.grip is None and ledger.robot_of(d, name) is not None:  # a tool in its pocket is connected to nothing
            return f"nobody observes what {name} holds"
    for name, device in d.known.devices.items():
        seen = d.belief.devices.get(name, DeviceBelief())
        if device.door is not None and seen.door_open is None:
            return f"the door of {name} is reported neither open nor closed"
        if device.clamp is not None and seen.clamped is None:
            return f"the clamp of {name} is reported neither open nor closed"
    return None


def still_unseen(d: Draft) -> None:
    what = unseen(d)
    if d.pack == "Starting" and what is not None:
        recovery.replan(d, what)
        if d.known.rules < HOLDS_BY_THE_CAUSE or not recovery.holds_already(d):
            recovery.raise_hold(d, HoldReason("R705", what, ()))


def _compare_start(d: Draft) -> None:
    """What stands elsewhere (a robot, a door, a clamp), and a hand that is closed on nothing, need another plan."""
    if d.trouble.mode != "running":
        return
    first: dict[str, Step] = {}
    for step in d.plan.plan.tasks.steps:
        if isinstance(step.action, Move):
            first.setdefault(step.action.need.robot, step)
    for robot, step in first.items():
        assert isinstance(step.action, Move)
        if d.belief.robots[robot].stance != step.action.need.start:
            recovery.replan(d, f"{robot} stands elsewhere than planned")
        tool = step.action.need.tool
        if robot in d.belief.mounts.values() if tool is None else d.belief.mounts.get(tool) != robot:
            recovery.replan(d, f"{robot} has another tool than planned")
    for hand, seen in d.belief.hands.items():
        if seen.grip == "empty":
            recovery.replan(d, f"{hand} is closed")
    if (otherwise := expecting.other_than_planned(d, d.plan.plan.tasks.steps)) is not None:
        recovery.replan(d, otherwise)
