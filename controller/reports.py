"""What devices say of their commands, hands, parts and faults, and which failure it is in the words of a policy.

Law: what a device says is done counts when it is seen; what nobody can tell is unknown and never guessed.
"""

from __future__ import annotations

from typing import assert_never

from cell.driver_errors import Refusal
from cell.events import NOT_STOPPED, CommandReported, DeviceAlarm, HandClosedEmpty, OutcomeTold
from cell.run import CALLS_OFF, FAILURES_NAME_LINES, STOPPED_GOES_ON
from cell.state import Lost
from cell.steps import AtPlace, Inspect, Present
from controller import (
    awaited,
    effects,
    faults,
    halts,
    jogging,
    ledger,
    outcomes,
    progress,
    questions,
    recovery,
    taking_over,
    unheard,
)
from controller.asked_by import lines_of, lines_of_step
from controller.draft import Draft
from controller.plan_index import device_of
from controller.run_state import DeviceBelief, Failure, Flight, HoldReason

OBSERVED = ("grip_lost", "part_missing", "blocked", "refused")
"""Events of verbs that are concluded from what is seen, never from what a device calls the end of its command."""
SPOILED = {"jam": "what it holds does not go in", "cross_threaded": "the fastener is cross-threaded"}
"""What a device says of a joint that it could not make, in the words of a policy."""

JAWS_STOP = ("quick", "power")
"""The stops that stop hands as well; of any other one a hand ends what it is at."""
STILL_AT_IT = (Refusal.BUSY.name, Refusal.RUNNING.name)
LOOK_AGAIN = 5.0  # s, at a command that waits for what its device does beside the run


def taken_in(d: Draft, event: CommandReported | HandClosedEmpty | OutcomeTold | DeviceAlarm) -> None:
    match event:
        case CommandReported():
            _reported(d, event)
        case HandClosedEmpty():
            _closed_empty(d, event)
        case OutcomeTold():
            _told(d, event)
        case DeviceAlarm():
            faults.told(d, event)
        case _:
            assert_never(event)


def _reported(d: Draft, event: CommandReported) -> None:
    if event.code == NOT_STOPPED:
        _not_stopped(d, event)
        return
    if jogging.reported(d, event):
        return
    flight = d.progress.flights.get(event.command)
    if flight is None:
        halted = next((robot for robot, command in d.trouble.halted.items() if command == event.command), None)
        if event.status in ("refused", "unknown") and halted is not None:
            halts.cannot_halt(d, f"{halted}: {event.text}")
        return
    match event.status:
        case "running":
            progress.running(d, event.command)
            if flight.is_of_before and flight.device in d.belief.robots:
                taking_over.goes_on(d)
        case "done":
            progress.done(d, event.command)
        case "aborted" | "refused":
            progress.land(d, event.command)
            if flight.step is None:
                is_own = not flight.is_stopped and not flight.is_of_before
                if flight.device not in d.known.devices and is_own and not _is_accounted_for(d, flight.device):
                    recovery.replan(d, event.text)
                    recovery.raise_hold(d, HoldReason("R707", f"{flight.device}: {event.text}", ()))
            elif flight.is_stopped or (flight.is_of_before and not _is_told(d, flight, event)):
                progress.fail(d, flight.step, "stopped", "R708", "broken off by a stop")
                recovery.replan(d, "broken off by a stop")
            else:
                if flight.device in d.known.people and event.text == "refused":
                    awaited.refused(d, flight.step, flight.device)
                    return
                if event.status == "aborted" and event.text in SPOILED:
                    _step_failed(d, flight.step, event.text, "R734", f"{flight.device}: {SPOILED[event.text]}")
                    return
                if event.status == "aborted" and event.text in _events_of_verb(d, flight.step):
                    _step_failed(d, flight.step, event.text, "R738", f"{flight.device}: {event.text}")
                    return
                word, code = ("blocked", "R708") if event.status == "aborted" else ("refused", "R707")
                _step_failed(d, flight.step, word, code, f"{flight.device}: {event.text}{_busy(d, flight.step, event)}")
        case "not begun":
            unheard.not_begun(d, event.command)
        case "unknown" if flight.is_of_before:
            unheard.unknown(d, event.command)
        case "unknown":
            progress.land(d, event.command)
            _lost_sight(d, flight.step, f"{flight.device}: {event.text}")


