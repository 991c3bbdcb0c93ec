"""What becomes of a failure: the ladder of the policy that has it, and the way back to a plan.

Law (SEMANTICS, Failure): rungs run in turn until one settles it; a ladder that nothing settles ends in a hold, written or not,
and so does an event without a policy. After a failure nothing new is begun; what is begun elsewhere and does not depend on it is
ended (carried_on.py), and what runs is let end. Then the ladders are climbed, hands that closed on nothing are opened, and the
planner is asked to go on from what is observed. There is no second way of planning: a retry, a skip and a resume all come to the
same request.
"""

from __future__ import annotations

from dataclasses import replace

from cell.commands import Release, RequestPlan, Subject
from cell.events import EventRaised, HoldRaised, NoPlan, PlanReleased, Retried, Skipped
from cell.former import FormerAct, left_of
from cell.program import Goal, Hold, Policy, Retry, Skip
from cell.retreat import retreat_of
from cell.run import RUNGS_STAY_OPEN
from cell.state import Amended, Errand, InHand, InPlace, Lost
from controller import carried_on, coming, ledger, left_behind, orders, progress
from controller.asked_by import lines_of_failure
from controller.cell_view import amendments, cell_state
from controller.draft import Draft
from controller.run_state import Failure, Flight, HandBelief, HoldReason, Ladder, next_number
from controller.stopped import standing, stopped

REOPENING = 30.0  # s for a hand to open before it counts as not answering


def fail(d: Draft, failure: Failure) -> None:
    """Takes in a failure: dispatch ends until it is settled."""
    if failure.step is not None and failure.step in d.plan.steps:
        operation = d.plan.operation.get(failure.step)
        failure = replace(
            failure,
            goal=failure.goal or (operation.goal if operation else None),
            part=failure.part or (operation.part if operation else None),
            iteration=failure.iteration or (operation.serves[-1] if operation and operation.serves else None),
            serves=operation.serves if operation else (),
        )
    failure = replace(failure, parts=failure.parts or _worked_on(d, failure), because=lines_of_failure(d, failure))
    found = _policy(d, failure)
    d.say(EventRaised(d.now, _subject(d, failure), failure.event, failure.text, found[1].span if found else None))
    going, is_told = _going_on(d, failure), d.trouble.is_told
    d.mend(failures=(*d.trouble.failures, failure))
    if failure.keeps_plan:
        _drain(d)
    else:
        _give_up_plan(d, failure)
    d.mend(going_on=going, is_told=is_told and bool(going))


def _going_on(d: Draft, failure: Failure) -> tuple[str, ...]:
    """What is still started beside this failure, and of what was let go on beside those before it no more than that."""
    before, trouble = d.trouble.going_on, d.trouble
    if trouble.hold is not None or trouble.errand is not None or (trouble.mode != "running" and not before):
        return ()
    going = carried_on.carried_on(d, (*trouble.failures, failure))
    return going if trouble.mode == "running" else tuple(step for step in going if step in before)


def _give_up_plan(d: Draft, failure: Failure) -> None:
    replan(d, f"{failure.event}: {failure.text}")


def replan(d: Draft, why: str, is_foreseen: bool = False) -> None:
    """The plan in hand is of no use any more: nothing of it is sent, and when all is quiet a new one is asked for. `is_foreseen`:
    it is the run's own course, as the intent has it, and no disturbance."""
    _drain(d)
    d.mend(replan=d.trouble.replan or why, is_disturbed=d.trouble.is_disturbed or not is_foreseen)


def _drain(d: Draft) -> None:
    d.mend(mode="draining" if d.trouble.mode != "planning" else "planning", going_on=(), is_told=False)


