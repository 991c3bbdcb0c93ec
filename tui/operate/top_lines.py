"""The three lines that are always in sight: the state and STOP; the job and what it is worth; the top alarm."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from controller.awaited import asked_of_people
from controller.goals import aims, goals
from controller.stops import awaited_links
from controller.unheard import awaited
from controller.zone_waits import zone_of
from tui.operate.lines import Line, Piece, apart, cut, fitted, line, said, width_of
from tui.operate.state_words import ALARM_STATES, PRIORITIES, SIGNS
from tui.operate.value_words import circuit_piece, oee_word, takt_word
from tui.operate.view import View, may_ask, open_questions
from tui.speech import moment

_LINKS = {"loading": "… READING", "lost": "? NO LINE", "over": "RUN OVER", "record": "REPLAY"}
SHORTEST = 8
"""Columns that the name of the intent has at least."""


def top_lines(view: View, width: int, stop_key: str, whose: str = "") -> tuple[Line, Line, Line]:
    """`stop_key`: the one that asks for a stop where the focus is. `whose`: of which cell, where there are several."""
    return state_line(view, width, stop_key, whose), job_line(view, width), alarm_line(view, width)


def state_line(view: View, width: int, stop_key: str, whose: str = "") -> Line:
    run = view.scene.run
    whose = f" {fitted(whose, max(8, width // 5))}" if whose else ""
    stop = Piece(f"[{stop_key} STOP{whose}]", "stop" if may_ask(view, "quick stop") is None else "dim", "stop")
    name = view.intent.rpartition("/")[2] or view.run_id
    parts: list[Piece] = [Piece(" "), _state(view)]
    parts += [Piece("  "), Piece(_target(view), "bad" if view.target == "real" else "plain")] if view.target else []
    parts += [Piece("  MANUAL", "warn")] if run.manual is not None else []
    if view.link == "lost" and not view.is_alive:
        parts += [Piece("  "), Piece("? NO CONTROLLER", "bad")]
    elif view.link in _LINKS:
        parts += [Piece("  "), Piece(_LINKS[view.link], "bad" if view.link == "lost" else "note")]
    if view.position is not None:
        parts.append(Piece(f" {view.position[0]}/{view.position[1]}"))
    if view.playing is not None and view.at is not None:
        parts.append(Piece(f" ► {view.playing:g}x {moment(view.at).strip()}", "strong"))
    if view.link == "live":
        parts.append(Piece({"view": "  looks only", "operate": "", "engineer": "  engineer"}[view.role], "dim"))
        parts.append(circuit_piece(run))
    if view.work.stage:
        parts.append(said(f"  {view.work.short}", "note"))
    room = min(width - 50 - cell_len(whose), width - width_of(tuple(parts)) - width_of((stop,)) - 1)
    return apart((said(fitted(name, max(SHORTEST, room)), "strong"), *parts), (stop,), width)


def _state(view: View) -> Piece:
    pack = view.scene.run.pack
    sign, look = SIGNS[pack]
    if view.link == "lost" or (view.link == "loading" and view.scene.seq):
        return Piece(f"[? WAS {pack.upper()}]", "warn")
    if view.looked is not None and view.link == "live":
        return Piece("[? TO BE CONFIRMED]", "warn")
    return Piece(f"[{sign} {pack.upper()}]", look) if view.scene.seq else Piece("[? NOT KNOWN]", "warn")


def job_line(view: View, width: int) -> Line:
    run = view.scene.run
    if run.context is None:
        told = view.last_asked if view.behind is not None else ""  # of the run behind, or why the record cannot be read
        return cut(line(f"job: {told or 'nothing has happened yet'}"), width)
    people = asked_of_people(run)
    next_ = next_action(view) or (people[0] if people else "nothing")
    is_left = view.is_left and not run.is_over  # what somebody has stopped waits for nobody
    whom = "asked of people" if view.link == "record" and not is_left else "next for you"
    work = "" if people or open_questions(view) else view.work.whole  # it goes on without anybody
    asked = view.last_asked or work or f"{whom}: {next_}"
    has_nothing = next_ == "nothing" and not view.last_asked and not work
    right = cut(line(said(asked, "dim" if has_nothing else "strong")), max(16, width // 2))
    room = width - width_of(right) - 2
    forms = [line("  ".join(word for word in words if word)) for words in _job_words(view)]
    left = next((form for form in forms if width_of(form) <= room), cut(forms[-1], room))
    return cut((*left, Piece("  "), *right), width)


def _job_words(view: View) -> Iterator[tuple[str, ...]]:
    """The job and what it is worth, from all of it to what may never be missing: where there is little room the name of the run
    goes first, then what is told by another word too."""
    run = view.scene.run
    met, total = goals(run)
    job, batch = f"job {met}/{total} goals", "  ".join(f"{aim.subject} {aim.have}/{aim.want}" for aim in aims(run))
    takt, oee, short = takt_word(view), oee_word(view.figures), oee_word(view.figures, has_factors=False)
    lost = f"given up {run.trouble.skipped}" if run.trouble.skipped else ""
    yield job, batch, takt, oee, lost, f"run {view.run_id}"
    yield job, batch, takt, oee, lost
    yield job, batch, takt, short, lost
    if batch:
        yield f"job {batch}", takt, short, lost
    yield job, takt, short, lost
    yield job, short, lost


def next_action(view: View) -> str:
    """What the run cannot go on without; "" where nothing."""
    if view.is_left and view.role != "view" and not view.scene.run.is_over:
        return "take the run over"
    if view.link != "live":
        return ""
    if open_questions(view):
        return "answer a question"
    if view.scene.run.manual is not None:
        context = view.scene.run.context
        return "jog, or end" if context is not None and context.is_manual else "jog, or production"
    if view.looked is not None:
        return "look, and confirm"
    if view.scene.run.pack == "Held":
        return "resume, or stop"
    if view.scene.run.pack == "Holding" and (waits := awaited(view.scene.run)):
        return f"wait for {waits[0]}, or stop"
    if view.scene.run.pack == "Unholding" and (links := awaited_links(view.scene.run.belief)):
        return f"see to the link to {', '.join(links)}, or stop"
    return _brought(view) if view.scene.run.pack == "Suspended" else ""


def _brought(view: View) -> str:
    """What the cell is short of, or has no room for, as its alarm says it; "" where it waits for people to go."""
    listed, short = view.scene.alarms.listed, view.scene.run.belief.short
    found = (listed.get(f"short {what}") for what in short if zone_of(what) is None)
    return next((alarm.cause.what_to_do for alarm in found if alarm is not None and alarm.returned is None), "")


def alarm_line(view: View, width: int, has_key: bool = True) -> Line:
    """Of a record that is shown over a run it is that run's. `has_key`: the alarm may be acknowledged from here."""
    alarms = view.scene.alarms
    if view.unheard:
        return cut(line(said(f"! {view.unheard}", "bad")), width)
    if view.behind is not None:
        whose = (Piece(f"{name_behind(view.behind)} ", "strong"), _state(view.behind), Piece(" "))
        return (*whose, *alarm_line(view.behind, width - width_of(whose), has_key=False))
    if view.link == "lost":
        return cut(line(said(f"? {view.note or 'the controller is gone; what is shown is the last that it told'}", "bad")), width)
    top = alarms.top
    if top is None:
        shelf = alarms.number("shelved")
        text = f"no alarm{f', {shelf} shelved' if shelf else ''}{'. ' + view.note if view.note else ''}"
        return cut(line(said(text, "dim")), width)
    sign, look = PRIORITIES[top.cause.priority]
    mark, state = ALARM_STATES[top.state]
    others = len(alarms.listed) - 1 - alarms.number("shelved")
    right = f" {'FLOOD ' if alarms.is_flood else ''}{f'+{others} ' if others else ''}{mark} {state} "
    word = "[a] ack" if has_key and view.link != "record" else ""
    key = Piece(word, "dim" if top.is_acknowledged else "plain", "acknowledge")
    code = f"{top.cause.code} " if top.cause.code else ""
    return apart(line(said(f"{sign} P{top.cause.priority} {code}{top.cause.text}", look)), (Piece(right, look), key), width)


def name_behind(behind: View) -> str:
    """Whose STOP is, where a record is shown over that run and there is one cell."""
    return "live run" if behind.link in ("live", "loading", "lost") else "run behind"


def _target(view: View) -> str:
    speed = "" if view.speed is None else f" x{view.speed:g}"
    return f"SIMULATED{speed}" if view.target == "simulated" else "REAL ROBOT"