def _not_stopped(d: Draft, event: CommandReported) -> None:
    """Of a device to which there is no link that was told when the link went down."""
    device = event.text.partition(":")[0]
    if device not in d.belief.cut:
        recovery.replan(d, event.text)
        recovery.raise_hold(d, HoldReason("R770", event.text, lines_of(d, device)))


def _busy(d: Draft, step: str, event: CommandReported) -> str:
    """What to do where it is at something that nobody waits for any more. A supply is told so; anything else has to end it."""
    if event.code not in STILL_AT_IT or d.known.rules < CALLS_OFF:
        return ""
    questions.call_off(d, d.plan.steps[step])
    if isinstance(d.plan.steps[step].action, Present):
        return "; that is called off now: look what has come, then resume"
    return "; wait until that is over, then resume"


def _is_told(d: Draft, flight: Flight, event: CommandReported) -> bool:
    """Whether the device has a word for why it broke off; without one the controller that was gone is reason enough."""
    assert flight.step is not None
    is_refused = event.status == "refused" or (flight.device in d.known.people and event.text == "refused")
    return is_refused or event.text in SPOILED or event.text in _events_of_verb(d, flight.step)


def _events_of_verb(d: Draft, step: str) -> tuple[str, ...]:
    """What the act that the step is part of can raise, in the words of its verb."""
    operation = d.plan.operation.get(step)
    goal = d.policies.goals.get(operation.goal) if operation is not None and d.policies is not None else None
    known = d.known.verb_events.get(goal.verb, ()) if goal is not None else ()
    return tuple(event for event in known if event not in OBSERVED)


def _closed_empty(d: Draft, event: HandClosedEmpty) -> None:
    """Nothing in the hand: either the part was never there, or it slipped, or it was lost on the way."""
    hand_lost(d, ledger.see_closed_empty(d, event), event)
    flight = d.progress.flights.get(d.progress.busy.get(event.hand, ""))
    if flight is None or flight.step is None:
        return
    if flight.is_stopped and d.trouble.stopping in JAWS_STOP and d.known.rules >= STOPPED_GOES_ON:
        return  # it was broken off, and says nothing of the part; that is told by how the command ends
    part = d.plan.steps[flight.step].part
    if event.touched:
        _step_failed(d, flight.step, "grip_lost", "R703", f"{part} slipped out of {event.hand}")
    else:
        _step_failed(d, flight.step, "part_missing", "R703", f"{event.hand} closed on nothing where {part} should be")


def hand_lost(d: Draft, hand: str | None, event: HandClosedEmpty | None) -> None:
    """A part that was held is not any more. It lies where the robot stands with it, or nobody knows where."""
    if hand is None:
        return
    part = d.belief.hands[hand].part
    if part is None:
        return
    stance, robot = ledger.stance_of(d, hand), ledger.robot_of(d, hand)
    if d.trouble.is_looking:
        questions.ask_where(d, part, hand)
        return
    if isinstance(stance, AtPlace) and stance.hand == hand:
        ledger.move_part(d, part, ledger.where_let_go(d, stance.place), "inferred")
    else:
        ledger.move_part(d, part, Lost(f"lost from {hand}"), "observed")
    step = _step_with(d, part, robot)
    text = f"{hand} has lost {part}"
    recovery.fail(d, Failure(loss(d, hand, robot, step), "R703", text, step=step, part=part, device=hand))


def loss(d: Draft, hand: str, robot: str | None, step: str | None) -> str:
    """A hand that grips by vacuum has lost its vacuum, where the intent has a word for that; else it has lost its grip."""
    assert d.policies is not None
    operation = d.plan.operation.get(step) if step is not None else None
    tool = hand.partition(".")[0]
    is_asked = d.policies.policy(operation.goal if operation is not None else None, f"{tool}.vacuum_lost") is not None
    is_suction = robot is not None and hand in d.known.robots[robot].suction
    return d.policies.called(tool, "vacuum_lost") if is_asked and is_suction else "grip_lost"


