"""What is wrong with a registration is told when it is joined, in the registration's own words; its words are then missing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from cell.quantities import Unit
from cell.standard_attributes import PLACED
from cell.standard_places import STATION
from cell.standard_verbs import STANDARD
from cell.vocabulary import (
    AttributeSchema,
    EventSchema,
    FactSchema,
    KindSchema,
    MembersSchema,
    ObjectiveSchema,
    OutcomeSchema,
    RoleSchema,
    SettingSchema,
    VerbSchema,
    Vocabulary,
)
from cellwright.word_rules import Flaw, flaws
from cellwright.words import GROUP, words_of

Words = Callable[[Vocabulary], Vocabulary]


def kind(**more: object) -> Words:
    """A kind `oven` that is right but for `more`."""
    whole = {"name": "oven", "doc": "Bakes.", "is_place": True, "attributes": STATION.attributes, **more}
    return lambda known: known.extended_with(kinds=[KindSchema.model_validate(whole)])


def verb(**more: object) -> Words:
    whole = {"name": "bake", "doc": "It is baked.", "objects": ("part",), "offered": True, **more}
    return lambda known: known.extended_with(verbs=[VerbSchema.model_validate(whole)])


def attribute(form: str) -> Words:
    return kind(attributes=(*PLACED, AttributeSchema(name="heat", forms=(form,), doc="")))


def added(**more: object) -> Words:
    """One more attribute of our bin."""
    one = AttributeSchema.model_validate({"name": "lining", "forms": ("", "<name>"), "doc": "", **more})
    return lambda known: known.extended_with(attributes={"bin": [one]})


def event(**more: object) -> Words:
    return kind(events=(EventSchema.model_validate({"name": "burnt", "doc": "", **more}),))


def told(*values: str, adverse: tuple[str, ...] = (), name: str = "crust") -> Words:
    return verb(tells=(OutcomeSchema(name=name, values=values, adverse=adverse, doc=""),))


def unit(symbol: str, dimension: str = "length", factor: float = 1.0) -> Words:
    return lambda known: known.extended_with(units=[Unit(symbol, dimension, factor)])


TAKEN: dict[str, Words] = {
    "a kind of ours": kind(name="tray"),
    "a verb of ours": verb(name="move"),
    "a unit of ours": unit("mm"),
    "an objective of ours": lambda known: known.extended_with(objectives=[ObjectiveSchema(name="busy", doc="")]),
    "an attribute of a kind of ours": lambda known: known.extended_with(attributes={"bin": [PLACED[0]]}),
    "an event of a kind of ours": lambda known: known.extended_with(events={"station": [STATION.events[0]]}),
    "a fact of a kind of ours": lambda known: known.extended_with(facts={"station": [STATION.facts[0]]}),
    "a reserved word": verb(name="hold"),
    "a dimension": kind(name="pressure"),
    "an attribute twice": kind(attributes=(*STATION.attributes, STATION.attributes[0])),
    "a setting like a role": verb(
        roles=(RoleSchema(name="heat", types=("station",), doc=""),),
        settings=(SettingSchema(name="heat", dimension="time", doc=""),),
    ),
    "an outcome told otherwise": told("good", "bad", adverse=("bad",), name="verdict"),
    "an outcome that parts have as a fact": told("light", "heavy", adverse=("heavy",), name="mass"),
    "a unit that may follow a number": unit("to"),
    "a unit like a power of ten": unit("e"),
    "a unit like a large one": unit("E"),
    "a unit like a number with its power": unit("e3"),
    "a unit like a size": unit("x8"),
    "an attribute that a kind of ours would need": added(required=True),
    "an attribute that it would need but for another one": added(required=True, unless="at"),
    "taken away": lambda known: Vocabulary.of(kinds=known.kinds.values(), units=known.units.values()),
    "given another meaning": lambda known: Vocabulary.of(
        (k.model_copy(update={"is_open": True}) if k.name == "tray" else k for k in known.kinds.values()),
        known.verbs.values(), known.objectives.values(), known.clause_events.values(), known.units.values(),
    ),
}  # fmt: skip
UNKNOWN: dict[str, Words] = {
    "a name with a blank": kind(name="hot oven"),
    "an attribute that nobody can write": kind(attributes=(*PLACED, AttributeSchema(name="top heat", forms=("<time>",), doc=""))),
    "a fact that nobody can ask": kind(facts=(FactSchema(name="top heat", doc="", dimension="time"),)),
    "an unknown kind to add to": lambda known: known.extended_with(attributes={"statoin": [PLACED[0]]}),
    "a kind that it counts as": kind(counts_as=("statoin",)),
    "the kind of its members": kind(members=(MembersSchema(name="racks", member="rack", doc=""),)),
    "a dimension in a form": attribute("<positive presure>"),
    "a form that does not close": attribute("<positive pressure"),
    "a form of blanks": attribute("  "),
    "a form of nothing": attribute("<>"),
    "a form with a sign": attribute("<time> - <time>"),
    "a grid without a pitch": kind(layout="grid"),
    "a place without a position": kind(attributes=tuple(a for a in STATION.attributes if a.name != "at")),
    "the dimension of a fact": kind(facts=(FactSchema(name="heat", doc="", dimension="heat"),)),
    "the signal of a fact": kind(facts=(FactSchema(name="heat", doc="", dimension="time", source="signal", signal="heat"),)),
    "the signal of an event": event(signal="smoke"),
    "what an event only comes with": event(only_with="glass"),
    "what a verb is about": verb(objects=("bread",)),
    "the type of a role": verb(roles=(RoleSchema(name="inside", types=("stov",), doc=""),)),
    "the dimension of a setting": verb(settings=(SettingSchema(name="soak", dimension="tiem", doc=""),)),
    "a role that is needed": verb(needs_one_of=("inside",)),
    "an adverse value": told("crisp", "soft", adverse=("sotf",)),
    "a unit that cannot be written": unit("m³"),
    "a unit of no size": unit("ell", factor=0.0),
}
OF_NO_USE: dict[str, Words] = {
    "a unit of a dimension that nothing has": unit("Nl/min", "flow"),
    "an event without its signal": event(source="signal"),
    "an event that no run counts": event(source="counted"),
    "an event of a thing without a driver": kind(attributes=PLACED, events=(EventSchema(name="tilted", doc=""),)),
    "an outcome of what nobody offers": verb(
        offered=False, tells=(OutcomeSchema(name="crust", values=("crisp", "soft"), adverse=("soft",), doc=""),)
    ),
    "an outcome that is never good": told("burnt", "raw", adverse=("burnt", "raw")),
    "an attribute that cannot be written": kind(attributes=(*STATION.attributes, AttributeSchema(name="x", forms=(), doc=""))),
    "a kind that is no equipment": kind(record="robot"),
}
CASES = [
    (code, what, words) for code, of in (("E297", TAKEN), ("E298", UNKNOWN), ("E299", OF_NO_USE)) for what, words in of.items()
]


def joined(words: Words, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Vocabulary]:
    module = ModuleType("some_words")
    module.__dict__["words"] = words
    monkeypatch.setitem(sys.modules, "some_words", module)
    found = words_of([EntryPoint("some", "some_words:words", GROUP)])
    assert all(d.is_error and "'some'" in d.message and d.help for d in found.diagnostics)
    return [d.code for d in found.diagnostics], found.expect()


@pytest.mark.parametrize(("code", "what", "words"), CASES, ids=[f"{code} {what}" for code, what, _ in CASES])
def test_what_is_wrong_with_a_registration_is_told_and_its_words_are_missing(
    code: str, what: str, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes, left = joined(words, monkeypatch)
    assert set(codes) == {code}, what
    assert left is STANDARD


@pytest.mark.parametrize(
    "words",
    [
        kind(layout="heap", counts_as=("bin",)),
        event(source="signal", signal="alarm"),
        event(source="driver"),
        told("crisp", "soft", adverse=("soft",)),
        told("first", "second"),
        unit("ell", "length", 1.143),
        unit("eV2", "length", 1.0),
        added(),
        kind(attributes=(*PLACED, AttributeSchema(name="heat", forms=("", "<time>, <time>"), doc="", required=True))),
        attribute("<positive temperature> to <positive temperature>"),
    ],
)
def test_what_is_right_is_joined(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    codes, grown = joined(words, monkeypatch)
    assert codes == []
    assert grown is not STANDARD


def test_a_new_dimension_comes_with_what_has_it_and_with_its_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = AttributeSchema(name="limit", forms=("<positive flow>",), doc="")

    def both(known: Vocabulary) -> Vocabulary:
        return known.extended_with(attributes={"station": [flow]}, units=[Unit("Nl/min", "flow", 1e-3 / 60.0)])

    assert joined(both, monkeypatch)[0] == []
    assert joined(lambda known: known.extended_with(attributes={"station": [flow]}), monkeypatch)[0] == ["E298"]


def test_every_flaw_of_a_registration_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    codes, _ = joined(event(source="signal", only_with="glass"), monkeypatch)
    assert sorted(codes) == ["E298", "E299"]


def test_our_own_words_have_no_flaw() -> None:
    """But that our units measure more than our words have."""
    bare = Vocabulary.of(STANDARD.kinds.values(), units=STANDARD.units.values())
    found = tuple(flaws(bare, STANDARD))
    assert found == tuple[Flaw, ...]()
