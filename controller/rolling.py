"""A run without end goes from plan to plan: the next one is asked for while this one is carried out, so nothing stands meanwhile.

Law: the plan that was asked for ahead is taken over only where this one has ended in the very state that was foreseen. Where the
end cannot be foreseen (a verdict is still to be told), or is another one, the next plan is asked for at the end.
"""

from __future__ import annotations

from dataclasses import replace

from cell.commands import RequestPlan
from cell.state import CellState, InHand
from cell.steps import AtPlace, Await, Couple, Drive, Grip, Inspect, Move, Release, SetClamp, SetDoor, Step, Uncouple
from controller import coming, confirming, ledger, recovery
from controller.cell_view import amendments, cell_state
from controller.draft import Draft
from controller.run_state import Ahead, DeviceBelief, HandBelief, next_number

NEXT = "the parts of this plan are done, and more come"
OVER = ("confirmed", "dropped")


def ask_ahead(d: Draft) -> None:
    """Asks for the next plan as soon as it is certain how this one ends."""
    if not coming.is_rolling(d) or d.trouble.ahead is not None or not _is_certain(d):
        return
    end = _foreseen(d)
    known = set(d.belief.parts)
    coming.expect(end)
    d.believe(
        parts=d.belief.parts.update({name: held for name, held in end.belief.parts.items() if name not in known}),
        numbered=end.belief.numbered,
    )
    number, state = next_number(d.progress, d.trouble), _state(end)
    d.mend(ahead=Ahead(number, state))
    d.command(RequestPlan(d.fresh_id("plan"), d.subject, number, NEXT, state))


def goes_on(d: Draft) -> bool:
    """At the end of a plan. False where the run does not go on with what comes."""
    if not coming.is_rolling(d):
        return False
    if d.trouble.ahead is not None and d.trouble.ahead.state == _state(d):
        d.mend(mode="planning", replan=NEXT)
        return True
    recovery.replan(d, NEXT, is_foreseen=True)
    recovery.move_on(d)
    return True


def _state(d: Draft) -> CellState:
    return cell_state(d.known, d.belief, d.now, None, amendments(d.trouble))


def _is_certain(d: Draft) -> bool:
    """Whether what is left of the plan leaves nothing open: no branch, no outcome, nothing that is due by the clock."""
    if d.trouble.mode != "running" or d.trouble.errand is not None or d.trouble.failures or d.belief.tended:
        return False
    if d.plan.plan.tasks.undecided or any(choice not in d.progress.taken for choice in d.plan.choices):
        return False
    return not any(_tells(step) for name, step in d.plan.steps.items() if d.progress.status.get(name) not in OVER)


def _tells(step: Step) -> bool:
    match step.action:
        case Inspect():
            return True
        case Await(outcome=outcome):
            return bool(outcome)
        case _:
            return False


# --- how it will be ----------------------------------------------------------------------------------------------------


def _foreseen(d: Draft) -> Draft:
    """The cell at the end of the plan, when all that is left of it is seen as it was meant. Only what it believes counts."""
    end = replace(d, send=[], record=[])
    for name, step in d.plan.steps.items():
        if d.progress.status.get(name) not in OVER:
            _carry_out(end, step)
            confirming.confirm(end, step)
    return end


def _carry_out(d: Draft, step: Step) -> None:
    """What devices will show of it; the rest follows from the step, as when it is confirmed."""
    match step.action:
        case Move(need):
            robot = d.belief.robots[need.robot]
            d.believe(robots=d.belief.robots.set(need.robot, replace(robot, stance=need.end)))
        case Grip(tool, hand, part, _):
            own = f"{tool}.{hand}"
            stance = ledger.stance_of(d, own)
            ledger.move_part(d, part, InHand(own, stance.grasp if isinstance(stance, AtPlace) else 0), "observed")
            d.believe(hands=d.belief.hands.set(own, HandBelief("held", part)))
        case Release(tool, hand, _) | Drive(tool, hand):
            _let_go(d, f"{tool}.{hand}")
        case SetDoor(machine, is_open):
            _show(d, machine, replace(_seen(d, machine), door_open=is_open))
        case SetClamp(machine, is_closed):
            _show(d, machine, replace(_seen(d, machine), clamped=is_closed))
        case Couple(robot, tool):
            d.believe(mounts=d.belief.mounts.set(tool, robot))
        case Uncouple(_, tool):
            d.believe(mounts=d.belief.mounts.set(tool, ""))
        case _:
            pass


def _let_go(d: Draft, hand: str) -> None:
    part, stance = d.belief.hands.get(hand, HandBelief()).part, ledger.stance_of(d, hand)
    if part is not None and isinstance(stance, AtPlace):
        ledger.move_part(d, part, ledger.where_let_go(d, stance.place), "inferred")
    d.believe(hands=d.belief.hands.set(hand, HandBelief("open")))


def _seen(d: Draft, device: str) -> DeviceBelief:
    return d.belief.devices.get(device, DeviceBelief())


def _show(d: Draft, device: str, seen: DeviceBelief) -> None:
    d.believe(devices=d.belief.devices.set(device, seen))
