"""What a package may not register: a word that is taken, one that names what nobody knows, one that nothing can use.

Law: a registration is whole or it is told. What is wrong with it is found when words are joined, once, and not by the cell
programmer whose text stumbles over it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

from cell.dataclass import dataclass
from cell.quantities import Unit
from cell.vocabulary import AttributeSchema, EventSchema, KindSchema, OutcomeSchema, VerbSchema, Vocabulary
from intentlang import forms
from intentlang.parse import quantity_pattern
from intentlang.words import RESERVED, literals, nearest

TAKEN: Final = "E297"
UNKNOWN: Final = "E298"
OF_NO_USE: Final = "E299"
ATOMS = frozenset(("name", "signal", "number", "count", "dims", "string", "verb", "quantity", "yes", "no", "point", "direction"))
"""What a form can ask for besides dimensions and kinds, see intentlang/forms.py."""
TYPES = frozenset(("place", "part", "feature", "program", "thing"))
COUNTED = frozenset(("full", "empty", "withdrawn"))
"""Events that a run concludes from its own count."""
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_NUMERAL = re.compile(r"[eE]\d*|x\d+(x\d+)?")
"""Behind a digit such a unit would be read as a power of ten by people (`2e3`), or as a size by the language (`5x8`)."""
_NEEDED: Mapping[str, tuple[str, ...]] = {"grid": ("grid", "pitch"), "layers": ("pattern", "layers")}


@dataclass(frozen=True, slots=True)
class Flaw:
    code: Literal["E297", "E298", "E299"]
    message: str
    help: str


def flaws(before: Vocabulary, after: Vocabulary) -> Iterator[Flaw]:
    """Of what `after` has and `before` had not."""
    yield from _changed(before, after)
    kinds = [kind for name, kind in after.kinds.items() if kind != before.kinds.get(name)]
    verbs = [verb for name, verb in after.verbs.items() if name not in before.verbs]
    for kind in kinds:
        yield from _kind(kind, before, after)
    for verb in verbs:
        yield from _verb(verb, before, after)
    for name in after.objectives.keys() - before.objectives.keys():
        yield from _unwritable("objective", name)
    for unit in (unit for symbol, unit in after.units.items() if symbol not in before.units):
        yield from _unit(unit, before, after)


# --- taken -----------------------------------------------------------------------------------------------------------


def _changed(before: Vocabulary, after: Vocabulary) -> Iterator[Flaw]:
    """Words that were there keep their meaning; a kind may only have been given more."""
    both: tuple[tuple[str, Mapping[str, object], Mapping[str, object]], ...] = (
        ("verb", before.verbs, after.verbs), ("objective", before.objectives, after.objectives),
        ("event of a clause", before.clause_events, after.clause_events), ("unit", before.units, after.units),
    )  # fmt: skip
    for what, old, new in both:
        for word in (word for word, meaning in old.items() if new.get(word) != meaning):
            yield Flaw(TAKEN, f"the {what} `{word}` would mean something else, or nothing", "Register a word of another name.")
    for word, kind in before.kinds.items():
        if word not in after.kinds or not _is_grown(kind, after.kinds[word]):
            yield Flaw(TAKEN, f"the kind `{word}` would mean something else, or nothing", "Register a kind of another name.")
        else:
            yield from _demanding(kind, after.kinds[word])


def _demanding(kind: KindSchema, grown: KindSchema) -> Iterator[Flaw]:
    """What was a whole declaration of a kind stays one: no cell file that there is has what it never had to have."""
    for added in grown.attributes[len(kind.attributes) :]:
        if added.required:
            message = (
                f"the attribute `{added.name}` would be asked of every {kind.name}, also where a cell file was right without"
            )
            yield Flaw(TAKEN, message, "Leave `required` out, or register a kind of its own that needs it.")


def _is_grown(kind: KindSchema, grown: KindSchema) -> bool:
    more = {"attributes": grown.attributes, "facts": grown.facts, "events": grown.events}
    begins = all(new[: len(old)] == old for of, new in more.items() for old in (getattr(kind, of),))
    return begins and kind.model_copy(update=more) == grown


def _unwritable(what: str, name: str, taken: Iterable[str] = ()) -> Iterator[Flaw]:
    yield from _no_name(what, name)
    if name in RESERVED or name in taken:
        yield Flaw(TAKEN, f"the {what} `{name}` has a meaning already", "Call it otherwise.")


def _no_name(what: str, name: str) -> Iterator[Flaw]:
    """An attribute may well be a reserved word (`every`), for it stands where no statement does."""
    if not _NAME.fullmatch(name):
        yield Flaw(UNKNOWN, f"the {what} `{name}` is no name", "A name is letters, digits and `_`, and begins with no digit.")


# --- kinds -----------------------------------------------------------------------------------------------------------


def _kind(kind: KindSchema, before: Vocabulary, after: Vocabulary) -> Iterator[Flaw]:
    if kind.name not in before.kinds:
        yield from _unwritable("kind", kind.name, (*ATOMS, *TYPES, *after.dimensions))
        if kind.record != "equipment":
            message = f"the kind `{kind.name}` is kept as a {kind.record}, and packages bring equipment"
            yield Flaw(OF_NO_USE, message, "Leave `record` out.")
        needed = (*_NEEDED.get(kind.layout, ()), *(("at",) if kind.is_place else ()))
        yield from _lacking(f"the kind `{kind.name}`", needed, [a.name for a in kind.attributes], "attribute")
    yield from _unknown(f"the kind `{kind.name}`", kind.counts_as, after.kinds, "kind")
    yield from _unknown(f"the kind `{kind.name}`", (m.member for m in kind.members), after.kinds, "kind")
    for of, things in (("attribute", kind.attributes), ("fact", kind.facts), ("event", kind.events)):
        for name in _twice(thing.name for thing in things):
            yield Flaw(TAKEN, f"the kind `{kind.name}` has the {of} `{name}` twice", "Leave one of the two out.")
    for attribute in kind.attributes:
        yield from _attribute(kind, attribute, after)
    for fact in kind.facts:
        about = f"the fact `{fact.name}` of `{kind.name}`"
        yield from _unwritable(f"fact of `{kind.name}`", fact.name)
        yield from _unknown(about, [fact.dimension] if fact.dimension not in ("", "*") else [], after.dimensions, "dimension")
        yield from _reporting(about, fact.signal, kind)
    for event in kind.events:
        yield from _event(kind, event)


def _attribute(kind: KindSchema, attribute: AttributeSchema, after: Vocabulary) -> Iterator[Flaw]:
    about = f"the attribute `{attribute.name}` of `{kind.name}`"
    yield from _no_name(f"attribute of `{kind.name}`", attribute.name)
    if not attribute.forms:
        yield Flaw(OF_NO_USE, f"{about} has no form, so it can never be written", 'A bare word has the form "".')
    for form in attribute.forms:
        if form and not forms.is_notation(form):
            help_ = 'A bare word has the form ""; see intentlang/forms.py.'
            yield Flaw(UNKNOWN, f"{about} has the form `{form}`, which says nothing or has signs that no form has", help_)
        elif any(form.count(a) != form.count(b) for a, b in ("<>", "()", "[]")):
            yield Flaw(UNKNOWN, f"{about} has the form `{form}`, whose brackets do not close", "See intentlang/forms.py.")
        known = (*ATOMS, *after.dimensions, *after.kinds)
        yield from _unknown(
            about, (word for atom in _atoms(form) for word in atom.what), known, "kind, dimension or form of value"
        )


def _atoms(form: str) -> Iterator[forms.Atom]:
    for pattern in forms.compiled(form):
        yield from pattern.items if isinstance(pattern, forms.Series) else [pattern] if isinstance(pattern, forms.Atom) else []


def _event(kind: KindSchema, event: EventSchema) -> Iterator[Flaw]:
    about = f"the event `{event.name}` of `{kind.name}`"
    yield from _unwritable("event", event.name)
    yield from _reporting(about, event.signal, kind)
    if event.only_with:
        yield from _unknown(about, [event.only_with], [a.name for a in kind.attributes], "attribute of that kind")
    match event.source:
        case "signal" if not event.signal:
            yield Flaw(OF_NO_USE, f"nobody raises {about}: it names no signal", "Say in `signal` which attribute names it.")
        case "counted" if event.name not in COUNTED:
            help_ = f"A run concludes {', '.join(sorted(COUNTED))} by itself; let a driver or a signal raise any other."
            yield Flaw(OF_NO_USE, f"nobody raises {about}: no run counts towards it", help_)
        case "driver" if not _is_driven(kind):
            help_ = "Give the kind `offers`, `program` or a signal, for with one of them it is a device."
            yield Flaw(OF_NO_USE, f"nobody raises {about}: no driver speaks for such a thing", help_)
        case _:
            pass


def _is_driven(kind: KindSchema) -> bool:
    """Whether such a thing can be a device, so that a driver tells of it."""
    is_one = kind.record in ("robot", "tool", "person", "zone") or kind.brings_parts
    return is_one or any(a.name in ("offers", "program") or _is_signal(a) for a in kind.attributes)


def _is_signal(attribute: AttributeSchema) -> bool:
    return any("<signal>" in form for form in attribute.forms)


def _reporting(about: str, signal: str, kind: KindSchema) -> Iterator[Flaw]:
    """`signal` has to be an attribute that names one."""
    if signal:
        yield from _unknown(about, [signal], [a.name for a in kind.attributes if _is_signal(a)], "signal of that kind")


# --- verbs -----------------------------------------------------------------------------------------------------------


def _verb(verb: VerbSchema, before: Vocabulary, after: Vocabulary) -> Iterator[Flaw]:
    about = f"the verb `{verb.name}`"
    yield from _unwritable("verb", verb.name)
    yield from _unknown(about, verb.objects, (*TYPES, *after.kinds), "kind")
    for name in _twice((*(r.name for r in verb.roles), *(s.name for s in verb.settings))):
        yield Flaw(TAKEN, f"{about} has `{name}` twice", "Leave one of the two out.")
    for role in verb.roles:
        yield from _unwritable(f"role of `{verb.name}`", role.name, ATOMS & {"yes", "no"})
        yield from _unknown(f"the role `{role.name}` of `{verb.name}`", role.types, (*TYPES, *after.kinds), "kind")
    for setting in verb.settings:
        yield from _unwritable(f"setting of `{verb.name}`", setting.name)
        yield from _unknown(f"the setting `{setting.name}` of `{verb.name}`", [setting.dimension], after.dimensions, "dimension")
    yield from _unknown(about, verb.needs_one_of, [role.name for role in verb.roles], "role of it")
    for event in verb.events:
        yield from _unwritable(f"event of `{verb.name}`", event)
    if verb.tells and not verb.offered:
        message = f"nobody tells the {verb.tells[0].name} of `{verb.name}`: only what is offered tells an outcome"
        yield Flaw(OF_NO_USE, message, "Say `offered=True`; a station, a fixture or a person then tells it.")
    for outcome in verb.tells:
        yield from _outcome(verb, outcome, before, after)


def _outcome(verb: VerbSchema, outcome: OutcomeSchema, before: Vocabulary, after: Vocabulary) -> Iterator[Flaw]:
    about = f"the outcome `{outcome.name}` of `{verb.name}`"
    told = (o for other in after.verbs.values() if other.name != verb.name for o in other.tells if o.name == outcome.name)
    part = after.kinds.get("part")
    if any(other != outcome for other in told):
        yield Flaw(
            TAKEN,
            f"{about} means something else where another verb tells it",
            "Tell it in the same values, or call it otherwise.",
        )
    yield from _unwritable(
        "outcome", outcome.name, (*(fact.name for fact in part.facts), *(m.name for m in part.members)) if part else ()
    )
    if "*" not in outcome.values:
        for value in outcome.values:
            yield from _unwritable(f"value of the outcome `{outcome.name}`", value)
        yield from _unknown(about, outcome.adverse, outcome.values, "value of it")
        if set(outcome.values) <= set(outcome.adverse):
            yield Flaw(OF_NO_USE, f"{about} has no value that is not adverse, so nothing could ever go well", "Add the good one.")


# --- units -----------------------------------------------------------------------------------------------------------


def _unit(unit: Unit, before: Vocabulary, after: Vocabulary) -> Iterator[Flaw]:
    about = f"the unit `{unit.symbol}`"
    if _NUMERAL.fullmatch(unit.symbol):
        yield Flaw(TAKEN, f"{about} reads as a part of the number before it", "Write the unit in another way.")
    elif unit.symbol in RESERVED | after.role_words | literals(after):
        yield Flaw(TAKEN, f"{about} is a word that may follow a number", "Write the unit in another way.")
    elif not re.fullmatch(quantity_pattern(after), f"1 {unit.symbol}"):
        yield Flaw(
            UNKNOWN, f"{about} cannot be written behind a number", "A unit is letters, digits, / and ², and begins with a letter."
        )
    if not (math.isfinite(unit.factor) and unit.factor > 0.0 and math.isfinite(unit.offset)):
        yield Flaw(UNKNOWN, f"{about} is {unit.factor} of its SI unit", "The factor is a number above zero.")
    had = before.dimensions | frozenset(_measured(after))
    if unit.dimension not in had:
        guess = nearest(unit.dimension, had)
        help_ = f"Did you mean `{guess}`?" if guess else "Register an attribute, a setting or a fact of that dimension with it."
        yield Flaw(OF_NO_USE, f"{about} measures `{unit.dimension}`, a dimension that nothing has", help_)


def _measured(after: Vocabulary) -> Iterator[str]:
    """The dimensions of all that can be written or asked."""
    for kind in after.kinds.values():
        yield from (fact.dimension for fact in kind.facts)
        yield from (word for a in kind.attributes for form in a.forms for atom in _atoms(form) for word in atom.what)
    for verb in after.verbs.values():
        yield from (setting.dimension for setting in verb.settings)
    yield from (objective.argument for objective in after.objectives.values())


# --- for all of them -------------------------------------------------------------------------------------------------


def _unknown(about: str, words: Iterable[str], known: Iterable[str], what: str) -> Iterator[Flaw]:
    there = tuple(known)
    for word in (word for word in words if word not in there):
        guess = nearest(word, there)
        help_ = f"Did you mean `{guess}`?" if guess else f"There is no {what} of that name."
        yield Flaw(UNKNOWN, f"{about} names `{word}`, which is no {what}", help_)


def _lacking(about: str, needed: Iterable[str], there: Iterable[str], what: str) -> Iterator[Flaw]:
    have = tuple(there)
    for name in (name for name in needed if name not in have):
        yield Flaw(
            UNKNOWN, f"{about} lacks the {what} `{name}`, by which its places are laid", f"Add `{name}`, as our kinds have it."
        )


def _twice(names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield name
        seen.add(name)