def move_on(d: Draft) -> None:
    """Called while the run is in Execute and no command is under way: the next rung, the next hand, the next plan."""
    if d.trouble.mode == "draining" and _climb(d):
        d.mend(mode="readying", going_on=())
    if d.trouble.mode == "readying" and d.trouble.replan is None:
        d.mend(mode="running")  # it was held, and that is all
        return
    if d.trouble.mode != "readying" or d.progress.flights or _open_hands(d):
        return
    if all(robot.stance is not None for robot in d.belief.robots.values()):
        request(d)


def request(d: Draft) -> None:
    """Asks for the next plan from what is observed."""
    if d.trouble.ahead is not None:
        d.mend(ahead=None, passed_over=d.trouble.passed_over + 1)
    number = next_number(d.progress, d.trouble)
    reason = d.trouble.replan or "the goals are not reached yet"
    d.mend(mode="planning")
    coming.expect(d)
    state, on_their_way = cell_state(d.known, d.belief, d.now, d.trouble.errand, amendments(d.trouble)), stopped(d)
    if on_their_way:
        state = replace(state, standing=standing(d))
    d.mend(stopped=on_their_way)
    d.command(RequestPlan(d.fresh_id("plan"), d.subject, number, reason, state, _former(d), on_their_way))


def _former(d: Draft) -> tuple[FormerAct, ...]:
    """Nothing of it is journaled: it follows from the plan and from what is confirmed of it."""
    plan = d.progress.plan
    return () if plan is None else left_of(plan.plan.tasks, lambda step: d.progress.status.get(step) in ("confirmed", "dropped"))


def is_late(d: Draft) -> bool:
    """Whether something went wrong while the planner thought."""
    return len(d.trouble.failures) > (d.trouble.errand is not None) + d.trouble.waiting


def adopt(d: Draft, event: PlanReleased) -> None:
    """Takes over the plan that was asked for."""
    d.mend(ahead=None, passed_over=0, going_on=())
    if event.plan is not None and retreat_of(event.plan) is None:
        d.mend(stopped=())
    progress.adopt(d, event)
    left_behind.leave_behind(d)
    if is_late(d):
        d.mend(mode="draining")
    else:
        d.mend(mode="running", replan=None)


def ask_again(d: Draft) -> None:
    """There is no plan that may be dispatched: after the next resume the planner is asked anew."""
    d.mend(mode="draining", replan=d.trouble.replan or "asked again")


def holds_already(d: Draft) -> bool:
    """Of a run that cannot begin: holds by the oldest failure, where that is what it comes to. A device that says what is wrong
    with it tells more than that something of it is not seen, and one resume has to do for both."""
    if not d.trouble.failures:
        return False
    first = d.trouble.failures[0]
    found = _policy(d, first)
    return (found is None or isinstance(found[1].ladder[0], Hold)) and not _rung(d, first)


def refused(d: Draft, event: NoPlan) -> None:
    """There is no plan from here: a person has to change something, then the planner is asked again."""
    if event.number != next_number(d.progress, d.trouble):
        return
    if d.trouble.ahead is not None:
        d.mend(ahead=None, passed_over=d.trouble.passed_over + 1)
    if d.trouble.errand is not None:  # whether a goal of a rung succeeds or not, the ladder goes on
        d.mend(mode="draining", errand=None, waiting=0)
        return
    text = _why_not(event)
    ask_again(d)
    first = (span for diagnostic in event.diagnostics for span in diagnostic.spans[:1])
    clauses = (span for core in (event.why.cores if event.why is not None else ()) for span in core.clauses)
    spans = tuple(dict.fromkeys((*first, *clauses)))
    raise_hold(d, HoldReason("R710", text, spans))


def _why_not(event: NoPlan) -> str:
    """What the planner found, of which kind that is, and the lines that cannot all be kept."""
    text = "; ".join(diagnostic.message for diagnostic in event.diagnostics) or "the planner found no way on"
    if event.why is None:
        return text
    lines = sorted({span.start.line for core in event.why.cores for span in (*core.clauses, *core.needed)})
    return f"{event.why.kind}: {text}" + (f" (line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))})" if lines else "")


