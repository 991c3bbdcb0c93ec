"""docs/language/vocabulary.md, written from the schemas: `python -m tests.language.vocabulary_page`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cell.standard_verbs import STANDARD
from cell.vocabulary import FactSchema, KindSchema, VerbSchema
from intentlang.units import noun
from tests.language.reference import WRITTEN

_HEAD = """\
# The vocabulary

[The language](../language.md): the vocabulary. Written from the schemas ([kinds](../../cell/standard_kinds.py),
[verbs](../../cell/standard_verbs.py), [units](../../cell/quantities.py)) by `python -m tests.language.vocabulary_page`; a driver
package adds to it. In a form, `<…>` varies and words stand for themselves; `…` behind a name: one of them or a list.
"""


def page() -> str:
    declared = [k for k in STANDARD.kinds.values() if k.record != "member"]
    members = [k for k in STANDARD.kinds.values() if k.record == "member"]
    parts = (
        _HEAD,
        "## Verbs\n",
        *(_verb(verb) for verb in STANDARD.verbs.values()),
        "## Objectives\n",
        _table(("`prefer`", "argument", "means"), ((f"`{o.name}`", o.argument, o.doc) for o in STANDARD.objectives.values())),
        "## Events of clauses\n",
        _table(("event", "means"), ((f"`{e.name}`", e.doc) for e in STANDARD.clause_events.values())),
        "## Kinds\n",
        *(_kind(kind) for kind in declared),
        "## Members\n\nBound by a loop or reached by a dot, never declared.\n",
        *(_kind(kind) for kind in members),
        "## Units\n",
        _table(("dimension", "units"), _units()),
    )
    return "\n".join(parts)


def _verb(verb: VerbSchema) -> str:
    rows = [
        *(("role", f"`{r.name}`", f"{r.doc} A {' or '.join(r.types)}{_needed(r.required)}") for r in verb.roles),
        *(("setting", f"`{s.name}`", f"{s.doc} {_capital(noun(s.dimension))}{_needed(s.required)}") for s in verb.settings),
        ("bounds", _words(verb.bounds), "of the device that acts"),
        *(("tells", f"`{o.name}`", f"{o.doc} {_words(o.values) if o.values != ('*',) else 'A part kind'}") for o in verb.tells),
        ("raises", _words(sorted(verb.raises)), ""),
    ]
    objects = f"Of a {' or '.join(verb.objects)}."
    one_of = f" One of {_words(verb.needs_one_of)} is needed." if verb.needs_one_of else ""
    return f"### `{verb.name}`\n\n{verb.doc} {objects}{one_of}\n\n{_table(('', '', 'means'), rows)}"


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _needed(required: bool) -> str:
    return "; needed." if required else "."


def _kind(kind: KindSchema) -> str:
    rows = [
        *((f"`{a.name}`", _forms(a.forms), f"{a.doc}{_asked(a.required, a.unless)}") for a in kind.attributes),
        *((f".`{f.name}`", _asks(f), f.doc) for f in kind.facts),
        *((f".`{m.name}`", f"{'one' if m.single else 'a set of'} {m.member}", m.doc) for m in kind.members),
        *((f"on .`{e.name}`", "an event", f"{e.doc}{f' With `{e.only_with}`.' if e.only_with else ''}") for e in kind.events),
    ]
    heading = f"### `{kind.name}`\n\n{kind.doc}\n"
    return f"{heading}\n{_table(('', 'written, or asked', 'means'), rows)}" if rows else heading


def _forms(forms: Iterable[str]) -> str:
    return "<br>".join(f"`{form}`" if form else "(alone)" for form in forms)


def _asked(required: bool, unless: str) -> str:
    return (f" Needed, unless `{unless}` is given." if unless else " Needed.") if required else ""


def _asks(fact: FactSchema) -> str:
    if fact.dimension:
        return "a quantity" if fact.dimension == "*" else noun(fact.dimension)
    return "a state" if fact.values == ("*",) else _words(fact.values)


def _units() -> Iterator[tuple[str, str]]:
    for dimension in dict.fromkeys(unit.dimension for unit in STANDARD.units.values()):
        yield dimension, _words(unit.symbol for unit in STANDARD.units.values() if unit.dimension == dimension)


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    WRITTEN.write_text(page(), "utf-8")
