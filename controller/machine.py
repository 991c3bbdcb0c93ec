"""The run as a fold: `advance(state, event)` gives the next state and what is to be sent and written. Nothing else decides.

Pure: no clock, file, thread or chance. The same events give the same state and the same commands, on any machine, at any time.
A conclusion changes nothing: it was made from an observation and is made from it again.
"""

from __future__ import annotations

from dataclasses import replace

from cell.diagnostic import Span
from cell.events import (
    CommandReported,
    Conclusion,
    DeviceAlarm,
    DeviceSilent,
    Event,
    FactObserved,
    HandClosedEmpty,
    NoPlan,
    Observation,
    OperatorAsked,
    OutcomeTold,
    PlanReleased,
    RunOpened,
    SupplyReported,
    TimeMarked,
    TimerExpired,
    TrackingErrorSeen,
    ZoneReported,
)
from cell.state import InPlace, Lost
from cell.steps import AtPlace, Decide, Inspect, Move, Step
from controller import goals, ledger, monitor, progress, recovery, stops
from controller.draft import Draft, draft_of, finished
from controller.plan_index import device_of
from controller.policies import policies_of
from controller.run_state import Commands as Commands
from controller.run_state import DeviceBelief, Failure, HoldReason, RunState

UNSEEN = 10.0  # s that robots, hands and devices may take to show themselves at the start
CLEARING = 5.0  # s for alarms to clear after the operator has resumed
NO_PROGRESS = 5.0  # s that a step may wait for a fact while nothing runs that could bring it about


def advance(state: RunState, event: Event) -> tuple[RunState, Commands]:
    """The state after `event`, and what it calls for."""
    if isinstance(event, Conclusion) or (state.is_over and not isinstance(event, OperatorAsked)):
        return state, Commands()
    d = draft_of(state, event.at)
    _take_in(d, event)
    _go_on(d)
    return finished(d)


def _take_in(d: Draft, event: Observation) -> None:
    """What the event changes by itself."""
    match event:
        case RunOpened():
            _open(d, event)
        case TimeMarked():
            pass
        case PlanReleased():
            _plan(d, event)
        case NoPlan():
            recovery.refused(d, event)
        case CommandReported():
            _reported(d, event)
        case FactObserved():
            _hand_lost(d, ledger.see(d, event), None)
            if event.fact.name in ("running", "idle"):
                monitor.watch_nevers(d)
        case HandClosedEmpty():
            _closed_empty(d, event)
        case OutcomeTold():
            _told(d, event)
        case DeviceAlarm():
            _alarm(d, event)
        case DeviceSilent():
            monitor.device_silent(d, event)
        case ZoneReported():
            monitor.zone_reported(d, event)
            monitor.watch_nevers(d)
        case SupplyReported():
            _supply(d, event)
        case TrackingErrorSeen():
            monitor.tracking_error(d, event)
        case TimerExpired():
            _timer(d, event.timer)
        case OperatorAsked():
            stops.asked(d, event)


def _go_on(d: Draft) -> None:
    """What is possible now that was not before: confirm, change state, start steps."""
    if d.context is None:
        return
    progress.settle_all(d)
    while True:
        before = (d.pack, d.trouble.hold is None, d.trouble.mode)
        _change_state(d)
        if d.pack == "Execute":
            _dispatch(d)
        if before == (d.pack, d.trouble.hold is None, d.trouble.mode):
            break


# --- events ------------------------------------------------------------------------------------------------------------


def _open(d: Draft, event: RunOpened) -> None:
    d.run, d.context = event.of.run, event.context
    d.policies = policies_of(event.context.program)
    d.belief = ledger.first_belief(d, event.state)


def _plan(d: Draft, event: PlanReleased) -> None:
    if recovery.answered(d, event) and event.number == 1 and d.pack == "Idle":
        stops.go(d, "start", "a released plan")
        d.set_timer("unseen", UNSEEN)
        stops.activate(d)


