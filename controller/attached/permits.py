"""Who may ask what, and when: the reason where somebody may not.

A local socket belongs to one user of the machine, so a role keeps from mistakes, not from malice: a wall display attaches with
`view`, and nothing that is done there can move the cell. docs/how_to/attach.md has the table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal, assert_never

from cell.asked import STOPS
from cell.attended import LONGEST_REASON, LONGEST_SHELVED, SHIFT
from cell.dataclass import dataclass
from cell.events import Asked
from cell.orders import Order
from controller import manual_mode, packml
from controller.alarms import Alarm
from controller.approved import Approved, beyond
from controller.attached.messages import (
    AcknowledgeAlarm,
    AddOrder,
    Answer,
    Ask,
    CancelOrder,
    Confirm,
    HoldKey,
    LetGoKey,
    LookAgain,
    Looked,
    OfAlarm,
    Request,
    Role,
    ShelveAlarm,
    Snapshot,
    Subscribe,
    UnshelveAlarm,
    Watch,
    WatchWork,
)
from controller.past_orders import is_past
from controller.questions import GO_ON
from controller.run_state import NOTHING_YET, RunState

FOR_STANDING_STILL: Final = STOPS | {"hold"}
"""What is heard of a terminal for which there is no room."""
ENDING: Final = frozenset({"Completing", "Stopping", "Aborting", "Clearing"})
_TRIGGERS: Final[Mapping[Asked, packml.Trigger]] = {"resume": "unhold", "clear": "clear", "reset": "reset"}

Phase = Literal["preparing", "ready", "started", "looking", "looked", "confirmed", "running", "over"]
"""ready: it waits for a start. started: it has that, and no event is there yet. looked: it waits for a confirmation.
confirmed: it has that, and looks once more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a controller is. `looked`: what it has shown of a run that it is to go on with. `terminal`: the number of the one
    that asks."""

    phase: Phase
    state: RunState
    looked: Looked | None = None
    terminal: int = 0


def may_not(role: Role, request: Request, state: RunState = NOTHING_YET) -> str | None:
    """The reason why `role` may not ask that of a run in `state`; None where it may."""
    match request:
        case Subscribe() | Snapshot() | Watch() | WatchWork():
            return None
        case Answer(question=question, answer=answer) if role == "operate" and _widens(state, question, answer):
            return "robots, zones or verbs that nobody approved are an engineer's to allow: attach with the role engineer"
        case Ask() | Answer() | AddOrder() | CancelOrder() | LookAgain() | Confirm() | HoldKey() | LetGoKey():
            return None if role != "view" else "a terminal with the role view asks for nothing: attach with the role operate"
        case AcknowledgeAlarm() | ShelveAlarm() | UnshelveAlarm() if role == "view":
            return "a terminal with the role view leaves alarms alone: attach with the role operate"
        case ShelveAlarm(seconds=seconds) if seconds > longest_shelf(role):
            return f"a terminal with the role {role} shelves for at most {SHIFT / 3600:g} hours: attach with the role engineer"
        case AcknowledgeAlarm() | ShelveAlarm() | UnshelveAlarm():
            return None
    assert_never(request)


def is_for_standing_still(request: Request) -> bool:
    return isinstance(request, Ask) and request.what in FOR_STANDING_STILL


def _widens(state: RunState, question: str, answer: str) -> bool:
    """Whether that lets the run do more than was approved. That the same takes longer is an operator's to say."""
    asked = state.trouble.questions.get(question)
    if asked is None or asked.grants is None or answer != GO_ON:
        return False
    return any(beyond(state.trouble.approved or Approved(), replace(asked.grants, takt=None), 0.0))


def longest_shelf(role: Role) -> float:
    """s for which an alarm may be out of sight: what the next shift does not see somebody has to answer for."""
    return LONGEST_SHELVED if role == "engineer" else SHIFT


def refusal(standing: Standing, request: Request) -> str | None:
    """The reason why that means nothing as things stand; None where it is handed on. What an order is for is looked at
    elsewhere."""
    match request:
        case Subscribe() | Snapshot() | Watch() | WatchWork():
            return None
        case Ask(what=what):
            return _asked(standing, what)
        case Answer(question=question, answer=answer):
            return _answered(standing, question, answer)
        case AddOrder(order=order):
            return _ordered(standing, order)
        case CancelOrder(order=order_id):
            return _withdrawn(standing, order_id)
        case AcknowledgeAlarm() | ShelveAlarm() | UnshelveAlarm():
            return _attended(standing, request)
        case LookAgain():
            return None if standing.phase == "looked" else _nothing_to_confirm(standing.phase)
        case Confirm(look=look):
            return _confirmed(standing, look)
        case HoldKey(jog=jog):
            is_running = standing.phase == "running" and not standing.state.is_over
            return manual_mode.why_not(standing.state, jog, standing.terminal) if is_running else "the run is not going on"
        case LetGoKey():
            return None
    assert_never(request)


