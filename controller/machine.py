"""The run as a fold: `advance(state, event)` gives the next state and what is to be sent and written. Nothing else decides.

Pure: no clock, file, thread or chance. The same events give the same state and the same commands, on any machine, at any time.
A conclusion changes nothing: it was made from an observation and is made from it again.
"""

from __future__ import annotations

from cell.attended import AlarmAcknowledged, AlarmShelved, AlarmUnshelved
from cell.events import (
    Answered,
    CommandReported,
    Conclusion,
    CountReported,
    DeviceAlarm,
    DeviceSilent,
    Event,
    FactObserved,
    ForceSeen,
    HandClosedEmpty,
    JogAsked,
    JogLeft,
    JointSpeedSeen,
    JournalReported,
    LinkMeasured,
    LinkReported,
    LookMissed,
    NoPlan,
    NoProgressSeen,
    NoWay,
    Observation,
    OperatorAsked,
    OrderArrived,
    OrderWithdrawn,
    OutcomeTold,
    PlanReleased,
    QuantityMeasured,
    RunOpened,
    RunResumed,
    SeparationSeen,
    StillMoves,
    SupplyReported,
    TimeMarked,
    TimerExpired,
    TooFastSeen,
    TrackingErrorSeen,
    WayFound,
    ZoneReported,
)
from cell.run import ASKS_WHERE_TOOLS_ARE
from controller import (
    ages,
    arrivals,
    attending,
    coming,
    coming_off,
    conduct,
    deadlines,
    deviations,
    emptiness,
    freshness,
    fullness,
    jogging,
    ledger,
    links,
    manual_mode,
    measured,
    nevers,
    pace,
    presence,
    progress,
    questions,
    recovery,
    released,
    reports,
    states,
    stops,
    storage,
    taking_over,
    unheard,
    unplanned,
    waiting,
)
from controller.draft import Draft, draft_of, finished
from controller.figures.summing import summed
from controller.policies import policies_of
from controller.run_state import Commands as Commands
from controller.run_state import RunState

UNSEEN = 10.0  # s that robots, hands and devices may take to show themselves at the start


def advance(state: RunState, event: Event) -> tuple[RunState, Commands]:
    """The state after `event`, and what it calls for."""
    if isinstance(event, Conclusion) or not _is_heard(state, event):
        return state, Commands()
    if isinstance(event, RunResumed):
        state = taking_over.shifted(state, event.shift)
    d = draft_of(state, event.at)
    _take_in(d, event)
    nevers.watch(d, state)
    jogging.seen(d, state)
    _go_on(d)
    failures = d.trouble.failures
    freshness.watch(d)
    pace.watch(d, state.pack)
    if d.trouble.failures != failures:
        _go_on(d)
    after, commands = finished(d)
    after = attending.kept_up(state, after, event, commands.record)
    return summed(state, after, event, commands)


def _is_heard(state: RunState, event: Observation) -> bool:
    """Nothing is, once it is over, but the words of operators, and another controller that goes on with what was stopped."""
    return not state.is_over or isinstance(event, OperatorAsked) or (isinstance(event, RunResumed) and state.may_go_on)


def _take_in(d: Draft, event: Observation) -> None:
    """What the event changes by itself."""
    match event:
        case RunOpened():
            _open(d, event)
        case RunResumed():
            taking_over.taken_over(d, event)
        case TimeMarked():
            pass
        case PlanReleased():
            _plan(d, event)
        case NoPlan():
            recovery.refused(d, event)
            _look_for_tools(d)
        case CommandReported() | HandClosedEmpty() | OutcomeTold() | DeviceAlarm():
            reports.taken_in(d, event)
        case JournalReported():
            storage.reported(d, event)
        case LookMissed():
            stops.look_missed(d, event)
        case FactObserved():
            _observed(d, event)
        case QuantityMeasured():
            measured.measured(d, event)
        case DeviceSilent():
            deviations.device_silent(d, event)
        case LinkReported():
            links.reported(d, event)
        case LinkMeasured():
            links.measured(d, event)
        case ZoneReported() | SeparationSeen() | TooFastSeen():
            presence.taken_in(d, event)
        case CountReported():
            waiting.counted(d, event)
        case SupplyReported():
            _supply(d, event)
        case TrackingErrorSeen() | NoProgressSeen() | JointSpeedSeen() | ForceSeen():
            deviations.taken_in(d, event)
        case StillMoves():
            ledger.see_still_moving(d, event)
        case OrderArrived():
            arrivals.arrived(d, event)
        case OrderWithdrawn():
            arrivals.withdrawn(d, event)
        case TimerExpired():
            _timer(d, event.timer)
        case OperatorAsked():
            _asked(d, event)
        case Answered():
            questions.answered(d, event)
            attending.answered(d, event)
        case AlarmAcknowledged() | AlarmShelved() | AlarmUnshelved():
            attending.attended(d, event)
        case JogAsked() | JogLeft() | WayFound() | NoWay():
            jogging.taken_in(d, event)


