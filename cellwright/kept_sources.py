"""The texts that a plan was made from, for whoever compares it later: files are edited in place, and a plan holds hashes only.

Law: a text counts where it has the hash that the plan names, wherever it comes from, and a cell where it has the revision. What
comes from here is quoted and compared; nothing is planned, proved or run with it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from cell.model import CellModel
from cell.motion_plan import MotionPlan
from cellwright.file_bytes import read_regular
from cellwright.file_store import FileStore
from cellwright.folders import cache_folder
from cellwright.plan_inputs_difference import THE_CELL, Sources
from cellwright.words import installed_words
from intentlang.compile_cell import compile_cell
from intentlang.gather import MAX_FILES
from intentlang.library_files import is_library, library_text
from intentlang.parse import parse_cell
from intentlang.source import MAX_BYTES, SourceFile, decode_source

MARK: Final = "\ufeff"
_NOT_KEPT: Final = "its text of then is not kept here (another machine, an older version, or the cache was emptied or damaged)"
_READ_OTHERWISE: Final = (
    "its files are what they were, and are read otherwise here (another version, or other words are installed)"
)


def keep_sources(plan: MotionPlan, texts: Mapping[str, str], cache: Path | None = None) -> None:
    """Raises OSError."""
    own = {name: texts[name] for name, _ in plan.sources if name in texts}
    _store(cache).put(plan.plan_id, json.dumps(own).encode())


def sources_of(plan: MotionPlan, folder: Path, cache: Path | None = None) -> Sources:
    """Each text as it stands now where that is the same, seen from the plan's `folder` or from the working folder; else as it was
    kept. For what is not to be had it is said why."""
    kept = _kept(plan, cache)
    texts: dict[str, str] = {}
    untold: dict[str, tuple[str, ...]] = {}
    for name, digest in plan.sources[:MAX_FILES]:
        found = (*_there(name, folder), *([kept[name]] if name in kept else []))
        same = next((text for text in found if _is_of(text, digest)), None)
        if same is not None:
            texts[name] = same
        else:
            untold[name] = (f"{name} {_since(name, folder)}, and {_NOT_KEPT}",)
    cell = _cell(plan, texts)
    if cell is None:
        others = tuple(why for name, (why,) in untold.items() if name.endswith(".cell"))
        untold[THE_CELL] = others or (_READ_OTHERWISE,)
    return Sources(texts, cell, untold)


def _store(cache: Path | None) -> FileStore:
    return FileStore((cache or cache_folder()) / "sources")


def _kept(plan: MotionPlan, cache: Path | None) -> Mapping[str, str]:
    """Nothing where there is none that can be read. The id is what the plan's file says, which may be anything."""
    try:
        stored = _store(cache).get(plan.plan_id)
        texts = {} if stored is None else json.loads(stored)
    except (OSError, ValueError, RecursionError):
        return {}
    return texts if isinstance(texts, dict) and all(isinstance(text, str) for text in texts.values()) else {}


def _there(name: str, folder: Path) -> Iterator[str]:
    if is_library(name):
        if (text := library_text(name)) is not None:
            yield text
        return
    for place in (folder, Path()):
        try:
            source = decode_source(name, read_regular(place / name, MAX_BYTES).content).value
        except (OSError, ValueError):  # a plan may name what no file can be called
            continue
        if source is not None:
            yield source.text


def with_its_mark(text: str, digest: str) -> str:
    """As its file had it, which is of that hash: it may have begun with a mark that is not of the text."""
    return MARK + text if _hash(MARK + text) == digest else text


def _is_of(text: str, digest: str) -> bool:
    """A plan's hashes are of the bytes of a file."""
    return _hash(with_its_mark(text, digest)) == digest


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _since(name: str, folder: Path) -> str:
    if is_library(name):
        return "is of another version"
    is_there = any(os.path.isfile(place / name) for place in (folder, Path()))
    return "has been edited since" if is_there else "is not there now"


def _cell(plan: MotionPlan, texts: Mapping[str, str]) -> CellModel | None:
    """As `plan` had it. A plan names all files of its cell, in the order in which they were read."""
    names = [name for name, _ in plan.sources if name.endswith(".cell")]
    if not names or not all(name in texts for name in names):
        return None
    words = installed_words().expect()
    trees = [parse_cell(SourceFile.of(name, texts[name]), words).value for name in names]
    whole = [tree for tree in trees if tree is not None]
    cell = compile_cell(whole, words).value if len(whole) == len(names) else None
    return cell if cell is not None and cell.revision == plan.cell_revision else None
