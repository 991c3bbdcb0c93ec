"""The published schema is the one of today, and what is really said keeps to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cell.jog import Jog
from cell.orders import Item, Order
from controller.attached.messages import (
    VERSION,
    AcknowledgeAlarm,
    AddOrder,
    Ask,
    CancelOrder,
    Confirm,
    FromTerminal,
    Hello,
    HoldKey,
    LetGoKey,
    LookAgain,
    Looked,
    OpenQuestion,
    Parting,
    Prepared,
    Refused,
    ShelveAlarm,
    Snapshot,
    Subscribe,
    UnshelveAlarm,
    Watch,
    line,
    read_from_terminal,
    schema,
)
from controller.difference import Difference
from tests.controller.attached.at_a_socket import Site, told

EVENTS, STATES = told()
SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "schemas" / "controller_messages.schema.json"
SAID: tuple[FromTerminal, ...] = (
    Hello(VERSION, "view", "ann"),
    Ask(1, "quick stop"),
    AddOrder(2, Order("WO-1", "orders", (Item("shaft", 2),), 12.5)),
    CancelOrder(3, "WO-1"),
    Subscribe(4, 0),
    Snapshot(5),
    LookAgain(6),
    Confirm(7, 1),
    Watch(8),
    HoldKey(9, Jog("arm", "tool", "rz", False, 0.05), True),
    LetGoKey(10),
    AcknowledgeAlarm(11, "hold"),
    ShelveAlarm(12, "device lathe jam", 600.0, "the fitter comes"),
    UnshelveAlarm(13, "hold"),
)
KINDS: dict[str, Any] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "null": type(None), "array": list, "object": dict,
}  # fmt: skip


def fits(value: Any, of: dict[str, Any], whole: dict[str, Any]) -> bool:
    """As far as our schemas go."""
    if "$ref" in of:
        return fits(value, whole["$defs"][of["$ref"].removeprefix("#/$defs/")], whole)
    if "anyOf" in of:
        return any(fits(value, member, whole) for member in of["anyOf"])
    if "enum" in of:
        return value in of["enum"]
    if "const" in of:
        return bool(value == of["const"])
    if not isinstance(value, KINDS[of["type"]]) or (of["type"] != "boolean" and isinstance(value, bool)):
        return False
    if isinstance(value, dict) and "properties" in of:
        known = of["properties"]
        return set(of["required"]) <= set(value) <= set(known) and all(fits(v, known[k], whole) for k, v in value.items())
    if isinstance(value, dict):
        return all(fits(v, of["additionalProperties"], whole) for v in value.values())
    if isinstance(value, list) and "prefixItems" in of:
        entries = of["prefixItems"]
        return len(value) == len(entries) and all(fits(v, e, whole) for v, e in zip(value, entries, strict=True))
    if isinstance(value, list) and "items" in of:
        return all(fits(v, of["items"], whole) for v in value)
    return True


def test_the_published_schema_is_the_one_of_today() -> None:
    """`python -m tests.controller.attached.test_schema` writes it."""
    assert json.loads(SCHEMA.read_text("utf-8")) == schema()


@pytest.mark.parametrize("message", SAID, ids=lambda m: type(m).__name__)
def test_what_a_terminal_says_reads_back_and_keeps_to_the_schema(message: FromTerminal) -> None:
    whole = schema()
    assert read_from_terminal(line(message)) == message
    assert fits(json.loads(line(message)), whole["$defs"]["FromTerminal"], whole)


def test_what_a_controller_really_says_keeps_to_the_schema(tmp_path: Path) -> None:
    whole = schema()
    site = Site(tmp_path)
    site.server.prepared(Prepared(True, "world.jsonl"))
    end = site.attach(after=0)
    site.turn()
    asked = OpenQuestion("q1", "Was it done?", ("done", "not done"), "done")
    different = Difference("robot", "arm", "left", "right")
    site.server.looked(Looked(1, 0, (different,), (asked,), "R703 lost", None, 4, True, None), STATES[0])
    end.say(Ask(3, "hold"))
    site.turn()
    site.tell_all()
    end.say(Snapshot(2))
    site.turn()
    site.server.finish(Parting("over", "", "Complete", 0))
    site.turn(10)
    said = [json.loads(text) for text in end.read_lines()]
    kinds = {"Welcome", "Prepared", "Looked", "Accepted", "Refused", "Told", "News", "State", "Parting"}
    assert kinds <= {message["type"] for message in said}
    for message in said:
        assert fits(message, whole["$defs"]["FromController"], whole), message["type"]
        assert not fits(message | {"more": 1}, whole["$defs"]["FromController"], whole)
        assert fits(message, whole, whole)


def test_a_refusal_keeps_to_the_schema() -> None:
    whole = schema()
    assert fits(json.loads(line(Refused(None, "R766", "x"))), whole, whole)
    assert not fits({"type": "Refused", "id": "1", "code": "R766", "reason": "x"}, whole, whole)


if __name__ == "__main__":
    SCHEMA.write_text(json.dumps(schema(), ensure_ascii=False, indent=1) + "\n", "utf-8")
