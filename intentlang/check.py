"""Stage 2, `check`: a syntax tree meets the cell and becomes a program. Every rule that needs no planning is asked here.

Names first, then each block with its lines and clauses, then what only the finished tree shows: what is asked before it is told
(told.py), events that nothing raises (raised.py), what nobody uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cell.diagnostic import Diagnostic, Outcome, Span, error, warning
from cell.model import CellModel
from cell.program import Block, IntentProgram
from cell.vocabulary import Vocabulary
from intentlang import syntax as s
from intentlang.blocks import check_block, check_file
from intentlang.exhausted import exhausted
from intentlang.findings import Enough
from intentlang.hints import hints
from intentlang.library_files import is_library
from intentlang.names import RENAME, Binding, Scope, Work
from intentlang.nothing_asked import asked_in_vain
from intentlang.params import bind_params, in_files, told_at_setting
from intentlang.raised import unraised
from intentlang.source import SourceFile
from intentlang.templates import abstract, check_tasks, copied
from intentlang.told import asked_before_told
from intentlang.world import World


def check_intent(
    tree: s.IntentTree,
    imported: Sequence[s.IntentTree],
    cell: CellModel,
    vocabulary: Vocabulary,
    overrides: Mapping[str, str] | None = None,
    sources: Sequence[SourceFile] = (),
) -> Outcome[IntentProgram]:
    """`imported` are the intents that `use` brings in, directly or not; only their params and tasks count. `overrides` are the
    params set from outside, as text. `sources` are further files whose hashes the program shall carry (the cell files)."""
    trees = (tree, *imported)
    program, work = _checked(tree, trees, World(cell, vocabulary), overrides or {}, sources)
    found = tuple(in_files(d) for d in work.found)
    if any(d.spans and d.spans[0] in work.outside_uses for d in found):
        # What is wrong with the defaults too is the text's own fault, and not that of whoever set a param.
        own = {(d.code, d.spans[:1]) for d in _checked(tree, trees, World(cell, vocabulary), {}, ())[1].found}
        found = tuple(d if (d.code, d.spans[:1]) in own else told_at_setting(d, work.outside_uses) for d in found)
    return Outcome(program, _arranged(found, tree.source.name))


def _checked(
    tree: s.IntentTree, trees: Sequence[s.IntentTree], world: World, overrides: Mapping[str, str], sources: Sequence[SourceFile]
) -> tuple[IntentProgram | None, Work]:
    tasks: dict[str, s.TaskNode] = {}
    for task in (t for one in trees for t in one.tasks):
        tasks.setdefault(task.name.text, task)
    broken = frozenset().union(*(one.broken for one in trees))
    work = Work(world, tasks, broken)
    try:
        return _program(tree, trees, overrides, work, sources), work
    except Enough:
        return None, work


def _program(
    tree: s.IntentTree,
    trees: Sequence[s.IntentTree],
    overrides: Mapping[str, str],
    work: Work,
    sources: Sequence[SourceFile],
) -> IntentProgram:
    """Raises Enough where there are too many errors."""
    work.say(*_misplaced(trees[1:]))
    names = {name: Binding(found, (name,), (name,)) for name, found in work.world.declared().items()}
    names, params = bind_params(trees, names, overrides, work)
    scope = Scope(names, names)
    _task_names(trees, scope, work)
    check_tasks(work.tasks, scope, work)
    block, nevers = check_file(tree.block, scope, work)
    for task in work.tasks.values():
        if copied(task.name.text) not in work.used and not is_library(task.span.file):
            check_block(task.block, abstract(task, scope, work), work)
    work.say(*_unused(tree, work))
    work.say(*_of_tree(block, work))
    files = {f.name: f.sha256 for f in (*(one.source for one in trees), *sources)}
    return IntentProgram(block, nevers, params, tuple(files.items()), tree.source.name)


def _of_tree(block: Block, work: Work) -> Iterator[Diagnostic]:
    """What a line would have told or raised that is left out, because it has an error of its own, is not missed."""
    if not work.broken and not work.left_out:
        yield from asked_before_told(block, work.world)
        yield from unraised(block, work.world)
        yield from hints(block, work.world)
        yield from asked_in_vain(block)
    wrong = {(d.spans[0].file, d.spans[0].start.line) for d in work.found if d.is_error and d.spans}
    yield from (d for d in exhausted(block, work.world) if (d.spans[0].file, d.spans[0].start.line) not in wrong)


def _misplaced(imported: Sequence[s.IntentTree]) -> Iterator[Diagnostic]:
    for tree in imported:
        for statement in tree.block.statements:
            message = "a file that is used holds only params and tasks; what shall be true stands in the file that uses it"
            yield error("E114", message, statement.span, help="Put it into a `task` and `do` that.")


def _task_names(trees: Sequence[s.IntentTree], scope: Scope, work: Work) -> None:
    seen: dict[str, Span] = {}
    for task in (t for tree in trees for t in tree.tasks):
        name = task.name
        other = seen.get(name.text)
        if other is None and name.text in scope.names:
            other = scope.names[name.text].span
            spans = (name.span, other) if other else (name.span,)
            work.say(error("E202", f"`{name.text}` already names something else", *spans, help=RENAME))
        elif other is not None:
            first = other.labelled("first declared here")
            work.say(error("E202", f"`{name.text}` is declared twice", name.span, first, help=RENAME))
        seen.setdefault(name.text, name.span)


def _unused(tree: s.IntentTree, work: Work) -> Iterator[Diagnostic]:
    for param in tree.params:
        name = param.name.text
        if name not in work.used and name not in work.broken:
            yield warning("W101", f"nothing uses the param `{name}`", param.name.span, help="Use it, or delete the line.")
    for task in tree.tasks:
        name = task.name.text
        if f"task {name}" not in work.used and name not in work.broken:
            yield warning("W102", f"nothing calls the task `{name}`", task.name.span, help=f"Write `do {name}(…)`, or delete it.")


def _arranged(found: Iterable[Diagnostic], file: str) -> tuple[Diagnostic, ...]:
    """In the order of the text, the main file first."""
    return tuple(sorted(found, key=lambda d: (bool(d.spans) and d.spans[0].file != file, d.spans[:1])))