def raise_hold(d: Draft, reason: HoldReason, of: Subject | None = None) -> None:
    """Asks for a hold; the state machine takes it at the end of this event."""
    if d.trouble.hold is None:
        d.mend(hold=reason, going_on=())
    d.say(HoldRaised(d.now, of or d.subject, reason.code, reason.text, reason.because))


def resumed(d: Draft) -> None:
    """The operator says go on: the ladder that waited takes its next rung."""
    d.mend(hold=None, stuck=())
    if d.trouble.failures and d.trouble.failures[0].asked:
        first = d.trouble.failures[0]
        d.mend(failures=(replace(first, asked=False), *d.trouble.failures[1:]))


# --- ladders -----------------------------------------------------------------------------------------------------------


def errand_done(d: Draft) -> bool:
    """Called at the end of a plan: when that was the goal of a rung, the ladder goes on."""
    if d.trouble.errand is None:
        return False
    d.mend(errand=None, waiting=0)
    replan(d, "the goal of a rung is done", is_foreseen=True)
    move_on(d)
    return True


def _climb(d: Draft) -> bool:
    """Settles failures until one holds or wants a goal reached: what broke the goal of a rung off, then what is in hands, oldest
    first. True when the planner is to be asked."""
    if d.trouble.errand is not None and len(d.trouble.failures) == 1 + d.trouble.waiting and d.trouble.hold is None:
        return True  # broken off by a stop: it is planned again
    if d.known.rules >= RUNGS_STAY_OPEN and (d.trouble.errand is None or not _put_off(d, d.trouble.errand)):
        d.mend(failures=_in_hands_first(d, d.trouble.failures))
    d.mend(errand=None, waiting=0)
    while d.trouble.failures and d.trouble.hold is None:
        first = d.trouble.failures[0]
        if not _rung(d, first):
            return False
        if d.trouble.errand is not None:
            if d.known.rules >= RUNGS_STAY_OPEN:
                d.mend(waiting=len(d.trouble.failures) - 1)
            return True
        _reopen(d, first)
        d.mend(failures=d.trouble.failures[1:])
    return not d.trouble.failures and d.trouble.hold is None


def _in_hands_first(d: Draft, failures: tuple[Failure, ...]) -> tuple[Failure, ...]:
    """A rung may bring on what is in hands (decision 0195): what has failed there its own ladder settles before."""
    return tuple(sorted(failures, key=lambda failure: not _is_in_hand(d, failure)))


def _put_off(d: Draft, errand: Errand) -> bool:
    """The goal of a rung was broken off, by something else or by what a policy has tried again: that is settled first, and then
    the ladder comes to the same rung again. False where its ladder goes on."""
    first, more = d.trouble.failures[0], d.trouble.failures[1 + d.trouble.waiting :]
    own = [failure for failure in more if errand.goal == failure.goal or errand.part == failure.part]
    found = _policy(d, first)
    key = None if found is None else _key(found[0], first)
    is_passed = not all(_is_tried_again(d, failure) for failure in own) or _is_done(d, errand)
    if not more or is_passed or key is None or key not in d.trouble.ladders:
        return False
    _set(d, key, Ladder(d.trouble.ladders[key].rung - 1))
    d.mend(failures=(*_in_hands_first(d, more), *d.trouble.failures[: 1 + d.trouble.waiting]))
    return True


def _is_tried_again(d: Draft, failure: Failure) -> bool:
    """Whether its own ladder says so next."""
    found = _policy(d, failure)
    if found is None or _is_lost(d, failure):
        return False
    ladder = d.trouble.ladders.get(_key(found[0], failure), Ladder())
    rung = found[1].ladder[ladder.rung] if ladder.rung < len(found[1].ladder) else None
    return isinstance(rung, Retry) and ladder.tries < rung.tries


