"""The registry is a value: a driver package joins its words with `extended_with`, and the grammar stays as it is."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from cell.quantities import Unit
from cell.standard_verbs import STANDARD
from cell.vocabulary import AttributeSchema, FactSchema, KindSchema, ObjectiveSchema, RoleSchema, SettingSchema, VerbSchema
from intentlang import forms
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile
from tests.intentlang.cells import BASE, codes

OVEN = KindSchema(
    name="oven",
    doc="Bakes.",
    is_place=True,
    loops_over="content",
    attributes=(
        AttributeSchema(name="at", forms=("(<length>, <length>, <length>)",), doc="Where.", required=True),
        AttributeSchema(name="heat", forms=("<temperature> to <temperature>", "<temperature>"), doc="How hot."),
        AttributeSchema(name="heat_signal", forms=("signal <signal>",), doc="The thermometer."),
    ),
    facts=(FactSchema(name="heat", doc="How hot.", dimension="temperature", source="signal", signal="heat_signal"),),
)
BAKE = VerbSchema(
    name="bake",
    doc="It is baked.",
    objects=("part",),
    roles=(RoleSchema(name="inside", types=("oven",), doc="The oven.", required=True),),
    settings=(SettingSchema(name="soak", dimension="time", doc="How long.", required=True),),
)
GROWN = STANDARD.extended_with(
    kinds=[OVEN], verbs=[BAKE], objectives=[ObjectiveSchema(name="cool", doc="")], units=[Unit("weeks", "time", 604_800.0)]
)  # fmt: skip


def test_a_registered_kind_and_verb_are_checked_like_our_own() -> None:
    cell_text = f"{BASE}\noven o {{\n  at (0 mm, -900 mm, 0 mm)\n  heat 180 °C to 220 °C\n  heat_signal signal o.t\n}}"
    tree = parse_cell(SourceFile.of("a.cell", cell_text), GROWN).expect()
    cell = compile_cell([tree], GROWN).expect()
    assert cell.equipment["o"].attributes["heat"] == (453.15, 493.15)
    text = "bake shaft inside o soak 1 weeks\nensure o.heat < 230 °C\nprefer cool"
    intent = parse_intent(SourceFile.of("a.intent", text), GROWN).expect()
    assert codes(check_intent(intent, [], cell, GROWN)) == []
    wrong = parse_intent(SourceFile.of("a.intent", "bake shaft inside lathe\nensure o.heat < 230 mm"), GROWN).expect()
    assert codes(check_intent(wrong, [], cell, GROWN)) == ["E216", "E218", "E206"]


def test_a_new_role_takes_no_number_for_its_unit() -> None:
    outcome = parse_intent(SourceFile.of("a.intent", "bake shaft soak 3 inside o"), GROWN)
    assert codes(outcome) == []


def test_an_attribute_can_be_added_to_a_kind_that_exists() -> None:
    colour = AttributeSchema(name="colour", forms=("<name>",), doc="")
    grown = STANDARD.extended_with(attributes={"bin": [colour]})
    tree = parse_cell(SourceFile.of("a.cell", "bin b {\n  at (0 m, 0 m, 0 m)\n  colour red\n}"), grown).expect()
    assert compile_cell([tree], grown).expect().equipment["b"].attributes["colour"] == "red"
    assert STANDARD.kinds["bin"].attribute("colour") is None


@pytest.mark.parametrize(
    "more",
    [
        {"kinds": [STANDARD.kinds["bin"]]},
        {"verbs": [STANDARD.verbs["move"]]},
        {"units": [Unit("mm", "length", 1.0)]},
        {"attributes": {"bin": [STANDARD.kinds["bin"].attributes[0]]}},
    ],
)
def test_a_word_that_is_taken_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="already registered"):
        STANDARD.extended_with(**more)  # type: ignore[arg-type]


def test_a_key_that_no_schema_knows_is_refused() -> None:
    with pytest.raises(ValidationError):
        AttributeSchema(name="x", forms=("<name>",), doc="", requird=True)  # type: ignore[call-arg]


def test_every_form_of_every_attribute_is_well_formed() -> None:
    builtin = {"name", "signal", "number", "count", "dims", "string", "verb", "quantity", "yes", "no", "point", "direction"}
    for kind in STANDARD.kinds.values():
        for attribute in kind.attributes:
            for form in attribute.forms:
                for pattern in forms.compiled(form):
                    atoms = pattern.items if isinstance(pattern, forms.Series) else (pattern,)
                    for atom in atoms:
                        if isinstance(atom, forms.Atom):
                            known = builtin | STANDARD.dimensions | set(STANDARD.kinds)
                            assert set(atom.what) <= known, (kind.name, attribute.name, atom)


def test_what_the_schemas_name_exists() -> None:
    kinds = set(STANDARD.kinds) | {"place", "part", "feature", "program", "thing"}
    for verb in STANDARD.verbs.values():
        assert set(verb.objects) <= kinds
        for role in verb.roles:
            assert set(role.types) <= kinds, (verb.name, role.name)
        for setting in verb.settings:
            assert setting.dimension in STANDARD.dimensions
        assert set(verb.needs_one_of) <= {r.name for r in verb.roles}
    for kind in STANDARD.kinds.values():
        for fact in kind.facts:
            assert fact.dimension in STANDARD.dimensions | {"", "*"}
            assert not fact.signal or kind.attribute(fact.signal), (kind.name, fact.name)
        for event in kind.events:
            assert not event.signal or kind.attribute(event.signal), (kind.name, event.name)
            assert not event.only_with or kind.attribute(event.only_with)
        for member in kind.members:
            assert member.member in STANDARD.kinds