def _reported(d: Draft, event: CommandReported) -> None:
    flight = d.progress.flights.get(event.command)
    if flight is None:
        return
    match event.status:
        case "running":
            progress.running(d, event.command)
        case "done":
            progress.done(d, event.command)
        case "aborted" | "refused":
            progress.land(d, event.command)
            if flight.step is None:
                if flight.device not in d.known.devices and not flight.is_stopped:
                    recovery.replan(d, event.text)
                    recovery.raise_hold(d, HoldReason("R707", f"{flight.device}: {event.text}", ()))
            elif flight.is_stopped:
                progress.fail(d, flight.step, "stopped", "R708", "broken off by a stop")
                recovery.replan(d, "broken off by a stop")
            else:
                word = "blocked" if event.status == "aborted" else "refused"
                _step_failed(d, flight.step, word, "R708" if event.status == "aborted" else "R707", event.text)
        case "unknown":
            progress.land(d, event.command)
            _lost_sight(d, flight.step, f"{flight.device}: {event.text}")


def _closed_empty(d: Draft, event: HandClosedEmpty) -> None:
    """Nothing in the hand: either the part was never there, or it slipped, or it was lost on the way."""
    _hand_lost(d, ledger.see_closed_empty(d, event), event)
    flight = d.progress.flights.get(d.progress.busy.get(event.hand, ""))
    if flight is None or flight.step is None:
        return
    part = d.plan.steps[flight.step].part
    if event.touched:
        _step_failed(d, flight.step, "grip_lost", "R703", f"{part} slipped out of {event.hand}")
    else:
        _step_failed(d, flight.step, "part_missing", "R703", f"{event.hand} closed on nothing where {part} should be")


def _hand_lost(d: Draft, hand: str | None, event: HandClosedEmpty | None) -> None:
    """A part that was held is not any more. It lies where the robot stands with it, or nobody knows where."""
    if hand is None:
        return
    part = d.belief.hands[hand].part
    if part is None:
        return
    stance, robot = ledger.stance_of(d, hand), ledger.robot_of(d, hand)
    if isinstance(stance, AtPlace) and stance.hand == hand:
        ledger.move_part(d, part, InPlace(stance.place), "inferred")
    else:
        ledger.move_part(d, part, Lost(f"lost from {hand}"), "observed")
    step = _step_with(d, part, robot)
    text = f"{hand} has lost {part}"
    recovery.fail(d, Failure("grip_lost", "R703", text, step=step, part=part, device=hand))


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
    known = d.belief.parts.get(part)
    if known is None:
        return
    kept = tuple(entry for entry in known.part.outcomes if entry[0] != event.outcome)
    ledger.change_part(d, part, outcomes=(*kept, (event.outcome, event.value)))
    assert d.policies is not None
    if (event.outcome, event.value) in d.known.adverse and not d.policies.asks(event.of.goal, event.outcome):
        text = f"the {event.outcome} of {part} is {event.value}"
        recovery.fail(d, Failure(event.value, "R703", text, goal=event.of.goal, part=part, iteration=_iteration(d, step)))


def _iteration(d: Draft, step: str | None) -> tuple[str, str] | None:
    operation = d.plan.operation.get(step) if step is not None else None
    return operation.serves[-1] if operation is not None and operation.serves else None


def _alarm(d: Draft, event: DeviceAlarm) -> None:
    seen = d.belief.devices.get(event.device)
    text = f"{event.device}: {event.text or event.code}"
    if seen is not None:
        if (seen.alarm is not None) is event.is_active:
            return
        fault = event.code if event.is_active else None
        d.believe(devices=d.belief.devices.set(event.device, replace(seen, alarm=fault, alarm_text=text)))
    if not event.is_active:
        return
    word = f"{event.device}.fault" if event.device in d.known.robots else f"{event.device}.alarm"
    flying = next(
        (f.step for f in d.progress.flights.values() if f.device.split(".")[0] == event.device and f.step is not None), None
    )
    if flying is not None:
        _step_failed(d, flying, word, "R721", text)
    elif d.progress.plan is not None:
        recovery.fail(d, Failure(word, "R721", text, device=event.device))


