"""Texts that hypothesis writes: every construct, with careless spacing, comments and line breaks. They parse; few make sense."""

from __future__ import annotations

from hypothesis import strategies as st

from intentlang.words import RESERVED

NAMES = st.sampled_from(["s", "lathe", "r1", "outfeed", "gauge", "shaft", "x_1", "scrap", "OP10", "ordering", "into_it", "forx"])
GAPS = st.sampled_from([" ", "  ", "\t", "   "])
COMMENTS = st.sampled_from(["", "", "", "  # why", "#tight", " #  two  words ", " # { not a block"])
assert not RESERVED & {"s", "ordering", "into_it", "forx"}


@st.composite
def refs(draw: st.DrawFn) -> str:
    return ".".join(draw(st.lists(NAMES, min_size=1, max_size=3)))


@st.composite
def quantities(draw: st.DrawFn) -> str:
    number = draw(st.sampled_from(["0", "5", "-3", "2.50", "800", "12"]))
    return number + draw(st.sampled_from([" mm", "mm/s", "  s", " %", "°", " parts", " m/s²"]))


AMOUNTS = refs() | quantities()


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> str:
    kind = draw(st.sampled_from(["compare", "state", "inside", "join", "join"] if depth else ["compare", "state", "inside"]))
    gap = draw(GAPS)
    if kind == "compare":
        return f"{draw(refs())}{gap}{draw(st.sampled_from(['<', '<=', '>', '>=']))}{draw(GAPS)}{draw(AMOUNTS)}"
    negation = draw(st.sampled_from(["", " not"]))
    if kind == "state":
        return f"{draw(refs())}{gap}is{negation}{gap}{draw(NAMES)}"
    if kind == "inside":
        return f"{draw(refs())}{negation}{gap}in{gap}{draw(refs())}"
    word = draw(st.sampled_from([" and ", " or "]))
    broken = draw(st.sampled_from([word, f"\n{word}", f"{word}\n  "]))
    return "(" + broken.join(draw(st.lists(conditions(depth - 1), min_size=2, max_size=3))) + ")"


@st.composite
def goals(draw: st.DrawFn) -> str:
    phrases = draw(st.lists(st.tuples(NAMES, st.sampled_from([" ", " <= ", ">="]), AMOUNTS), max_size=3))
    off = draw(st.sampled_from(["", "", " ± 0.2 Nm", " +/-8 %"])) if phrases and phrases[-1][1] == " " else ""
    return f"{draw(NAMES)}{draw(GAPS)}{draw(refs())}" + "".join(f" {n}{o}{a}" for n, o, a in phrases) + off


@st.composite
def ladders(draw: st.DrawFn) -> str:
    rungs = draw(
        st.lists(
            st.sampled_from(['hold "a  b"', "skip", "hold", "retry 2", "retry 3 force 5 N"]) | goals(), min_size=1, max_size=3
        )
    )
    separator = draw(st.sampled_from([", then ", " ,then ", ",\n    then "]))
    events = " or ".join(draw(st.lists(refs(), min_size=1, max_size=2)))
    return f"on {events}{draw(st.sampled_from([':', ' : ']))} {separator.join(rungs)}"


@st.composite
def blocks(draw: st.DrawFn, depth: int) -> str:
    inner = draw(st.lists(statements(depth - 1), max_size=3))
    if not inner:
        return draw(st.sampled_from(["{}", "{ }", "{\n}", "{ # nothing\n}"]))
    comment = draw(COMMENTS)
    opening = draw(st.sampled_from(["{\n", "{ ", f"{{{comment}\n\n\n"]))
    ends = st.sampled_from(["\n", "\n\n\n", f"{comment}\n", f"\n{comment}\n"])
    return opening + "".join(f"{statement}{draw(ends)}" for statement in inner) + "}"


@st.composite
def statements(draw: st.DrawFn, depth: int = 3) -> str:
    simple = ["goal", "do", "never", "ensure", "within", "every", "prefer", "policy"]
    kind = draw(st.sampled_from(simple + ["act", "each", "group", "when", "fresh"] * 2 if depth else simple))
    gap = draw(GAPS)
    match kind:
        case "goal":
            return draw(goals())
        case "do":
            arguments = draw(st.sampled_from([", ", ",", ",\n"])).join(draw(st.lists(AMOUNTS, max_size=3)))
            return f"do {draw(NAMES)}{draw(st.sampled_from(['', ' ']))}({arguments})"
        case "never" | "ensure":
            return f"{kind}{gap}{draw(conditions())}"
        case "within" | "every":
            return f"{kind}{gap}{draw(AMOUNTS)}"
        case "prefer":
            return f"prefer {draw(NAMES)}" + "".join(f"{draw(GAPS)}{a}" for a in draw(st.lists(AMOUNTS, max_size=2)))
        case "policy":
            return draw(ladders())
        case "act":
            return f"{draw(goals())}{draw(st.sampled_from(['', ' ']))} {draw(blocks(depth))}"
        case "each":
            until = draw(st.sampled_from(["", f" until {draw(conditions(1))}"]))
            order = draw(st.sampled_from(["", ", in order", " ,in  order"]))
            return f"for each{gap}{draw(NAMES)} in {draw(refs())}{until}{order} {draw(blocks(depth))}"
        case "group":
            return f"{draw(st.sampled_from(['in order', 'any   order']))} {draw(blocks(depth))}"
        case "fresh":
            return f"every {draw(AMOUNTS)} {draw(blocks(depth))}"
        case _:
            others = draw(st.lists(st.tuples(conditions(1), blocks(depth)), max_size=1))
            text = f"when {draw(conditions(1))} {draw(blocks(depth))}" + "".join(f" otherwise when {c} {b}" for c, b in others)
            return text + draw(st.sampled_from(["", f" otherwise {draw(blocks(depth))}"]))


@st.composite
def intents(draw: st.DrawFn) -> str:
    head = draw(
        st.lists(st.sampled_from(['use  "a.cell"', "param batch=36 parts", "task t( a:shaft,b : tray ) {\n}"]), max_size=3)
    )
    body = draw(st.lists(statements(), max_size=4))
    ends = st.sampled_from(["\n", "\r\n", "\n\n\n\n", "  # note\n", "\n# alone\n"])
    return draw(st.sampled_from(["", "\n\n", "# first\n"])) + "".join(f"{line}{draw(ends)}" for line in head + body)


@st.composite
def cells(draw: st.DrawFn) -> str:
    vector = "(1 mm,2mm ,\n 3 mm )"
    values = st.sampled_from(
        [vector, "[a,b , c]", "5x8", '"ur10e"', "box", "signal a.b", "42 s to 50s", "[\n  a, # one\n  b\n]", "every"]
    )
    attrs = st.lists(st.tuples(NAMES | st.sampled_from(["every", "in", "at"]), st.lists(values, max_size=3)), max_size=4)
    out = ""
    for _ in range(draw(st.integers(0, 3))):
        inner = "".join(f"{n} {' '.join(v)}{draw(COMMENTS)}\n" for n, v in draw(attrs))
        copied = draw(st.sampled_from(["", " is other"]))
        out += f"{draw(NAMES)} {draw(NAMES)}{copied} {{{draw(COMMENTS)}\n{inner}}}{draw(COMMENTS)}\n"
    return out
