"""What planning may answer *unsupported* stands with its reason in docs/language.md, whichever file of the planner says it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SECTION = ROOT.joinpath("docs", "language.md").read_text("utf-8").split("## What is not planned yet", 1)[1].split("\n## ", 1)[0]
ROWS = {
    "this role or bound of … along a path": "a role or bound that is not planned for that verb",
    "this role or bound of …": "a role or bound that is not planned for that verb",
    "… without `…`": "a goal without its `to` or `at`",
    "the verb …": "a verb that nobody there offers",
    "a … as a target": "a target that takes in no parts",
    "… as a target": "a target that takes in no parts",
    "taking parts out of a …": "taking parts out of what gives none",
    "… of what does not do it by itself": "`every 2 h { … }` of anything but one goal that a station does to itself",
    "`every … { }` of more or less than one goal about a station": "`every 2 h { … }` of anything but one goal",
    "a `within` for what is kept fresh": "or with a `within` for it",
    "this `every … { }` here": "`every 2 h { … }` of anything but one goal",
    "a goal about a thing in a loop": "a goal about a thing in a loop",
    "lines in the block of a goal": "lines in the block of a goal",
    "… about anything but a part of a kit, or a hole of one": "joining anything but a part of a kit",
    "… with anything but a part of a kit or any one of a kind": "anything but such a part or any one of a kind with it",
    "… anywhere but at a fixture, a station or a machine": "anywhere but at a fixture, a station or a machine",
    "a rung with a goal about a thing": "a rung with a goal about a thing",
    "a retry with another …": "a `retry` with another setting",
    "taking over from a person, or from robot to robot": "a `handover` from robot to robot",
    "taking over from a person outside a loop over parts": "a `handover` from a person",
    "a `never` of anything but a robot in a zone and …": "a `never` of anything but a robot in a zone",
    "this limit": "a limit on anything but",
    "an `until` of a loop over orders that asks for anything but orders done": "or of orders done where the loop is over orders",
    "an `until` on anything but counts of parts": "an `until` on anything but counts of parts",
    "an `until` of a loop over layers or spots": "an `until` over layers or spots",
    "a goal about anything but the part that the loop is over": "a goal in a loop about any one part of a kind",
    "a goal about one certain part, outside a loop": "a goal about one certain part outside a loop",
    "a goal about none of the members of the loops around it": "a part that none of the loops around it stands for",
    "a `when` on anything but one outcome of the loop's part": "on anything but an outcome",
    "a `when` outside a loop over parts": "a `when` in a loop over kits, orders or layers",
    "a loop over paths": "in a loop over paths",
    "this line in a loop over parts": "loops over parts inside one another",
    "a loop over anything but parts of a tray or a station, layers and spots": "loops over parts inside one another",
    "a loop without end over what … brings": "a loop over what a conveyor or a feed brings, without `until`",
}  # fmt: skip


def told(node: ast.expr) -> str | None:
    """The text of a message, with … for what it takes in; None for what is put together elsewhere."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(v.value if isinstance(v, ast.Constant) else "…" for v in values)
    return None


def messages() -> Iterator[str]:
    for file in sorted((ROOT / "planner" / "tasks").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "unsupported":
                message = told(node.args[0])
                if message is not None:
                    yield message


def test_each_message_has_a_row_and_each_row_a_message() -> None:
    assert set(messages()) | {"a … as a target", "… as a target"} == ROWS.keys()


@pytest.mark.parametrize("message", ROWS)
def test_the_reason_stands_in_the_documentation(message: str) -> None:
    assert ROWS[message] in " ".join(SECTION.split())
