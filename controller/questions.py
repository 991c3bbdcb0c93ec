"""What no device can tell and the rest of the plan depends on, and what nobody has approved: asked of an operator, in words and
with all the answers there are.

Law: as long as a question is open nothing is planned and nothing is sent. An answer that is none of the question's changes
nothing. What an operator has told counts as declared. What they say was not brought is called off, so that it does not
come beside what the next plan asks for; what a person has not done is withdrawn before anybody is asked for it again.
"""

from __future__ import annotations

from cell.commands import CallOff, Withdraw
from cell.diagnostic import Span
from cell.events import Answered, QuestionAsked
from cell.run import ASKS_PEOPLE_ONCE, ASKS_WHAT_MATTERS, CALLS_OFF, ZONES_NAME_LINES
from cell.state import InPlace, Lost
from cell.steps import AtHub, Await, MotionNeed, Present, Step, stance_name
from controller import confirming, ledger, outcomes, progress, recovery
from controller.approved import Approved
from controller.asked_by import lines_of_step
from controller.draft import Draft
from controller.run_state import Failure, HoldReason, Question

DONE, NOT_DONE, GONE = "done", "not done", "gone"
GO_ON, NOT_SO = "go on", "not so"
CODE, BEYOND, BACK = "R761", "R774", "R773"


def ask_what_became_of(d: Draft, step: Step, hides: str = "") -> None:
    """`hides`: the device that does not show whether it is still at it, "" where that is seen."""
    known = d.belief.parts.get(step.part or "")
    if known is not None and known.part.given_up:
        give_up_doubt(d, step)
        return
    text, values = f"what became of {_words(d, step)}, which was under way when the controller was gone?", may_have_told(d, step)
    if isinstance(step.action, Await) and d.known.rules >= ASKS_PEOPLE_ONCE:
        text += f" {_of_person(step.action, values)}"
    elif hides and d.known.rules >= CALLS_OFF:
        text += f" {hides} does not show whether it is still at it: {_how_to_answer(step)}"
    _ask(d, Question(text, (*(values or (DONE,)), NOT_DONE), step=step.id))


def may_have_told(d: Draft, step: Step) -> tuple[str, ...]:
    """The values that a person may have told in it. Nobody is asked twice to look: whoever is there can ask what they found."""
    match step.action:
        case Await(outcome=outcome) if d.known.rules >= ASKS_PEOPLE_ONCE:
            return d.known.tells.get(outcome, ())
        case _:
            return ()


def ask_where(d: Draft, part: str, hand: str) -> None:
    """The hand had it and has it no more. One that is given up is in nobody's way, as far as the rest of the plan goes."""
    is_given_up = d.belief.parts[part].part.given_up
    ledger.move_part(d, part, Lost(f"{hand} held it before the controller was gone"), "observed")
    if is_given_up and d.known.rules >= ASKS_WHAT_MATTERS:
        recovery.replan(d, f"{hand} holds {part} no more")
        return
    places = tuple(name for name in d.known.places if not d.belief.lying.get(name))
    _ask(d, Question(f"{hand} held {part} and holds it no more: where is it?", (*places, GONE), part=part))


def ask_where_tool_is(d: Draft, tool: str, robot: str) -> None:
    """The flange of `robot` has it no more, and it was not let go in its pocket. Where it fell nothing tells."""
    _ask(d, Question(f"{tool} is not at {robot} any more: where is it?", (*_pocket(d, tool), robot, GONE), tool=tool))


def ask_where_tools_are(d: Draft) -> None:
    """Behind a hold for want of a plan: a tool that was told to be gone may have been found since."""
    asked = {question.tool for _, question in d.trouble.questions.items()}
    for tool, mount in sorted(d.belief.mounts.items()):
        if mount == "" and tool not in asked:
            _ask(d, Question(f"nobody knows where {tool} is: where is it?", (*_pocket(d, tool), GONE), tool=tool))


def ask_whether_to_go_beyond(d: Draft, number: int, more: tuple[str, ...], grants: Approved) -> None:
    """Of a plan that was not approved in all that it does."""
    text = f"plan {number} goes beyond what was approved: it {', '.join(more)}. Go on so?"
    _ask(d, Question(text, (GO_ON, NOT_SO), grants=grants), BEYOND)


def ask_whether_to_go_back(d: Draft, need: MotionNeed, duration: float) -> None:
    """Of a robot that was stopped on its way: nothing goes on from where it stands, but it can come out."""
    where = f"in contact at {need.touch.where}" if need.touch is not None else "on its way"
    hub = need.end.equipment if isinstance(need.end, AtHub) else ""
    how = "straight out of it, then the way that it was on" if need.touch is not None else "the way that it was on"
    text = f"{need.robot} stands {where}, and no plan goes on from there: let it go {how}, to before {hub}, in {duration:.1f} s?"
    _ask(d, Question(text, (GO_ON, NOT_SO), retreat=stance_name(need.start)), BACK)


