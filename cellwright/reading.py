"""From files to a checked program and its cell: the first two stages, with the files that `use` brings in.

Files are read here and nowhere below. A file that `use` names must lie, by its real path, under the project's root: the
nearest folder upwards with a `cellwright.toml`, else the folder of the file that the user named.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from types import MappingProxyType

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Outcome, error
from cell.model import CellModel
from cell.program import IntentProgram
from cell.vocabulary import Vocabulary
from cellwright.configuration import project_root, real_path
from cellwright.file_bytes import read_regular, refuse_no_name
from cellwright.one_cause import together
from cellwright.words import installed_words
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.gather import Gathered, Reader, gather
from intentlang.library_files import is_library, library_names, library_text
from intentlang.source import MAX_BYTES, SourceFile, decode_source
from intentlang.syntax import IntentTree, UseNode

_HERE = Path()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file, with all that it uses, says. Names of files are as seen from `folder`. `texts` maps each file's name to its
    text, for excerpts. `cell` and `program` are None where an error stands in the way. `settings` and `named_cell` are those that
    it was read with, so that another process can read the same."""

    file: str
    folder: Path
    texts: Mapping[str, str]
    cell: CellModel | None
    program: IntentProgram | None
    diagnostics: tuple[Diagnostic, ...]
    settings: Mapping[str, str] = field(default_factory=dict)
    named_cell: str | None = None

    @property
    def is_ok(self) -> bool:
        return not any(d.is_error for d in self.diagnostics)


def read(
    file: str,
    settings: Mapping[str, str],
    cell: str | None = None,
    vocabulary: Vocabulary | None = None,
    folder: Path = _HERE,
    drafts: Mapping[str, str] = MappingProxyType({}),
) -> Reading:
    """Reads and checks `file`, an intent or a cell. `cell` stands for the cell files that the intent names. Both are as seen from
    `folder`, which is the working folder for what a user names, and a plan's own for what the plan names. `drafts` are texts that
    stand for those of the files of that name, as in an editor before saving. The words of the language are those that are
    installed, or `vocabulary`. Raises OSError where `file` or `cell` itself cannot
    be read: that is a mistake in usage, not in the text."""
    for name in (file, cell or ""):
        refuse_no_name(name)
    texts: dict[str, str] = {}
    root = project_root(folder / file)

    def used(use: UseNode, user: SourceFile) -> Outcome[SourceFile]:
        if is_library(use.path):
            return _of_library(use, texts)
        name = cell if cell is not None and use.path.endswith(".cell") else str(Path(user.name).parent / use.path)
        problem = None if name == cell else _problem(use, folder / name, root)
        return Outcome(None, (problem,)) if problem else _source(name, folder, texts, drafts)

    start = _source(file, folder, texts, drafts)
    if start.value is None:
        return Reading(file, folder, texts, None, None, start.diagnostics, settings, cell)
    words = installed_words() if vocabulary is None else Outcome(vocabulary)
    model, program, found = _checked(start.value, settings, words.expect(), used)
    return Reading(file, folder, texts, model, program, (*words.diagnostics, *found), settings, cell)


def _checked(
    start: SourceFile, settings: Mapping[str, str], vocabulary: Vocabulary, used: Reader
) -> tuple[CellModel | None, IntentProgram | None, tuple[Diagnostic, ...]]:
    gathered = gather(start, vocabulary, used)
    found = [*gathered.diagnostics]
    trees = gathered.value
    if trees is None:
        return None, None, tuple(found)
    model: CellModel | None = None
    program: IntentProgram | None = None
    if trees.cells:
        compiled = compile_cell(trees.cells, vocabulary)
        model = compiled.value
        found += compiled.diagnostics
    elif isinstance(trees.root, IntentTree) and not any(d.is_error for d in found):
        found.append(_no_cell(trees.root))
    if trees.intents and model is not None:
        program = _program(trees, model, vocabulary, settings, found)
    return model, program, together(tuple(dict.fromkeys(found)))


def _program(
    trees: Gathered, model: CellModel, vocabulary: Vocabulary, settings: Mapping[str, str], found: list[Diagnostic]
) -> IntentProgram | None:
    cells = tuple(tree.source for tree in trees.cells)
    checked = check_intent(trees.intents[0], trees.intents[1:], model, vocabulary, settings, cells)
    found += checked.diagnostics
    return checked.value


def _problem(use: UseNode, target: Path, root: Path) -> Diagnostic | None:
    if not real_path(target).is_relative_to(root):
        return error("E120", f"`use` leaves the project: {use.path}", use.span, help=f"Files must lie under {root.name}/.")
    if not os.path.isfile(target):  # and not `Path.is_file`, which raises where a name is longer than a folder can hold
        near = (
            sorted(p.name for p in target.parent.glob(f"*{target.suffix}") if p.is_file()) if os.path.isdir(target.parent) else []
        )
        return error("E123", f"there is no file {use.path}", use.span, help=f"Beside it: {', '.join(near[:6])}." if near else "")
    return None


def _of_library(use: UseNode, texts: dict[str, str]) -> Outcome[SourceFile]:
    text = library_text(use.path)
    if text is None:
        there = ", ".join(library_names())
        return Outcome(None, (error("E123", f"the library has no {use.path}", use.span, help=f"It has {there}."),))
    texts[use.path] = text
    return Outcome(SourceFile.of(use.path, text))


def _source(name: str, folder: Path, texts: dict[str, str], drafts: Mapping[str, str]) -> Outcome[SourceFile]:
    if name in drafts:
        decoded = decode_source(name, drafts[name].encode("utf-8", "surrogatepass"))
    else:
        read = read_regular(folder / name, MAX_BYTES)
        decoded = decode_source(name, read.content, read.size)
    if decoded.value is not None:
        texts[name] = decoded.value.text
    return decoded


def _no_cell(intent: IntentTree) -> Diagnostic:
    start = intent.source.span(0, 1)
    return error("E124", "the intent names no cell", start, help='Write `use "NAME.cell"` at the top, or call with --cell.')
