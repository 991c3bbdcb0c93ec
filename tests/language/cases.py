"""The claims of the pages beside this file, each with the block that holds it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from cell.diagnostic import Diagnostic
from cell.standard_verbs import STANDARD
from intentlang.understood import understood
from intentlang.world import World
from tests.intentlang.cells import BASE, assembly, base, cell_of, program_of

HERE = Path(__file__).parent
_CLAIM = re.compile(
    r"^## (?P<claim>.+?)\n(?P<reason>(?:(?!```|## ).*\n)*?)"
    r"(?:```cell with\n(?P<beside>(?:(?!```).*\n)*)```\n)?```(?P<info>.*)\n(?P<text>(?:(?!```).*\n)*)```$",
    re.MULTILINE,
)
_REPEATED = re.compile(r"\{\{((?:.|\n)+?) \* (\d+)\}\}")
_CODES = re.compile(r"# ((?:[EW]\d{3} ?)+)(?=$|#)", re.MULTILINE)
BOMB = "".join(
    f"task t{i}(s: shaft) {{\n  do t{i + 1}(s)\n  do t{i + 1}(s){'  # E113' if i == 10 else ''}\n}}\n" for i in range(12)
)
BOMB += "task t12(s: shaft) {\n  process s at lathe\n}\nfor each s in infeed {\n  do t0(s)\n}\n"


@dataclass(frozen=True)
class Case:
    """`beside` is declared beside the base cell. `codes` and `says` are (line, code) and (line, sentence); `rule`: the rule of
    rules.py that a claim without codes names; `settings`: params from outside."""

    where: str
    claim: str
    text: str
    beside: str
    is_cell: bool
    in_assembly: bool
    rule: str
    settings: tuple[tuple[str, str], ...]
    codes: tuple[tuple[int, str], ...]
    says: tuple[tuple[int, str], ...]


def cases() -> list[Case]:
    found = []
    for page in sorted(HERE.glob("[0-9]*.md")):
        content = page.read_text("utf-8")
        for match in _CLAIM.finditer(content):
            line = content.count("\n", 0, match.start()) + 1
            found.append(_case(f"{page.name}:{line}", match["claim"], match["info"], match["text"], match["beside"] or ""))
    return found


def _written(text: str) -> str:
    """The block with what the page only names: characters nobody sees, a text repeated, a file that ends in mid-line."""
    whole = _REPEATED.sub(lambda m: m[1] * int(m[2]), text.replace("{{bomb}}", BOMB))
    return whole.replace("\\x07", "\x07").replace("{{end}}\n", "")


def _case(where: str, claim: str, info: str, text: str, beside: str) -> Case:
    kind, _, rest = info.partition(" ")
    rest, in_assembly = rest.removesuffix("assembly").strip(), rest.endswith("assembly")
    written = _written(text)
    codes, says = marked(written)
    rule = rest.removeprefix("rule=") if rest.startswith("rule=") else ""
    name, is_set, value = rest.removeprefix("set ").partition("=") if rest.startswith("set ") else ("", "", "")
    settings = ((name, value),) if is_set else ()
    return Case(where, claim, written, beside, kind == "cell", in_assembly, rule, settings, tuple(sorted(codes)), tuple(says))


def marked(text: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The codes and the sentences that the lines of a block say of themselves."""
    codes, says = [], []
    for number, line in enumerate(text.splitlines(), 1):
        for group in _CODES.findall(line):
            codes += [(number, code) for code in group.split()]
        if "#> " in line:
            says.append((number, line.partition("#> ")[2].strip()))
    return codes, says


Answer = tuple[tuple[Diagnostic, ...], set[tuple[int, str]]]


def answered(case: Case) -> Answer:
    """What is found in the block, and what is said of its lines."""
    if case.is_cell:
        found = cell_of(BASE, case.text).diagnostics
        return tuple(d for d in found if d.spans[0].file == "b.cell"), set()
    cell = assembly() if case.in_assembly else cell_of(BASE, case.beside).expect() if case.beside else base()
    outcome = program_of(case.text, cell, dict(case.settings))
    said = set()
    if outcome.is_ok and outcome.value is not None:
        said = {(u.span.start.line, says) for u in understood(outcome.value, World(cell, STANDARD)) for says in u.says}
    return outcome.diagnostics, said


def holds(case: Case, found: tuple[Diagnostic, ...], said: set[tuple[int, str]]) -> bool:
    return sorted((d.spans[0].start.line, d.code) for d in found) == list(case.codes) and set(case.says) <= said
