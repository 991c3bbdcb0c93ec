"""What a cell is known by: a plan that was made for another one is stale."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass

import numpy as np

from cell.diagnostic import Span
from cell.model import CellModel
from cell.standard_verbs import STANDARD
from cell.vocabulary import Schema

_NEWER = {"DrivenBy": ("latency", "loss"), "Zone": ("distance",)}
"""What a record did not have at first: where nothing is said of it the cell is known by what it was known by before."""


def revision(model: CellModel) -> str:
    """The sha256 of what the model says, so without spans, comments, file names and order of declaration."""
    said = (f.name for f in fields(model) if f.name not in ("file", "revision", "vocabulary"))
    content = {name: _canonical(getattr(model, name)) for name in said} | _foreign(model)
    if model.envelope is None:  # a cell that says nothing of it is known by what it was known by before there was one
        del content["envelope"]
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _foreign(model: CellModel) -> dict[str, object]:
    """The words that the cell uses and that packages brought or changed: what they mean is as much of it as its files. Nothing
    for a cell in our own words, which go with our version."""
    words = model.vocabulary
    kinds = {e.kind: words.kinds[e.kind] for e in model.equipment.values()}
    offered = {offer.verb for thing in model.equipment.values() for offer in thing.offers}
    done = offered | {verb for tool in model.tools.values() for verb in tool.does}
    verbs = {verb: words.verbs[verb] for verb in sorted(done) if verb in words.verbs}
    foreign: list[Schema] = [kind for name, kind in sorted(kinds.items()) if kind != STANDARD.kinds.get(name)]
    foreign += [verb for name, verb in verbs.items() if verb != STANDARD.verbs.get(name)]
    return {"words": [schema.model_dump(mode="json") for schema in foreign]} if foreign else {}


def _canonical(value: object) -> object:
    match value:
        case Span():
            return None
        case np.ndarray():
            return [_canonical(v) for v in value.tolist()]
        case float():
            return repr(value + 0.0)
        case None | str() | bool() | int():
            return value
        case tuple() | list():
            return [_canonical(v) for v in value]
        case dict():
            return {str(k): _canonical(v) for k, v in value.items() if not isinstance(v, Span)}
        case _ if is_dataclass(value) and not isinstance(value, type):
            said = [f.name for f in fields(value) if f.init and "span" not in f.name]
            unsaid = [name for name in _NEWER.get(type(value).__name__, ()) if getattr(value, name) is None]
            return {name: _canonical(getattr(value, name)) for name in said if name not in unsaid}
        case _:
            raise TypeError(f"no canonical form for {type(value).__name__}")
