"""Templates: `do` gives a task its arguments. A copy is hygienic, and there is no recursion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from cell.diagnostic import Diagnostic, error
from intentlang import syntax as s
from intentlang.declared import unknown
from intentlang.library_files import is_library
from intentlang.names import RENAME, Binding, Resolved, Scope, Work, amount, name_problem, resolve
from intentlang.types import Known, Member, Part, Program, Thing, Type, described
from intentlang.words import quoted

MAX_EXPANSIONS = 2_000
_NO_TASKS = "There are no tasks: write `task NAME(…) { … }`, or bring some in with `use`."


def call(node: s.DoNode, scope: Scope, work: Work) -> Scope | None:
    """The scope of the task's body for this call: what the file declares, and the arguments; nothing of the caller's own."""
    name = node.task
    task = work.tasks.get(name.text)
    values = [_value(arg, scope, work) for arg in node.args]
    if task is None:
        if name.text not in work.broken:
            found = unknown("E225", "task", name, list(work.tasks))
            work.say(found if found.help else replace(found, help=_NO_TASKS))
        return None
    work.used.add(f"task {name.text}")
    if name.text in scope.calls:
        # Reported once, where the tasks are declared.
        return None
    if len(values) != len(task.args):
        message = f"`{name.text}` takes {len(task.args)} argument(s), {len(values)} given"
        help_ = f"Write `do {name.text}({', '.join(a.name.text for a in task.args)})`."
        work.say(error("E225", message, node.span, task.span.labelled("declared here"), help=help_))
        return None
    work.counts["do"] = work.counts.get("do", 0) + 1
    if work.counts["do"] > MAX_EXPANSIONS:
        if work.counts["do"] == MAX_EXPANSIONS + 1:
            work.say(error("E113", f"templates are copied more than {MAX_EXPANSIONS} times", node.span))
        return None
    # The library was written before the cell: its words are its own, and what it binds may be called like anything there.
    own = is_library(task.span.file)
    names = {} if own else dict(scope.globals)
    for arg, value in zip(task.args, values, strict=True):
        if value is None:
            return None
        if not _is_of(value.type, arg.type.text, work):
            message = f"`{arg.name.text}` is a {arg.type.text}; {described(value.type)} is given"
            help_ = f"Name a {arg.type.text}, or change the argument's type."
            work.say(error("E225", message, value.span, arg.span.labelled("declared here"), help=help_))
            return None
        names[arg.name.text] = Binding(value.type, value.path, value.identity, arg.span)
    work.used.add(copied(name.text))
    taken = scope.taken | frozenset(scope.globals) if own else scope.taken
    return Scope(names, scope.globals, taken, scope.loops, scope.depth + 1, "task", (*scope.calls, name.text))


def copied(task: str) -> str:
    """What `Work.used` has of a task whose body was checked as a copy."""
    return f"copy of {task}"


def abstract(task: s.TaskNode, scope: Scope, work: Work) -> Scope:
    """A scope for a task that nobody calls, or calls as it wants to be, so that its body is checked all the same."""
    names = dict(scope.names)
    for arg in task.args:
        found = work.world.typed(arg.type.text)
        if found is not None:
            names[arg.name.text] = Binding(found, (arg.name.text,), (arg.name.text,), arg.span)
        else:
            work.broken |= {arg.name.text}
    return Scope(names, scope.globals, depth=1, owner="task", calls=(task.name.text,))


def _value(node: s.ValueNode, scope: Scope, work: Work) -> Resolved | None:
    match node:
        case s.NumberNode():
            found = amount(node, (), scope, work)
            return None if found is None else Resolved(Known(found.quantity), (node.text,), (), node.span)
        case s.RefNode():
            if node.text not in scope.names and node.text in work.world.programs():
                return Resolved(Program(node.text), (node.text,), (node.text,), node.span)
            return resolve(node, scope, work)
        case s.StringNode() | s.DimsNode() | s.TupleNode() | s.ListNode():
            work.say(error("E225", "an argument is a name or a quantity", node.span, help="Declare a `param`, or name a thing."))
            return None
        case _:
            assert_never(node)


def _is_of(found: Type, word: str, work: Work) -> bool:
    wanted = work.world.typed(word)
    match wanted, found:
        case None, _:
            return True
        case Known(quantity), Known(given):
            return quantity.dimension == given.dimension
        case Part(kinds), Part(given_kinds):
            return bool(set(kinds) & set(given_kinds))
        case Thing(kind), Thing(given_kind):
            return given_kind.stands_for(kind.name) or (kind.name == "place" and given_kind.is_place)
        case Thing(kind), Member(given_kind):
            return kind.name == "place" and given_kind.is_place
        case Member(kind), Member(given_kind):
            return kind.name == given_kind.name
        case Member(kind), Part():
            return kind.name == "item"
        case Program(), Program():
            return True
        case _:
            return False


# -- declarations ------------------------------------------------------------------------------------------------------------


def check_tasks(tasks: Mapping[str, s.TaskNode], scope: Scope, work: Work) -> None:
    for task in tasks.values():
        seen: set[str] = set()
        for arg in task.args:
            if arg.name.text in seen:
                work.say(error("E202", f"`{arg.name.text}` is declared twice", arg.name.span, help=RENAME))
            seen.add(arg.name.text)
            if not is_library(task.span.file):
                name_problem(arg.name, scope, work, "argument")
            if work.world.typed(arg.type.text) is None and arg.type.text not in work.broken:
                kinds = [
                    *work.world.vocabulary.kinds,
                    *work.world.cell.declared_parts,
                    *work.world.vocabulary.dimensions,
                    "place",
                ]
                work.say(unknown("E203", "kind", arg.type, [k for k in kinds if " " not in k and k]))
    work.say(*_recursion(tasks))


def _recursion(tasks: Mapping[str, s.TaskNode]) -> Iterator[Diagnostic]:
    calls = {name: list(_calls(task.block)) for name, task in tasks.items()}
    reported: set[frozenset[str]] = set()
    for name in tasks:
        chain = _cycle(name, calls)
        members = frozenset(d.task.text for d in chain)
        if chain and members not in reported:
            reported.add(members)
            message = f"{quoted([name, *(d.task.text for d in chain)])} call one another in a circle"
            if len(chain) == 1:
                message = f"`{name}` calls itself"
            yield error("E226", message, *(d.span for d in chain), help="A template is copied, so it cannot contain itself.")


def _cycle(start: str, calls: Mapping[str, list[s.DoNode]]) -> list[s.DoNode]:
    """The calls that lead from `start` back to it, or none."""
    stack: list[tuple[str, list[s.DoNode]]] = [(start, [])]
    seen: set[str] = set()
    while stack:
        name, chain = stack.pop()
        for do in calls.get(name, []):
            if do.task.text == start:
                return [*chain, do]
            if do.task.text not in seen:
                seen.add(do.task.text)
                stack.append((do.task.text, [*chain, do]))
    return []


def _calls(block: s.BlockNode) -> Iterator[s.DoNode]:
    for statement in block.statements:
        match statement:
            case s.DoNode():
                yield statement
            case s.EachNode() | s.GroupNode():
                yield from _calls(statement.block)
            case s.WhenNode(branches):
                for branch in branches:
                    yield from _calls(branch.block)
            case s.GoalNode() | s.EveryNode():
                if statement.block is not None:
                    yield from _calls(statement.block)
            case _:
                pass