def _supply(d: Draft, event: SupplyReported) -> None:
    others = tuple(what for what in d.belief.short if what != event.what)
    d.believe(short=others if event.is_over else (*others, event.what))
    if d.belief.short:
        stops.go(d, "suspend", f"{event.cause}: {event.what}")
    else:
        stops.go(d, "unsuspend", f"{event.what} is there again")


def _timer(d: Draft, timer: str) -> None:
    d.clear_timer(timer)
    kind, _, what = timer.partition(" ")
    match kind:
        case "within":
            monitor.deadline(d, timer)
        case "silent":
            monitor.still_silent(d, what)
        case "standstill":
            stops.rest(d, event_is_late=True)
        case "effect":
            _no_effect(d, what)
        case "late":
            _late(d, what)
        case "unseen":
            _still_unseen(d)
        case "alarms":
            _still_alarmed(d)
        case "needs":
            _no_progress(d)


def _no_effect(d: Draft, command: str) -> None:
    flight = d.progress.flights.get(command)
    if flight is None:
        return
    step = d.plan.steps[flight.step] if flight.step is not None else None
    progress.land(d, command)
    if step is not None:
        text = f"{flight.device} says done, but it is not seen that {progress.unseen_effect(d, step)}"
        code = "R706" if isinstance(step.action, Inspect) else "R716"
        _step_failed(d, step.id, "no_effect", code, text)


def _late(d: Draft, command: str) -> None:
    """Far over its time. A robot that was slowed down gets its time again; any other command is out of sight."""
    flight = d.progress.flights.get(command)
    if flight is None:
        return
    robot = d.belief.robots.get(flight.device)
    if robot is not None and robot.fraction < 1.0:
        d.set_timer(f"late {command}", progress.OVERDUE[1])
        return
    progress.land(d, command)
    _lost_sight(d, flight.step, f"{flight.device} does not say what became of {command}")


def _step_failed(d: Draft, step: str, event: str, code: str, text: str) -> None:
    progress.fail(d, step, event, code, text)
    recovery.fail(d, Failure(event, code, text, step=step, device=_device(d, step)))


def _lost_sight(d: Draft, step: str | None, text: str) -> None:
    if step is not None:
        progress.lose_sight(d, step, text)
    recovery.replan(d, text)
    recovery.raise_hold(d, HoldReason("R709", text, ()), d.about(step))


def _device(d: Draft, step: str) -> str | None:
    return device_of(d.plan.steps[step].action)


# --- states ------------------------------------------------------------------------------------------------------------


def _change_state(d: Draft) -> None:
    stops.rest(d)
    if d.trouble.hold is not None and stops.go(d, "hold", d.trouble.hold.text):
        stops.rest(d)
    match d.pack:
        case "Starting" if _unseen(d) is None and not d.progress.flights:
            d.clear_timer("unseen")
            _compare_start(d)
            stops.go(d, "done", "robots, hands and devices are seen")
        case "Unholding":
            _resume(d)
        case "Unsuspending":
            stops.go(d, "done", "the cause is gone")
        case _:
            pass


def _resume(d: Draft) -> None:
    """Goes on when what stood in the way is gone: alarms are cleared, robots have power."""
    if any(seen.alarm is not None for seen in d.belief.devices.values()) or (d.progress.flights and not stops.is_quiet(d)):
        if "alarms" not in d.timers:
            d.set_timer("alarms", CLEARING)
        return
    d.clear_timer("alarms")
    stops.go(d, "done", "nothing stands in the way")


def _still_alarmed(d: Draft) -> None:
    """Not cleared by the resume: holds again and says what it is."""
    if d.pack == "Unholding":
        text = next((seen.alarm_text for seen in d.belief.devices.values() if seen.alarm is not None), "a robot has no power")
        recovery.raise_hold(d, HoldReason("R721", text, ()))