def _is_done(d: Draft, errand: Errand) -> bool:
    """Whether the plan in hand has reached it, and only what stands beside it is open."""
    if d.progress.plan is None:
        return False
    mine = {o.id for o in d.plan.plan.tasks.operations if (o.goal, o.part) == (errand.goal, errand.part)}
    steps = [step.id for step in d.plan.plan.tasks.steps if step.operation in mine]
    return bool(steps) and all(d.progress.status.get(step) in ("confirmed", "dropped") for step in steps)


def _key(name: str, failure: Failure) -> str:
    return f"{name} {failure.event} {failure.goal} {failure.part}"


def _rung(d: Draft, failure: Failure) -> bool:
    """Takes the next rung of the failure's ladder. True when the run may go on, False when it holds."""
    found = _policy(d, failure)
    if found is None:
        return _hold_once(d, failure, HoldReason(failure.code, failure.text, failure.because))
    d.mend(is_of_policy=True)
    name, policy = found
    key = _key(name, failure)
    ladder = d.trouble.ladders.get(key, Ladder())
    if ladder.rung >= len(policy.ladder):
        return _end(d, failure, key, policy)
    match policy.ladder[ladder.rung]:
        case Retry(tries=tries, settings=settings) if ladder.tries < tries and not _is_lost(d, failure):
            _set(d, key, Ladder(ladder.rung, ladder.tries + 1))
            if settings and failure.goal is not None:
                d.mend(amended=d.trouble.amended.set(key, Amended(failure.goal, failure.serves, settings)))
            d.say(Retried(d.now, _subject(d, failure), failure.event, ladder.tries + 1, tries))
            _give_up_plan(d, failure)
            return True
        case Retry():
            _set(d, key, Ladder(ladder.rung + 1))
            d.mend(amended=d.trouble.amended.delete(key) if key in d.trouble.amended else d.trouble.amended)
            return _rung(d, failure)
        case Hold(message, span):
            _set(d, key, Ladder(ladder.rung + 1))
            return _wait(d, failure, HoldReason("R701", message, (span,)))
        case Skip(span):
            if _is_in_hand(d, failure):
                return _wait(d, failure, HoldReason("R720", f"{failure.part} would stay in the hand", (span,)))
            d.mend(ladders=d.trouble.ladders.delete(key) if key in d.trouble.ladders else d.trouble.ladders)
            _skip(d, failure)
            _give_up_plan(d, failure)
            return True
        case Goal(id=goal):
            _set(d, key, Ladder(ladder.rung + 1))
            if failure.part is None or _is_lost(d, failure):
                return _rung(d, failure)
            d.mend(errand=Errand(goal, failure.part), replan=f"{failure.event}: {failure.part} is put in order first")
            return True
    raise AssertionError(policy)


def _end(d: Draft, failure: Failure, key: str, policy: Policy) -> bool:
    """Behind the last rung. A ladder that ended in a hold is through: the goal is open again. Any other ends in one."""
    if isinstance(policy.ladder[-1], Hold) or d.trouble.ladders[key].tries < 0:
        d.mend(ladders=d.trouble.ladders.delete(key))
        return True
    _set(d, key, Ladder(len(policy.ladder), -1))
    return _wait(d, failure, HoldReason("R704", f"{failure.event}: {failure.text}; nothing in its ladder helped", (policy.span,)))


def _reopen(d: Draft, failure: Failure) -> None:
    """What was told against a part was told by a goal that is reached; once its ladder is through it is asked again."""
    known = d.belief.parts.get(failure.part or "")
    if known is None or known.part.given_up or failure.goal not in known.part.reached:
        return
    kept = tuple(told for told in known.part.outcomes if told not in d.known.adverse or told[1] != failure.event)
    if kept != known.part.outcomes:
        ledger.change_part(d, known.part.id, outcomes=kept, reached=known.part.reached - {failure.goal})


