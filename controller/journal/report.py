"""The readable account of a run, as text: figures, parts and where they are, what went wrong, where the time went.

Read from the events alone, so it says the same today and in a year.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from cell.attended import AlarmAcknowledged, AlarmShelved, AlarmUnshelved
from cell.events import (
    Answered,
    BranchTaken,
    CarriedOn,
    ClauseBroken,
    Event,
    EventRaised,
    HoldRaised,
    JogEnded,
    JogRefused,
    ModeChanged,
    NoPlan,
    OperatorAsked,
    OrderArrived,
    OrderWithdrawn,
    PlanReleased,
    PlanRequested,
    QuestionAsked,
    Replanned,
    Retimed,
    Retried,
    RunEnded,
    RunOpened,
    RunResumed,
    Skipped,
    SpeedAsked,
    StepConfirmed,
    StepFailed,
    StepStarted,
    StepUnknown,
)
from cell.orders import contents
from cell.run import PartSummary, RunSummary
from cell.task_plan import Bounds
from controller.alarms import Alarms
from controller.figures.figures import Figures
from controller.journal.figure_text import figure_lines
from controller.summary import summary_of
from controller.tally import Tally

SECOND = 1e9
MOST_ORDERS = 100  # that are named
CLOCKS = {"virtual": "simulated", "real": "real"}


@dataclass(slots=True)
class Account:
    """What a pass over the events gathers. `plans` are (number, bounds), the first first."""

    opened: RunOpened | None = None
    ended: RunEnded | None = None
    plans: list[tuple[int, Bounds]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)
    branches: Counter[str] = field(default_factory=Counter)
    _known: set[tuple[int, str]] = field(default_factory=set)
    """The notes, to be looked up."""

    def note(self, at: int, text: str) -> None:
        self.notes.append((at, text))
        self._known.add((at, text))

    def has_noted(self, at: int, text: str) -> bool:
        return (at, text) in self._known

    def in_clock_of(self, resumed: RunResumed) -> None:
        """All moments so far are in the clock of the controller before."""
        if self.opened is not None:
            self.opened = replace(self.opened, at=resumed.opened)
        self.notes = [(at + resumed.shift, note) for at, note in self.notes]
        self._known = set(self.notes)
        self.note(resumed.at, "another controller goes on")


def report(events: Iterable[Event], summary: RunSummary | None = None) -> str:
    """Lines of at most 110 characters, but for texts of the intent. `summary` where somebody knows more than the events say:
    that the controller died. `events` are passed over once. Raises ValueError for a run without its first event."""
    account, tally = Account(), Tally()
    for event in events:
        _gather(account, event)
        tally.take(event)
    if account.opened is None:
        raise ValueError("the run has no first event")
    summary = summary_of(tally.state) if summary is None else summary
    return "\n".join(_lines(account, summary, tally.told(), tally.state.alarms)) + "\n"


def gathered(events: Iterable[Event]) -> Account:
    account = Account()
    for event in events:
        _gather(account, event)
    return account


def _gather(account: Account, event: Event) -> None:
    match event:
        case RunOpened():
            account.opened = event
        case RunResumed():
            account.in_clock_of(event)
        case RunEnded():
            account.ended = event
        case PlanRequested(at=at, reason=reason):
            account.note(at, f"plan asked for: {reason}")
        case PlanReleased(number=number, plan=plan):
            if plan is not None:
                account.plans.append((number, plan.tasks.bounds))
        case SpeedAsked(at=at, robot=robot, fraction=fraction, why=why):
            account.note(at, f"{robot} at {100.0 * fraction:.0f} % of its speed: {why}")
        case StepStarted() | StepConfirmed() | StepFailed() | StepUnknown():
            account.steps[type(event).__name__] += 1
            _note(account, event)
        case BranchTaken(value=value):
            account.branches[value] += 1
        case _:
            _note(account, event)


def _note(account: Account, event: Event) -> None:
    about = " ".join(x for x in (event.of.step, event.of.part) if x)
    match event:
        case StepFailed(event=word, text=text):
            account.note(event.at, f"{word} ({about}): {text}")
        case StepUnknown(text=text):
            account.note(event.at, f"unknown ({about}): {text}")
        case EventRaised(event=word, text=text):
            _raised(account, event, f"{word} ({about}): {text}" if about else f"{word}: {text}")
        case OperatorAsked(what=what, who=who):
            account.note(event.at, f"{who} asked: {what}")
        case Retried(event=word, attempt=attempt, tries=tries):
            account.note(event.at, f"retry {attempt} of {tries} after {word} ({about})")
        case Skipped(parts=parts, why=why):
            account.note(event.at, f"skipped {', '.join(parts)}: {why}")
        case CarriedOn(robots=robots, operations=operations, waiting=waiting):
            beside = f", while {', '.join(waiting)} wait" if waiting else ""
            account.note(event.at, f"{', '.join(robots)} end what is begun{beside}: {', '.join(operations)}")
        case Retimed(delay=delay, missed=missed):
            missing = f", too late for {', '.join(missed)}" if missed else ""
            account.note(event.at, f"the plan ends {delay:.1f} s later than planned ({about}){missing}")
        case Replanned():
            account.note(event.at, _replanned(event))
        case QuestionAsked(question=name, text=text):
            account.note(event.at, f"{name} asked: {text}")
        case Answered(question=name, answer=answer, who=who):
            account.note(event.at, f"{who} answered {name}: {answer}")
        case AlarmAcknowledged(alarm=alarm, who=who):
            account.note(event.at, f"{who} acknowledged the alarm {alarm}")
        case AlarmShelved(at=at, alarm=alarm, until=until, reason=reason, who=who):
            account.note(at, f"{who} shelved the alarm {alarm} for {(until - at) / 60e9:.0f} min: {reason}")
        case AlarmUnshelved(alarm=alarm, who=who):
            account.note(event.at, f"{who} brought back the alarm {alarm}")
        case HoldRaised(code=code, text=text, because=because):
            places = ", ".join(dict.fromkeys(f"{span.file.rpartition('/')[2]}:{span.start.line}" for span in because))
            account.note(event.at, f"hold {code}: {text}" + (f" ({places})" if places else ""))
        case ModeChanged(after=after):
            account.note(event.at, f"the cell is in {after.lower()} mode")
        case JogEnded(jog=jog, why=why):
            account.note(event.at, f"jogged {jog.text}, until {why}")
        case JogRefused(jog=jog, why=why):
            account.note(event.at, f"not jogged {jog.text}: {why}")
        case ClauseBroken(kind=kind, text=text):
            account.note(event.at, f"{kind} broken: {text}")
        case OrderArrived(order=order):
            account.note(event.at, f"order {order.id} arrived: {contents(order)}")
        case OrderWithdrawn(order=name):
            account.note(event.at, f"order {name} withdrawn")
        case NoPlan(diagnostics=diagnostics, why=why):
            kind = f" ({why.kind})" if why is not None else ""
            account.note(event.at, f"no plan{kind}: {'; '.join(d.message for d in diagnostics)}")
        case _:
            pass


def _replanned(event: Replanned) -> str:
    changes = "; ".join(event.changes) or "nothing is other"
    longer = event.rest_now - event.rest_before
    what = (
        f"plan {event.number} keeps {event.kept} operations, its rest {abs(longer):.1f} s {'longer' if longer > 0 else 'shorter'}"
    )
    return f"{what}: {changes}" + (f"; not approved: it {', '.join(event.beyond)}" if event.beyond else "")


def _raised(account: Account, event: EventRaised, text: str) -> None:
    """What climbs a ladder, and with it why a run was held; a step that failed has said so in the same words."""
    if not account.has_noted(event.at, text):
        account.note(event.at, text)


def _lines(account: Account, summary: RunSummary, figures: Figures, alarms: Alarms) -> Iterator[str]:
    opened = account.opened
    assert opened is not None
    yield f"run {summary.run_id}: {summary.state}"
    if summary.held_because:
        yield f"  held because {summary.held_because}"
    yield f"  opened {opened.utc}, {CLOCKS[opened.clock]} time, cell {opened.cell_revision[:12]}"
    for aim in summary.aims:
        yield f"  {aim.subject} {aim.have} of {aim.want}"
    for over in summary.orders_left:
        yield f"  {over.count} orders of {over.queue} {over.state}"
    if summary.orders:
        more = len(summary.orders) - MOST_ORDERS
        named = ", ".join(f"{order.id} {order.state}" for order in summary.orders[:MOST_ORDERS])
        yield f"  orders {named}" + (f" and {more} more" if more > 0 else "")
    yield f"  goals {summary.goals_met} of {summary.goals_total}, iterations skipped {summary.goals_skipped}"
    yield f"  steps {summary.steps_done} of {summary.steps_total}, failed {account.steps['StepFailed']}, " + (
        f"unknown {account.steps['StepUnknown']}, clauses broken {summary.violations}"
    )
    yield from _times(account, summary)
    yield from figure_lines(figures)
    if alarms.raised:
        floods = f", {alarms.floods} floods" if alarms.floods else ""
        unseen = sum(not alarm.is_acknowledged for alarm in alarms.listed.values())
        yield f"  alarms {alarms.raised}, at most {alarms.most} in ten minutes{floods}; {unseen} that nobody acknowledged"
    if account.branches:
        yield "  told " + ", ".join(f"{value} {count}" for value, count in sorted(account.branches.items()))
    yield ""
    yield from _parts(summary.parts)
    for left in summary.left:
        yield f"  {left.place}: {left.count} {left.kind} besides, that were done"
    if account.notes:
        yield ""
        yield "what happened"
        for at, text in account.notes:
            yield f"  {(at - opened.at) / SECOND:9.1f} s  {text}"


def _times(account: Account, summary: RunSummary) -> Iterator[str]:
    yield f"  makespan {summary.makespan_s:.1f} s"
    if account.plans:
        bounds = account.plans[0][1]
        yield f"    planned {bounds.makespan:.1f} s, lower bound {bounds.lower_bound:.1f} s ({bounds.bottleneck})"
        yield f"    plans run: {len(account.plans)}"


def _parts(parts: Sequence[PartSummary]) -> Iterator[str]:
    yield "parts"
    by_home: dict[str, list[PartSummary]] = {}
    for part in parts:
        home = part.where.split("[")[0] if part.where else "lost"
        by_home.setdefault(home, []).append(part)
    for home, there in by_home.items():
        kinds = Counter(part.kind for part in there)
        yield f"  {home}: {', '.join(f'{number} {kind}' for kind, number in sorted(kinds.items()))}"
        for part in there:
            told = " ".join(f"{name}={value}" for name, value in part.outcomes)
            given_up = "given up" if part.given_up else ""
            words = [w for w in (part.id, part.where, told, given_up, part.note if not part.where else "") if w]
            if told or given_up or not part.where:
                yield "    " + "  ".join(words)
