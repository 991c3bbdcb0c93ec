"""How a statement, a sign or a number is written, for one that went wrong in a way that nothing more particular answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from cell.diagnostic import Diagnostic
from intentlang.words import edit_distance

FORMS: Mapping[str, str] = {
    "use": 'A file is brought in by `use "NAME.cell"`, its name in quotes.',
    "param": "A constant is written `param batch = 36 parts`.",
    "task": "A template is written `task load(s: shaft, m: machine) { … }`, each argument with its part kind or kind of thing.",
    "do": "A template is used by `do load(s, lathe)`, with parentheses also where it takes nothing.",
    "for": "A loop is written `for each x in infeed { … }`, where wanted with `until …` and `, in order` before the brace.",
    "when": "A choice is written `when s.verdict is reject { … } otherwise { … }`.",
    "otherwise": "Written `} otherwise { … }`, or `} otherwise when … { … }`.",
    "never": "Written `never r1 in lathe_door_zone and lathe.spindle is running`: a condition.",
    "ensure": "Written `ensure r1.speed <= 800 mm/s`: a condition.",
    "within": "A deadline is written `within 45 min`.",
    "every": "A pace is written `every 60 s`, what is to be kept fresh `every 2 h { … }`.",
    "prefer": "Written `prefer throughput`, or with what it is about: `prefer busy lathe`.",
    "on": 'A policy is written `on grip_lost: retry 2, then hold "Check the pads"`.',
    "in": "Written `in order { … }`.",
    "any": "Written `any order { … }`.",
}
"""By the first word of the statement."""
RUNG = 'A rung stands in a policy: `on grip_lost: retry 2, then hold "Check the pads"`.'
RUNGS = frozenset(("retry", "hold", "skip", "then"))
_THEN = "No line begins with `then`: lines about the same part keep the order they stand in; for others write `in order { … }`."
_EQUALS = "There is no `=`: a state is asked by `is`, an amount compared by <, <=, > or >=."
_IS = "There is no `==`: a state is asked by `is` (`s.verdict is reject`), an amount compared by <, <=, > or >=."
_BLOCK = "There is no `:` here: a block stands in braces. "
_SIGNS: tuple[tuple[str, str], ...] = (
    ("==", _IS),
    ("=>", "Written `>=`."),
    ("=<", "Written `<=`."),
    ("!", "Written `is not`, or `not in`: `s.verdict is not reject`."),
    ("≠", "Written `is not`: `s.verdict is not reject`."),
    ("≤", "Written `<=`."),
    ("≥", "Written `>=`."),
    ("&", "Written `and`."),
    ("|", "Written `or`."),
    ("//", "A comment begins with `#`."),
    ("/*", "A comment begins with `#`, and ends with its line."),
    ("->", "Written with a word: `move x to outfeed`."),
    ("→", "Written with a word: `move x to outfeed`."),
    ("“", 'A text stands in plain double quotes: "…".'),
    ("”", 'A text stands in plain double quotes: "…".'),
    ("„", 'A text stands in plain double quotes: "…".'),
    ("\u2013", "A minus is the plain `-`."),
    ("\u2212", "A minus is the plain `-`."),
    ("\u00a0", "This is a no-break space; write a plain one."),
    ("=", _EQUALS),
)
"""By how the text goes on where it went wrong; the first that fits."""
_COMMA = re.compile(r"\d\s*$"), re.compile(r",\d")
_POWER = re.compile(r"\d[eE](?:[+-]?\d*)[ \t]*$")
_BARE_POINT = re.compile(r"\.\d")
_PLUS = re.compile(r"\+\s*\d")


GENERIC = frozenset(
    ("Delete it.", "Delete it, or write what is expected.", "Write what is missing.", "Write what is missing, on this line.")
)
"""Helps that say nothing but what the message said already."""


def with_right_form(problem: Diagnostic, statement: str, at: int, is_cell: bool) -> Diagnostic:
    """A problem at the index `at` of `statement`, with how that is written where its own help does not say it."""
    is_guess = problem.help.startswith("Did you mean")
    if problem.help not in GENERIC and not is_guess:
        return problem
    form = right_form(statement, at, is_cell)
    return problem if form is None else replace(problem, help=f"{problem.help} {form}" if is_guess else form)


def right_form(statement: str, at: int, is_cell: bool) -> str | None:
    """For a statement that went wrong at its index `at`; None where no form is known."""
    return _number(statement, at) or _sign(statement, at, is_cell) or (None if is_cell else _statement(statement, at))


def _number(statement: str, at: int) -> str | None:
    before, behind = statement[:at], statement[at:]
    if _COMMA[0].search(before[-3:]) and _COMMA[1].match(behind):
        return "A decimal point is written `.`: `2.5 mm`; digits are not grouped."
    if _POWER.search(before[-40:]):
        return "There are no powers of ten: write the number out, or in another unit."
    if _BARE_POINT.match(behind):
        return "A number begins with a digit: `0.5 m`."
    return "A number has no `+` before it." if _PLUS.match(behind) else None


def _sign(statement: str, at: int, is_cell: bool) -> str | None:
    behind = statement[at : at + 2]
    return next((says for sign, says in _SIGNS if behind.startswith(sign) and not (is_cell and sign == "=")), None)


def _statement(statement: str, at: int) -> str | None:
    words = re.findall(r"[a-zA-Z_]\w*", statement[:200])[:2]
    if not words:
        return None
    if words[0] == "then" and RUNGS.isdisjoint(words[1:]):
        return _THEN
    if words[0] in RUNGS:
        return RUNG
    form = FORMS.get(words[0]) or _misspelt(words[0])
    if words[0] in ("in", "any") and words[1:] != ["order"]:
        return None
    is_head = words[0] in ("for", "when", "otherwise", "every", "in", "any")
    return _BLOCK + form if form and is_head and statement[at : at + 1] == ":" else form


def _misspelt(word: str) -> str | None:
    near = next((known for known in FORMS if len(known) >= 4 and edit_distance(word.lower(), known, 1) == 1), None)
    return None if near is None else f"Did you mean `{near}`? {FORMS[near]}"
