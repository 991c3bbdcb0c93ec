"""The account of one step for a person, or as a document for a program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cell.diagnostic import Span
from cellwright.step_account import StepAccount
from tui.speech import bold, count, moment, printable


def step_text(account: StepAccount, texts: Mapping[str, str], colour: bool) -> str:
    return "\n".join(_lines(account, texts, colour)) + "\n"


def step_document(account: StepAccount) -> dict[str, Any]:
    step = account.step
    return {
        "step": step.id,
        "does": account.does,
        "part": step.part,
        "robot": step.robot,
        "start_s": step.start,
        "duration_s": step.duration,
        "slack_s": account.slack,
        "operation": account.operation.id,
        "goal": account.operation.goal,
        "asked": _place(account.asked),
        "rule": step.because.rule,
        "why_robot": account.robot or None,
        "waits_for": [before.id for before in account.waits],
        "needs": list(account.needs),
        "claims": list(step.claims),
        "rules": [{"text": rule.text, "at": _place(rule.span)} for rule in account.rules],
        "if_it_fails": [
            {"event": a.event, "answer": a.text, "at": None if a.span is None else _place(a.span)} for a in account.answers
        ],
    }


def _lines(account: StepAccount, texts: Mapping[str, str], colour: bool) -> Iterator[str]:
    step = account.step
    yield bold(printable(f"{step.id}  {account.does}"), colour)
    yield f"  from {moment(step.start).strip()} on, for {step.duration:.1f} s, at the declared durations"
    yield ""
    yield "asked for by"
    yield f"  {_place(account.asked)}  {_excerpt(account.asked, texts)}"
    yield f"  because {printable(step.because.rule)}"
    if account.robot:
        yield "why this robot"
        yield f"  {printable(account.robot)}"
    yield "why then"
    yield from (f"  {printable(line)}" for line in _moment(account))
    yield "what must hold"
    for need in account.needs:
        yield f"  {printable(need)}"
    if step.claims:
        yield f"  nobody else uses {printable(', '.join(step.claims))} meanwhile"
    for rule in account.rules:
        yield f"  {printable(rule.text)}: {_place(rule.span)}  {_excerpt(rule.span, texts)}"
    if not (account.needs or step.claims or account.rules):
        yield "  nothing"
    yield "if it fails"
    for answer in account.answers:
        where = "" if answer.span is None else f"  ({_place(answer.span)})"
        yield f"  on {printable(answer.event)}: {printable(answer.text)}{where}"
    if not account.answers:
        yield "  it cannot: the controller does it itself"


def _moment(account: StepAccount) -> Iterator[str]:
    for before in account.waits:
        yield f"{before.id} ends then: {before.because.rule}"
    if not account.waits:
        yield "nothing has to come before it"
    if account.earlier:
        yield f"{count(account.earlier, 'more step')} had to end before, and did so earlier"
    if account.slack >= 0.05:
        yield f"it could start {account.slack:.1f} s later and nothing else would"
    else:
        yield "what waits for it would start later if it did"


def _place(span: Span) -> str:
    return printable(f"{span.file}:{span.start.line}")


def _excerpt(span: Span, texts: Mapping[str, str]) -> str:
    lines = texts.get(span.file, "").splitlines()
    return printable(lines[span.start.line - 1].partition("#")[0].strip()) if span.start.line <= len(lines) else ""