def answered(d: Draft, event: Answered) -> None:
    question = d.trouble.questions.get(event.question)
    if question is None or event.answer not in question.answers:
        return
    d.mend(questions=d.trouble.questions.delete(event.question))
    if question.step is not None:
        _settle_step(d, d.plan.steps[question.step], event.answer)
    elif question.part is not None:
        _settle_part(d, question.part, event)
    elif question.tool is not None:
        _settle_tool(d, question.tool, event)
    elif question.retreat is not None and event.answer == GO_ON:
        d.mend(retreats=(*d.trouble.retreats, question.retreat))
    elif question.grants is not None and event.answer == GO_ON:
        d.mend(approved=question.grants if d.trouble.approved is None else d.trouble.approved.with_all_of(question.grants))


def are_open(d: Draft) -> bool:
    """Whether somebody has to answer before anything goes on; who asks for more is told so."""
    if not d.trouble.questions:
        return False
    asked = [question for _, question in sorted(d.trouble.questions.items())]
    lines = dict.fromkeys(span for question in asked for span in _lines(d, question))
    recovery.raise_hold(d, HoldReason(CODE, "; ".join(question.text for question in asked), tuple(lines)))
    return True


def give_up_doubt(d: Draft, step: Step) -> None:
    """It was not done, or it does not matter: it serves the plan in hand no more."""
    progress.write_off(d, step.id)
    recovery.replan(d, f"{step.id} was not carried out")


def _settle_step(d: Draft, step: Step, answer: str) -> None:
    if answer == NOT_DONE:
        call_off(d, step)
        _withdraw(d, step)
        give_up_doubt(d, step)
        return
    if isinstance(step.action, Await) and answer != DONE:
        outcomes.take_in(d, d.about(step.id), step.action.outcome, answer)
    confirming.confirm(d, step)


def call_off(d: Draft, step: Step) -> None:
    """A supply brings when something comes, which may be never: nobody can wait until it is free again."""
    if isinstance(step.action, Present) and d.known.rules >= CALLS_OFF:
        supply = step.action.supply
        d.command(CallOff(d.fresh_id(f"call off {supply}"), d.about(step.id), supply))


def _withdraw(d: Draft, step: Step) -> None:
    """Whoever is asked anew is not asked for the old one as well: their screen may still have it."""
    if isinstance(step.action, Await) and d.known.rules >= ASKS_PEOPLE_ONCE:
        person = step.action.person
        d.command(Withdraw(d.fresh_id(f"withdraw {person}"), d.about(step.id), person))


def _how_to_answer(step: Step) -> str:
    return f"`{NOT_DONE}` calls it off" if isinstance(step.action, Present) else "answer when it is not"


def _of_person(action: Await, values: tuple[str, ...]) -> str:
    found = f"{', '.join(f'`{value}`' for value in values)} is what they found; " if values else ""
    return f"Ask {action.person}, who may still be at it: {found}`{NOT_DONE}` withdraws it, and they are asked again"


def _settle_part(d: Draft, part: str, event: Answered) -> None:
    if event.answer != GONE:
        ledger.move_part(d, part, InPlace(event.answer), "declared")
        recovery.replan(d, f"{event.who} has told where {part} is")
        return
    known = d.belief.parts[part].part
    text = f"{event.who} has told that {part} is gone"
    ledger.move_part(d, part, Lost(text), "declared")
    if not known.given_up:
        recovery.fail(d, Failure("grip_lost", "R703", text, step=_next_step(d, part), part=part))


def _pocket(d: Draft, tool: str) -> tuple[str, ...]:
    """None of a tool that no changer takes."""
    return (d.known.pockets[tool],) if tool in d.known.pockets else ()


def _settle_tool(d: Draft, tool: str, event: Answered) -> None:
    """What is seen at a flange is there, whatever is told."""
    if d.belief.mounts.get(tool):
        return
    if event.answer == d.known.pockets.get(tool):
        ledger.store_tool(d, tool, event.answer)
    recovery.replan(d, f"{event.who} has told where {tool} is")


def _next_step(d: Draft, part: str) -> str | None:
    return next((s.id for s in d.plan.plan.tasks.steps if s.part == part and s.id not in d.progress.status), None)


def _ask(d: Draft, question: Question, code: str = CODE) -> None:
    name = d.fresh_id("question").rpartition("/")[2]
    d.mend(questions=d.trouble.questions.set(name, question))
    d.say(QuestionAsked(d.now, d.about(question.step), name, question.text, question.answers))
    recovery.raise_hold(d, HoldReason(code, question.text, _lines(d, question)))


def _lines(d: Draft, question: Question) -> tuple[Span, ...]:
    """Of the step in doubt, or of the next that needs the part."""
    if d.known.rules < ZONES_NAME_LINES:
        return ()
    return lines_of_step(d, question.step or (_next_step(d, question.part) if question.part is not None else None))


def _words(d: Draft, step: Step) -> str:
    operation = d.plan.operation.get(step.id)
    verb = operation.verb if operation is not None else type(step.action).__name__
    device = f" at {device}" if (device := _device(step)) else ""
    return f"`{verb} {step.part or ''}`{device}".replace(" `", "`") + f" ({step.id})"


def _device(step: Step) -> str:
    action = step.action
    return next(
        (str(getattr(action, name)) for name in ("machine", "station", "tool", "supply", "person") if hasattr(action, name)), ""
    )