def _observed(d: Draft, event: FactObserved) -> None:
    stood = states.standing_in_a_hold(d, event)
    reports.hand_lost(d, ledger.see(d, event), None)
    states.watch_moved(d, event, stood)
    coming_off.watch(d, event)
    if event.fact.name in ("running", "idle"):
        nevers.watch_as_before(d)


def _go_on(d: Draft) -> None:
    """What is possible now that was not before: confirm, change state, start steps."""
    if d.context is None:
        return
    progress.settle_all(d)
    unheard.settle_all(d)
    measured.ended(d)
    fullness.watch_full(d)
    emptiness.watch_empty(d)
    ages.watch(d)
    while True:
        before = (d.pack, d.trouble.hold is None, d.trouble.mode)
        states.change(d)
        if d.pack == "Execute":
            conduct.dispatch(d)
        if before == (d.pack, d.trouble.hold is None, d.trouble.mode):
            break
    unplanned.go_on(d)
    jogging.go_on(d)


# --- events ------------------------------------------------------------------------------------------------------------


def _open(d: Draft, event: RunOpened) -> None:
    d.run, d.context = event.of.run, event.context
    d.policies = policies_of(event.context.program)
    d.belief = ledger.first_belief(d, event.state)
    d.believe(numbered=coming.first_numbers(d, event.state))
    d.mend(full=fullness.full_now(d), empty=emptiness.empty_now(d))
    ages.follow(d, d.belief.queue)


def _plan(d: Draft, event: PlanReleased) -> None:
    if released.released(d, event) and event.number == 1 and d.pack == "Idle":
        stops.go(d, "start", "a released plan")
        d.set_timer("unseen", UNSEEN)
        stops.activate(d)
        unplanned.hold(d)


def _look_for_tools(d: Draft) -> None:
    """Where there is no plan: it may be for want of a tool."""
    hold = d.trouble.hold
    if hold is not None and hold.code == "R710" and d.known.rules >= ASKS_WHERE_TOOLS_ARE:
        questions.ask_where_tools_are(d)


def _supply(d: Draft, event: SupplyReported) -> None:
    others = tuple(what for what in d.belief.short if what != event.what)
    d.believe(short=others if event.is_over else (*others, event.what))
    if d.belief.short:
        stops.go(d, "suspend", f"{event.cause}: {event.what}")
    else:
        stops.go(d, "unsuspend", f"{event.what} is there again")


def _asked(d: Draft, event: OperatorAsked) -> None:
    match event.what:
        case "finish":
            arrivals.finish(d)
        case "manual" | "production":
            manual_mode.mode_asked(d, event)
        case "resume" if d.context is not None and d.context.is_manual:
            unplanned.resumed(d, event.who)
        case "resume" if questions.are_open(d):
            pass  # they are answered first
        case _:
            stops.asked(d, event)


def _timer(d: Draft, timer: str) -> None:
    d.clear_timer(timer)
    kind, _, what = timer.partition(" ")
    match kind:
        case "pace":
            pace.due(d, what)
        case "fresh":
            freshness.overdue(d, what)
        case "within":
            deadlines.deadline(d, timer)
        case "silent":
            if not waiting.uncounted(d, what):
                deviations.still_silent(d, what)
        case "standstill":
            stops.rest(d, event_is_late=True)
        case "age":
            ages.look(d, what)
        case "effect":
            reports.no_effect(d, what)
        case "late":
            reports.late(d, what)
        case "unseen":
            states.still_unseen(d)
        case "alarms":
            states.still_alarmed(d)
        case "needs":
            conduct.no_progress(d)