def _step_with(d: Draft, part: str, robot: str | None) -> str | None:
    """The step that the loss of `part` concerns: the robot's own one, else the next that needs the part."""
    flying = (f.step for f in d.progress.flights.values() if f.device == robot and f.step is not None)
    waiting = (name for name in d.progress.due if d.plan.steps[name].part == part)
    mine = (name for name in flying if d.plan.steps[name].part == part)
    later = (s.id for s in d.plan.plan.tasks.steps if s.part == part and s.id not in d.progress.status)
    return next(mine, None) or next(waiting, None) or next(later, None)


def _told(d: Draft, event: OutcomeTold) -> None:
    part, step = event.of.part, event.of.step
    if part is None:
        return
    if event.value is None:
        if step is not None and d.progress.status.get(step) in ("claimed", "started"):
            _step_failed(d, step, "not_told", "R706", f"{event.source} did not tell the {event.outcome} of {part}")
        return
    outcomes.take_in(d, event.of, event.outcome, event.value)


def _has_alarm(d: Draft, device: str) -> bool:
    return bool(d.belief.devices.get(device, DeviceBelief()).faults)


def _is_accounted_for(d: Draft, device: str) -> bool:
    """Whether something else has the reason why it broke off: a fault, also one that is over by then."""
    has_failed = any(failure.device == device for failure in d.trouble.failures)
    return _has_alarm(d, device) or (has_failed and d.known.rules >= FAILURES_NAME_LINES)


def no_effect(d: Draft, command: str) -> None:
    flight = d.progress.flights.get(command)
    if flight is None:
        return
    step = d.plan.steps[flight.step] if flight.step is not None else None
    progress.land(d, command)
    if step is not None and flight.is_of_before:
        unheard.no_effect(d, step)
    elif step is not None:
        text = f"{flight.device} says done, but it is not seen that {effects.unseen_effect(d, step)}"
        code = "R706" if isinstance(step.action, Inspect) else "R716"
        _step_failed(d, step.id, "no_effect", code, text)


def late(d: Draft, command: str) -> None:
    """Far over its time. A robot that was slowed down gets its time again; any other command is out of sight."""
    flight = d.progress.flights.get(command)
    if flight is None:
        return
    robot = d.belief.robots.get(flight.device)
    if robot is not None and (robot.fraction is None or robot.fraction < 1.0):
        d.set_timer(f"late {command}", progress.OVERDUE[1])
        return
    if robot is not None and robot.still_moves:  # its controller does something else, which is told by itself (R705)
        _wait_or_let_go(d, command)
        return
    if flight.device in d.belief.short:  # nothing comes, and that is said
        d.set_timer(f"late {command}", progress.OVERDUE[1])
        return
    if unheard.time_is_over(d, command):
        return
    if flight.device in d.known.people:
        awaited.nobody_came(d, command)
        return
    progress.land(d, command)
    _lost_sight(d, flight.step, f"{flight.device} does not say what became of {command}")


def _wait_or_let_go(d: Draft, command: str) -> None:
    """Until the run holds for what keeps the device from it; then the resume asks anew."""
    if d.trouble.hold is None:
        d.set_timer(f"late {command}", LOOK_AGAIN)
    else:
        progress.land(d, command)


def _step_failed(d: Draft, step: str, event: str, code: str, text: str) -> None:
    progress.fail(d, step, event, code, text)
    recovery.fail(d, Failure(event, code, text, step=step, device=_device(d, step)))


def _lost_sight(d: Draft, step: str | None, text: str) -> None:
    if step is not None:
        progress.lose_sight(d, step, text)
    recovery.replan(d, text)
    recovery.raise_hold(d, HoldReason("R709", text, lines_of_step(d, step)), d.about(step))


def _device(d: Draft, step: str) -> str | None:
    return device_of(d.plan.steps[step].action)