def _unseen(d: Draft) -> str | None:
    """What has not shown itself yet, of that which the plan may need."""
    for name, robot in d.belief.robots.items():
        if robot.stance is None:
            return f"where {name} stands"
    for name, hand in d.belief.hands.items():
        if hand.grip is None:
            return f"what {name} holds"
    for name, device in d.known.devices.items():
        seen = d.belief.devices.get(name, DeviceBelief())
        if device.door is not None and seen.door_open is None:
            return f"the door of {name}"
        if device.clamp is not None and seen.clamped is None:
            return f"the clamp of {name}"
    return None


def _still_unseen(d: Draft) -> None:
    what = _unseen(d)
    if d.pack == "Starting" and what is not None:
        recovery.replan(d, f"not seen: {what}")
        recovery.raise_hold(d, HoldReason("R705", f"nobody observes {what}", ()))


def _compare_start(d: Draft) -> None:
    """A robot that stands elsewhere, or a hand that is closed on nothing, needs another plan than the one in hand."""
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
    for hand, seen in d.belief.hands.items():
        if seen.grip == "empty":
            recovery.replan(d, f"{hand} is closed")


def _dispatch(d: Draft) -> None:
    """Starts what may start. In trouble: lets what runs end, then finds a way on."""
    if d.trouble.hold is not None:
        return
    if d.trouble.mode != "running":
        if not d.progress.flights:
            recovery.move_on(d)
        _watch_waiting(d, d.trouble.mode == "readying" and not d.progress.flights)
        return
    started = _start_due(d)
    if d.progress.left == 0 and not d.progress.flights:
        _finish(d)
        return
    _watch_waiting(d, not started and not d.progress.flights)


def _start_due(d: Draft) -> bool:
    """Starts every step that may start; deciding one may make others due."""
    started = False
    again = True
    while again:
        again = False
        for name in d.progress.due:
            step = d.plan.steps[name]
            if not progress.is_startable(d, step) or monitor.forbidding(d, step) is not None:
                continue
            monitor.open_deadlines(d, step)
            progress.start(d, step)
            started = True
            if isinstance(step.action, Decide):
                again = True
                break
    return started


def _watch_waiting(d: Draft, is_stuck: bool) -> None:
    """Waiting while nothing runs that could bring the fact about is limited."""
    if not is_stuck:
        d.clear_timer("needs")
    elif "needs" not in d.timers:
        d.set_timer("needs", NO_PROGRESS)


def _no_progress(d: Draft) -> None:
    if d.pack != "Execute" or d.progress.flights:
        return
    code, text = "R705", "nothing can be started"
    because: tuple[Span, ...] = ()
    if d.trouble.mode == "readying":
        text = f"nobody observes {_unseen(d)}"
    elif d.progress.due:
        step = d.plan.steps[d.progress.due[0]]
        never, fact = monitor.forbidding(d, step), progress.unmet(d, step)
        if fact is not None:
            text = f"{step.id} waits for {fact.text}, which nobody observes"
        elif never is not None:
            code, text, because = "R712", f"{step.id} would break a never", (never.span,)
    recovery.replan(d, text)
    recovery.raise_hold(d, HoldReason(code, text, because))


def _finish(d: Draft) -> None:
    """The plan is at its end. Done, or the planner is asked for more: a reject admits another iteration."""
    assert d.policies is not None
    done = goals.is_done(d.known, d.policies, d.belief)
    if done is True or (done is None and not d.plan.steps):
        stops.complete(d)
    elif d.plan.steps:
        recovery.replan(d, "the plan is at its end and the goals are not")
        recovery.move_on(d)
    else:
        recovery.replan(d, "the planner has nothing more to do")
        recovery.raise_hold(d, HoldReason("R710", "the goals are not reached and the planner has nothing more to do", ()))

