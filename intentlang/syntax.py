"""What a text says before anybody asks what its names mean: one frozen node a construct, each with its span.

The span of a statement with a block is that of its head, up to the brace: what a reader should look at. Blocks have their own.
"""

from __future__ import annotations

from typing import Literal

from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.program import Comparison
from intentlang.source import SourceFile


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class RefNode:
    """A dotted name."""

    words: tuple[Word, ...]
    span: Span

    @property
    def text(self) -> str:
        return ".".join(w.text for w in self.words)


@dataclass(frozen=True, slots=True)
class NumberNode:
    """A number with or without a unit. `text` as written, without the blanks between the two."""

    value: float
    unit: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class StringNode:
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class DimsNode:
    """`5x8`."""

    sizes: tuple[int, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class TupleNode:
    items: tuple[ValueNode, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ListNode:
    items: tuple[ValueNode, ...]
    span: Span


ValueNode = RefNode | NumberNode | StringNode | DimsNode | TupleNode | ListNode
AmountNode = RefNode | NumberNode


@dataclass(frozen=True, slots=True)
class UseNode:
    path: str
    span: Span


@dataclass(frozen=True, slots=True)
class AttrNode:
    name: Word
    values: tuple[ValueNode, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class DeclNode:
    """`kind name is other { … }`. `span` is the head, `last_line` that of the closing brace."""

    kind: Word
    name: Word
    other: Word | None
    attrs: tuple[AttrNode, ...]
    span: Span
    last_line: int


@dataclass(frozen=True, slots=True)
class ParamNode:
    name: Word
    value: ValueNode
    span: Span


@dataclass(frozen=True, slots=True)
class ArgNode:
    name: Word
    type: Word
    span: Span


@dataclass(frozen=True, slots=True)
class TaskNode:
    name: Word
    args: tuple[ArgNode, ...]
    block: BlockNode
    span: Span


@dataclass(frozen=True, slots=True)
class BlockNode:
    statements: tuple[StatementNode, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class PhraseNode:
    """A role or setting (`operator` None), perhaps with what it may be off by, or a bound."""

    name: Word
    operator: Comparison | None
    amount: AmountNode
    span: Span
    tolerance: NumberNode | None = None


@dataclass(frozen=True, slots=True)
class GoalNode:
    verb: Word
    object: RefNode
    phrases: tuple[PhraseNode, ...]
    block: BlockNode | None
    span: Span


@dataclass(frozen=True, slots=True)
class DoNode:
    task: Word
    args: tuple[ValueNode, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class EachNode:
    variable: Word
    members: RefNode
    until: ConditionNode | None
    in_order: bool
    block: BlockNode
    span: Span


@dataclass(frozen=True, slots=True)
class GroupNode:
    in_order: bool
    block: BlockNode
    span: Span


@dataclass(frozen=True, slots=True)
class BranchNode:
    condition: ConditionNode | None
    block: BlockNode
    span: Span


@dataclass(frozen=True, slots=True)
class WhenNode:
    branches: tuple[BranchNode, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class CompareNode:
    subject: RefNode
    operator: Comparison
    limit: AmountNode
    span: Span


@dataclass(frozen=True, slots=True)
class StateNode:
    subject: RefNode
    value: Word
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class InsideNode:
    subject: RefNode
    place: RefNode
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class JoinNode:
    """`and` or `or` between two or more conditions."""

    word: Literal["and", "or"]
    parts: tuple[ConditionNode, ...]
    span: Span


ConditionNode = CompareNode | StateNode | InsideNode | JoinNode


@dataclass(frozen=True, slots=True)
class NeverNode:
    condition: ConditionNode
    span: Span


@dataclass(frozen=True, slots=True)
class EnsureNode:
    condition: ConditionNode
    span: Span


@dataclass(frozen=True, slots=True)
class WithinNode:
    amount: AmountNode
    span: Span


@dataclass(frozen=True, slots=True)
class EveryNode:
    """A pace without a block, freshness with one."""

    amount: AmountNode
    block: BlockNode | None
    span: Span


@dataclass(frozen=True, slots=True)
class PreferNode:
    objective: Word
    args: tuple[AmountNode, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class RetryNode:
    tries: NumberNode
    phrases: tuple[PhraseNode, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class HoldNode:
    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class SkipNode:
    span: Span


RungNode = RetryNode | HoldNode | SkipNode | GoalNode


@dataclass(frozen=True, slots=True)
class PolicyNode:
    events: tuple[RefNode, ...]
    ladder: tuple[RungNode, ...]
    span: Span


ClauseNode = NeverNode | EnsureNode | WithinNode | EveryNode | PreferNode | PolicyNode
LineNode = GoalNode | DoNode | EachNode | GroupNode | WhenNode
StatementNode = LineNode | ClauseNode


@dataclass(frozen=True, slots=True)
class IntentTree:
    """`broken` are the words of the stretches that did not parse: no name among them is called unknown later on."""

    source: SourceFile
    uses: tuple[UseNode, ...]
    params: tuple[ParamNode, ...]
    tasks: tuple[TaskNode, ...]
    block: BlockNode
    broken: frozenset[str]


@dataclass(frozen=True, slots=True)
class CellTree:
    """`broken_lines` are the lines of those stretches: a declaration around one may not really lack what it seems to lack."""

    source: SourceFile
    uses: tuple[UseNode, ...]
    declarations: tuple[DeclNode, ...]
    broken: frozenset[str]
    broken_lines: frozenset[int] = frozenset()


SyntaxTree = IntentTree | CellTree