def _hold_once(d: Draft, failure: Failure, reason: HoldReason) -> bool:
    """An event that nobody handles holds once; after the resume its goal is open again."""
    key = f"- {failure.event} {failure.goal} {failure.part}"
    if key in d.trouble.ladders:
        d.mend(ladders=d.trouble.ladders.delete(key))
        return True
    _set(d, key, Ladder())
    return _wait(d, failure, reason)


def _wait(d: Draft, failure: Failure, reason: HoldReason) -> bool:
    d.mend(failures=(replace(failure, asked=True), *d.trouble.failures[1:]))
    raise_hold(d, reason, _subject(d, failure))
    return False


def _skip(d: Draft, failure: Failure) -> None:
    """Gives the iteration up, with every part that it works on; what is not where it was believed to be is lost."""
    parts = tuple(dict.fromkeys((*((failure.part,) if failure.part is not None else ()), *failure.parts)))
    is_of_orders = failure.iteration is not None and orders.give_up(d, failure.iteration[1])
    for part in parts:
        known = d.belief.parts.get(part)
        if known is None:
            continue
        if not is_of_orders or known.part.bound:  # what no order has begun with is there for the others
            ledger.change_part(d, part, given_up=True)
        if failure.event == "part_missing" and part == failure.part and isinstance(known.part.location, InPlace):
            ledger.move_part(d, part, Lost(f"not found at {known.part.location.place}"), "observed")
    d.mend(skipped=d.trouble.skipped + 1)
    d.say(Skipped(d.now, _subject(d, failure), failure.iteration, parts, f"{failure.event}: {failure.text}"))


def _worked_on(d: Draft, failure: Failure) -> tuple[str, ...]:
    """The parts of the plan that its iteration works on."""
    if d.progress.plan is None or failure.iteration is None:
        return ()
    mine = (o.part for o in d.plan.plan.tasks.operations if failure.iteration in o.serves)
    return tuple(dict.fromkeys(mine))


def _set(d: Draft, key: str, ladder: Ladder) -> None:
    d.mend(ladders=d.trouble.ladders.set(key, ladder))


def _is_in_hand(d: Draft, failure: Failure) -> bool:
    known = d.belief.parts.get(failure.part or "")
    return known is not None and isinstance(known.part.location, InHand)


def _is_lost(d: Draft, failure: Failure) -> bool:
    """No try makes a goal true for a part that nobody can find; but a demand gets another one."""
    step = d.plan.steps.get(failure.step or "") if d.progress.plan is not None else None
    if step is not None and orders.demand_of(d, step):
        return False
    known = d.belief.parts.get(failure.part or "")
    return known is not None and isinstance(known.part.location, Lost)


def _policy(d: Draft, failure: Failure) -> tuple[str, Policy] | None:
    assert d.policies is not None
    if failure.block is not None:
        return d.policies.policy_from(failure.block, failure.event)
    return d.policies.policy(failure.goal, failure.event)


def _subject(d: Draft, failure: Failure) -> Subject:
    if failure.step is not None and failure.step in d.plan.subjects:
        return d.plan.subjects[failure.step]
    return replace(d.subject, goal=failure.goal, part=failure.part)


# --- hands -------------------------------------------------------------------------------------------------------------


def _open_hands(d: Draft) -> bool:
    """Opens every hand that closed on nothing, for every motion to a part was planned with open jaws. True when one has to."""
    opened = False
    for hand, seen in sorted(d.belief.hands.items()):
        if seen == HandBelief("empty") and hand not in d.progress.busy:
            tool, own = hand.split(".", 1)
            command = Release(d.fresh_id("open"), d.subject, tool, own)
            d.proceed(
                flights=d.progress.flights.set(command.id, Flight(hand, None, d.now)),
                busy=d.progress.busy.set(hand, command.id),
            )
            d.set_timer(f"late {command.id}", REOPENING)
            d.command(command)
            opened = True
    return opened
