"""Several orders that are late at once are told of in one order, so that a run that is folded again tells the same."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from immutables import Map

from controller import ages, orders

LATE = [f"o{k:02}" for k in range(12)]


def test_those_late_at_once_are_told_of_in_one_order(monkeypatch: pytest.MonkeyPatch) -> None:
    told = list[str]()
    monkeypatch.setattr(orders, "begun", lambda _: tuple(LATE))
    monkeypatch.setattr(ages, "_break", lambda _, __, name: told.append(name))
    draft = SimpleNamespace(trouble=SimpleNamespace(opened=Map({f"age jobs {name}": 1 for name in LATE})), mend=lambda **_: None)
    ages.watch(draft)  # type: ignore[arg-type]
    assert told == LATE