def means_nothing(state: RunState, what: Asked) -> str | None:
    """The reason why the run cannot do that as it is now; None where it can. The run itself decides later, and may be elsewhere
    by then: this spares the asker a silence."""
    if state.is_over:
        return f"the run is over: {state.pack}"
    if what == "start":
        return f"the run has begun: it is in {state.pack}"
    if what == "finish" and state.pack in ENDING:
        return f"the run is in {state.pack}, where no order is begun any more"
    if what == "hold" and packml.after(state.pack, "hold") is None:
        return f"the run is in {state.pack}, where there is nothing to hold"
    if what == "manual":
        return manual_mode.why_not_manual(state)
    if what == "production":
        return manual_mode.why_not_production(state)
    if state.context is not None and state.context.is_manual and _is_of_a_plan(state, what):
        return manual_mode.UNPLANNED
    if what == "resume" and state.manual is not None:
        return "the cell is in manual mode: ask for production first"
    trigger = _TRIGGERS.get(what)
    if trigger is not None and packml.after(state.pack, trigger) is None:
        return f"the run is in {state.pack}, where {what} means nothing"
    return None


def _is_of_a_plan(state: RunState, what: Asked) -> bool:
    """A resume says too that somebody has looked, where another controller goes on."""
    return what in ("finish", "production") or (what == "resume" and not state.trouble.is_looking)


def _asked(standing: Standing, what: Asked) -> str | None:
    match standing.phase:
        case "preparing":
            return None if what in STOPS else "plan and drivers are still being prepared"
        case "ready":
            return None if what == "start" or what in STOPS else "the run has not begun"
        case "started":
            return None if what in STOPS else "the run is about to begin"
        case "looking" | "looked" | "confirmed":
            return None if what in STOPS else "the run does not go on yet: look, and confirm"
        case "running":
            return means_nothing(standing.state, what)
        case "over":
            return "the run is over"
    assert_never(standing.phase)


def _answered(standing: Standing, question: str, answer: str) -> str | None:
    if standing.phase == "looked" and standing.looked is not None:
        answers = {one.id: one.answers for one in standing.looked.questions}
    elif standing.phase == "running":
        answers = {name: one.answers for name, one in standing.state.trouble.questions.items()}
    else:
        answers = {}
    if question not in answers:
        return f"nobody asks {question!r:.80}"
    if answer not in answers[question]:
        return f"{answer!r:.80} is none of the answers: {', '.join(answers[question])}"
    return None


def _ordered(standing: Standing, order: Order) -> str | None:
    if standing.phase != "running" or standing.state.is_over:
        return "the run is not going on"
    if standing.state.pack in ENDING:
        return f"the run is in {standing.state.pack}, where no order is begun any more"
    return f"there is an order {order.id} already" if _is_known(standing, order.id) else None


def _withdrawn(standing: Standing, order_id: str) -> str | None:
    if standing.phase != "running" or standing.state.is_over:
        return "the run is not going on"
    return None if _is_known(standing, order_id) else f"there is no order {order_id!r:.80}"


def _is_known(standing: Standing, order_id: str) -> bool:
    """Also one that is over: to withdraw it changes nothing."""
    return order_id in standing.state.belief.orders or is_past(standing.state.belief.past_orders, order_id)


def _attended(standing: Standing, request: OfAlarm) -> str | None:
    if standing.phase != "running" or standing.state.is_over:
        return "the run is not going on"
    alarm = standing.state.alarms.listed.get(request.alarm)
    if alarm is None:
        return f"there is no alarm {request.alarm!r:.80}"
    match request:
        case AcknowledgeAlarm():
            return f"{alarm.acknowledged_by} has acknowledged it already" if alarm.is_acknowledged else None
        case UnshelveAlarm():
            return "it is not shelved" if alarm.shelved_until is None else None
        case ShelveAlarm(seconds=seconds, reason=reason):
            return may_not_be_shelved(alarm) or _wrong_shelf(seconds, reason)
    assert_never(request)


def may_not_be_shelved(alarm: Alarm) -> str | None:
    """The reason why it has to stay in sight; None where it need not."""
    why = "it tells of people, or of a device that may not stand still when it is told to"
    return None if alarm.cause.is_shelvable else f"it may not be shelved: {why}"


def _wrong_shelf(seconds: float, reason: str) -> str | None:
    if seconds <= 0.0:
        return "an alarm is shelved for longer than no time"
    if not seconds <= LONGEST_SHELVED:
        return f"an alarm is shelved for at most {LONGEST_SHELVED / 86_400:g} days"
    if not reason.strip() or len(reason) > LONGEST_REASON:
        return f"an alarm is shelved for a reason, of at most {LONGEST_REASON} characters"
    return None


def _confirmed(standing: Standing, look: int) -> str | None:
    if standing.phase != "looked" or standing.looked is None:
        return _nothing_to_confirm(standing.phase)
    if look != standing.looked.look:
        return f"look {look} is not the newest one, which is {standing.looked.look}"
    unanswered = [one.id for one in standing.looked.questions if one.given is None]
    return f"nobody has answered {', '.join(unanswered)}" if unanswered else None


def _nothing_to_confirm(phase: Phase) -> str:
    return "the devices are being looked at" if phase in ("looking", "confirmed") else "there is nothing to confirm"
