"""`use`, followed to the end: every file that a text brings in, each parsed once.

Pure: whoever calls hands in `read`, which finds a path as seen from the using file, keeps it inside the project root by its real
path, and answers with a SourceFile or with why not (E123 not found, E120 outside the project).
"""

from __future__ import annotations

from collections.abc import Callable

from cell.dataclass import dataclass
from cell.diagnostic import Diagnostic, Outcome, Span, error
from cell.vocabulary import Vocabulary
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import SourceFile
from intentlang.syntax import CellTree, IntentTree, SyntaxTree, UseNode

MAX_FILES = 64

Reader = Callable[[UseNode, SourceFile], Outcome[SourceFile]]
"""(the `use`, the file that it stands in) to the file used. Two uses of one file must answer with the same `name`."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """`cells` and `intents` in the order in which they were met; the first intent is the root, unless the root is a cell."""

    root: SyntaxTree
    cells: tuple[CellTree, ...]
    intents: tuple[IntentTree, ...]

    @property
    def sources(self) -> tuple[SourceFile, ...]:
        return (*(t.source for t in self.cells), *(t.source for t in self.intents))


def gather(source: SourceFile, vocabulary: Vocabulary, read: Reader) -> Outcome[Gathered]:
    """All trees that `source` needs. A file that cannot be read or parsed is reported and left out."""
    found: list[Diagnostic] = []
    trees: dict[str, SyntaxTree | None] = {}
    _visit(source, (), vocabulary, read, trees, found)
    root = trees[source.name]
    if root is None:
        return Outcome(None, tuple(found))
    met = [t for t in trees.values() if t is not None]
    cells = tuple(t for t in met if isinstance(t, CellTree))
    intents = tuple(t for t in met if isinstance(t, IntentTree))
    return Outcome(Gathered(root, cells, intents), tuple(dict.fromkeys(found)))


def _visit(
    source: SourceFile,
    chain: tuple[tuple[str, Span], ...],
    vocabulary: Vocabulary,
    read: Reader,
    trees: dict[str, SyntaxTree | None],
    found: list[Diagnostic],
) -> None:
    """`chain`: the files on the way here, each with the `use` in it that led on."""
    parsed: Outcome[CellTree] | Outcome[IntentTree]
    parsed = parse_cell(source, vocabulary) if source.name.endswith(".cell") else parse_intent(source, vocabulary)
    found += parsed.diagnostics
    trees[source.name] = parsed.value
    for use in parsed.value.uses if parsed.value is not None else ():
        problem = _refused(use, source)
        if problem is None and len(trees) >= MAX_FILES:
            problem = error("E113", f"more than {MAX_FILES} files are used", use.span)
        if problem is not None:
            found.append(problem)
            continue
        inner = read(use, source)
        found += inner.diagnostics
        if inner.value is None:
            continue
        here = (*chain, (source.name, use.span))
        names = [name for name, _ in here]
        if inner.value.name in names:
            found.append(_circle(inner.value.name, here[names.index(inner.value.name) :]))
        elif inner.value.name not in trees:
            _visit(inner.value, here, vocabulary, read, trees, found)


def _refused(use: UseNode, source: SourceFile) -> Diagnostic | None:
    if not use.path.endswith((".cell", ".intent")):
        return error("E122", f"`{use.path}` is neither a .cell nor an .intent", use.span, help="Name one of these.")
    if source.name.endswith(".cell") and not use.path.endswith(".cell"):
        return error(
            "E122", "a cell file says what is, so it uses only .cell files", use.span, help="Use the intent from an intent."
        )
    return None


def _circle(name: str, chain: tuple[tuple[str, Span], ...]) -> Diagnostic:
    spans = [span.labelled(f"uses `{after}`") for (_, span), after in zip(chain, [*(n for n, _ in chain[1:]), name], strict=True)]
    message = f"`{name}` uses itself" if len(chain) == 1 else f"`{name}` uses itself through {len(chain) - 1} other file(s)"
    return error("E121", message, spans[-1], *spans[:-1], help="Move what both need into a third file.")
