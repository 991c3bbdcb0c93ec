"""A scenario as the text of a file, which reads as that scenario again (cell/scenario_file.py)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime

from cell.scenario import Disturbance, OrderComes, Scenario
from cell.scenario_file import named


def scenario_text(scenario: Scenario) -> str:
    return "\n".join([f"seed = {scenario.seed}", *(line for d in scenario.disturbances for line in _table(d))]) + "\n"


def _table(disturbance: Disturbance) -> Iterator[str]:
    yield ""
    yield f"[[{named(disturbance)}]]"
    for field in fields(disturbance):
        value = getattr(disturbance, field.name)
        if value is not None:
            yield f"{field.name} = {_value(disturbance, field.name, value)}"


def _value(disturbance: Disturbance, name: str, value: object) -> str:
    if isinstance(disturbance, OrderComes) and name == "due":
        assert isinstance(value, float)
        return datetime.fromtimestamp(value, UTC).isoformat()
    if isinstance(disturbance, OrderComes) and name == "items":
        return _inline(dict(disturbance.items))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def _inline(items: Mapping[str, int]) -> str:
    return "{ " + ", ".join(f"{json.dumps(kind, ensure_ascii=False)} = {count}" for kind, count in items.items()) + " }"
