"""What a run in Execute does next: start what may start, find a way out of trouble, end, or say that nothing comes.

Law: nothing waits in silence. While no command is under way that could bring a needed fact about, waiting is limited.
"""

from __future__ import annotations

from collections.abc import Container, Mapping

from cell.diagnostic import Span
from cell.retreat import retreat_of
from cell.run import ASKS_BEYOND_APPROVED
from cell.steps import Decide, Fact, Step
from controller import (
    arrivals,
    awaited,
    carried_on,
    deadlines,
    expecting,
    goals,
    nevers,
    orders,
    presence,
    progress,
    recovery,
    rolling,
    room,
    speeds,
    states,
    stops,
    zone_waits,
)
from controller.draft import Draft
from controller.run_state import HoldReason

NO_PROGRESS = 5.0  # s that a step may wait for a fact while nothing runs that could bring it about


def dispatch(d: Draft) -> None:
    """Starts what may start. In trouble: lets end what runs and what goes on beside it, then finds a way on."""
    if d.trouble.hold is not None:
        return
    if d.trouble.mode != "running":
        awaited.withdraw(d)
        if d.trouble.going_on and carried_on.is_proved(d):
            carried_on.tell(d)
            _start_due(d, d.trouble.going_on)
        if not d.progress.flights:
            recovery.move_on(d)
        _watch_waiting(d, d.trouble.mode == "readying" and not d.progress.flights)
        return
    started = _start_due(d)
    rolling.ask_ahead(d)
    if d.trouble.mode != "running":
        if not d.progress.flights:
            recovery.move_on(d)
        return
    if d.progress.left == 0 and not d.progress.flights:
        _finish(d)
        return
    _watch_waiting(d, not started and not d.progress.flights)


def _start_due(d: Draft, only: Container[str] | None = None) -> bool:
    """Starts every step that may start, of `only` those where that is given; deciding one may make others due."""
    started = False
    again = True
    while again:
        again = False
        for name in d.progress.due:
            step = d.plan.steps[name]
            if only is not None and name not in only:
                continue
            if not progress.is_startable(d, step) or nevers.forbidding(d, step) is not None or presence.keeps_still(d, step):
                continue
            if room.awaited_by(d, step) is not None:
                continue
            deadlines.open_deadlines(d, step)
            speeds.before(d, step)
            progress.start(d, step)
            started = True
            if isinstance(step.action, Decide):
                again = not _is_planned_now(d, step.action.choice)
                break
    return started


def _is_planned_now(d: Draft, choice: str) -> bool:
    """Whether the branch just taken is one that is planned only when it is taken: then nothing more of this plan is started."""
    taken = d.progress.taken.get(choice, -1)
    is_later = taken >= 0 and d.plan.choices[choice].alternatives[taken].is_planned_later
    if is_later:
        recovery.replan(d, f"the branch of {choice} is planned now that it is taken", is_foreseen=True)
    return is_later


def _watch_waiting(d: Draft, is_stuck: bool) -> None:
    """Waiting while nothing runs that could bring the fact about is limited."""
    if not is_stuck:
        d.clear_timer("needs")
    elif "needs" not in d.timers:
        d.set_timer("needs", NO_PROGRESS)


def no_progress(d: Draft) -> None:
    if d.pack != "Execute" or d.progress.flights:
        return
    if full := room.blocked(d):
        _waits_for_room(d, full)
        return
    code, text = "R705", "nothing can be started"
    because: tuple[Span, ...] = ()
    if d.trouble.mode == "readying":
        text = str(states.unseen(d))
    elif d.progress.due:
        step = d.plan.steps[d.progress.due[0]]
        never, fact, kept = nevers.forbidding(d, step), progress.unmet(d, step), presence.keeps_still(d, step)
        if fact is not None:
            text = f"{step.id} waits for {expecting.waits_for(d, fact)}"
            if _is_planned_around(d, fact):
                return
        elif (zone := kept or (nevers.occupied_in(d, never) if never is not None else None)) is not None:
            d.believe(short=(*d.belief.short, zone_waits.wanted_of(zone)))
            stops.go(d, "suspend", f"{step.id} waits until nobody is in {zone}")
            return
        elif never is not None:
            code, text, because = "R712", f"{step.id} would break a never", (never.span,)
    recovery.replan(d, text)
    recovery.raise_hold(d, HoldReason(code, text, because))


def _waits_for_room(d: Draft, full: Mapping[str, Step]) -> None:
    """The run is suspended for it where its count is told, which is for who looks to say (supply.py)."""
    uncounted = next((thing for thing in full if thing not in d.belief.waiting), None)
    if uncounted is None:
        d.set_timer("needs", NO_PROGRESS)
        return
    text = f"nobody says how many parts lie in {uncounted}"
    recovery.replan(d, text)
    recovery.raise_hold(d, HoldReason("R705", text, ()))


def _is_planned_around(d: Draft, fact: Fact) -> bool:
    """What the plan counted on is shown to be otherwise: the rest is planned from what is observed, once for each such fact until
    an operator resumes. A plan that comes to wait for the same thing again is no way on."""
    if d.known.rules < ASKS_BEYOND_APPROVED or fact.text in d.trouble.stuck or not expecting.is_shown_otherwise(d, fact):
        return False
    d.mend(stuck=(*d.trouble.stuck, fact.text))
    recovery.replan(d, expecting.waits_for(d, fact))
    recovery.move_on(d)
    return True


def _finish(d: Draft) -> None:
    """The plan is at its end. Done, or the planner is asked for more: a reject admits another iteration."""
    assert d.policies is not None
    if retreat_of(d.plan.plan) is not None:
        recovery.replan(d, "the robot has come out of where it was stopped")
        recovery.move_on(d)
        return
    if recovery.errand_done(d):
        return
    orders.settle_all(d)
    if d.plan.plan.tasks.undecided and (d.plan.steps or d.progress.number == 1):
        recovery.replan(d, "a `when` is decided by what is observed now", is_foreseen=True)
        recovery.move_on(d)
        return
    if d.plan.plan.tasks.undecided:
        recovery.replan(d, "what a `when` asks for is not known")
        recovery.raise_hold(d, HoldReason("R710", "nobody knows what a `when` asks for, and everything else is done", ()))
        return
    if rolling.goes_on(d):
        return
    done = goals.is_done(d.known, d.policies, d.belief)
    if done is True or (done is None and not d.plan.steps):
        if not arrivals.is_endless(d) or not arrivals.wait(d):
            stops.complete(d)
    elif not d.plan.steps and arrivals.wait(d):
        return
    elif d.plan.steps:
        recovery.replan(d, "the plan is at its end and the goals are not", is_foreseen=True)
        recovery.move_on(d)
    else:
        recovery.replan(d, "the planner has nothing more to do")
        recovery.raise_hold(d, HoldReason("R710", "the goals are not reached and the planner has nothing more to do", ()))
