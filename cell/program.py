"""What an intent says after names and units are resolved: the tree that planning and proving read.

Every node keeps the span that it came from. `task` templates are already expanded (`Scope` remembers the `do`), loop variables
stand as names that `Loop.variable` binds. Nothing here knows how a goal is reached.
"""

from __future__ import annotations

from typing import Literal

from cell.dataclass import dataclass
from cell.diagnostic import Span
from cell.phases import Phase
from cell.quantities import Quantity


@dataclass(frozen=True, slots=True)
class Ref:
    """A dotted name, resolved: its first word is a declared thing, a param's value, a part kind or a loop variable."""

    path: tuple[str, ...]
    span: Span

    @property
    def text(self) -> str:
        return ".".join(self.path)


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity where it was written."""

    quantity: Quantity
    span: Span


Value = Ref | Amount
Comparison = Literal["<", "<=", ">", ">="]


@dataclass(frozen=True, slots=True)
class Compare:
    subject: Ref
    operator: Comparison
    limit: Value
    span: Span


@dataclass(frozen=True, slots=True)
class IsState:
    """`ref is name`, `ref is not name`. The name is a value of that attribute, or a part kind after a bare part."""

    subject: Ref
    value: str
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class IsIn:
    subject: Ref
    place: Ref
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]
    span: Span


Condition = Compare | IsState | IsIn | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Role:
    """`to outfeed`, `at lathe`, `using OP10`, `torque 2.5 Nm`: a role or a setting with its one value."""

    name: str
    value: Value
    span: Span


@dataclass(frozen=True, slots=True)
class Bound:
    """`force <= 40 N` on a goal: short for an `ensure` on that quantity of the device that acts."""

    name: str
    operator: Comparison
    limit: Amount
    span: Span


@dataclass(frozen=True, slots=True)
class Goal:
    """`verb object role …`. `id` is stable in the text: g1, g2, … in reading order, templates once per `do`.
    `any_one` is True where the object is a part kind: any one, chosen by the planner. As the verb's schema says: `along` are the
    phases of the motion where a tool works along a path of the part or at a spot of it, empty for all other goals; `offered`:
    a place or a person does it."""

    id: str
    verb: str
    object: Ref
    any_one: bool
    roles: tuple[Role, ...]
    bounds: tuple[Bound, ...]
    block: Block | None
    span: Span
    along: tuple[Phase, ...] = ()
    offered: bool = False

    @property
    def about(self) -> Ref:
        """The part that it is about: the object, or that of which the object is a path. A loop's path names no part."""
        has_part = self.along and len(self.object.path) > 1
        return Ref(self.object.path[:-1], self.object.span) if has_part else self.object

    def role(self, name: str) -> Value | None:
        return next((r.value for r in self.roles if r.name == name), None)


@dataclass(frozen=True, slots=True)
class Loop:
    """`for each variable in members [until condition] [, in order] { }`. `member` is the part kind or kind of thing. `only`: the
    members that it is about, by id, None for all; no text says so, planning asks itself what would be if there were no others."""

    id: str
    variable: str
    members: Ref
    member: str
    until: Condition | None
    in_order: bool
    block: Block
    span: Span
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """`condition` is None for `otherwise`."""

    condition: Condition | None
    block: Block
    span: Span


@dataclass(frozen=True, slots=True)
class When:
    id: str
    branches: tuple[Branch, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    """`in order { }` or `any order { }`."""

    in_order: bool
    block: Block
    span: Span


@dataclass(frozen=True, slots=True)
class Scope:
    """A `do`, expanded: the template's block at the place of the call, `definition` where the task was written."""

    task: str
    block: Block
    span: Span
    definition: Span


@dataclass(frozen=True, slots=True)
class Fresh:
    """`every q { }`: since the block was last completed, never more than q has passed (a time or a count of parts)."""

    id: str
    interval: Amount
    block: Block
    span: Span


Line = Goal | Loop | When | Group | Scope | Fresh


@dataclass(frozen=True, slots=True)
class Never:
    condition: Condition
    span: Span


@dataclass(frozen=True, slots=True)
class Ensure:
    """One conjunct of an `ensure` each. `kind`: a limit on what the cell controls, a monitor on what is observed."""

    condition: Condition
    kind: Literal["limit", "monitor"]
    span: Span


@dataclass(frozen=True, slots=True)
class Within:
    limit: Amount
    span: Span


@dataclass(frozen=True, slots=True)
class Pace:
    """`every t` without a block: the pace of the enclosing loop."""

    interval: Amount
    span: Span


@dataclass(frozen=True, slots=True)
class Prefer:
    objective: str
    arguments: tuple[Value, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Retry:
    tries: int
    settings: tuple[Role, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Hold:
    message: str
    span: Span


@dataclass(frozen=True, slots=True)
class Skip:
    span: Span


Rung = Retry | Hold | Skip | Goal


@dataclass(frozen=True, slots=True)
class Policy:
    """`on event [or event]: rung, then rung`. An event is a dotted name as the vocabulary knows it."""

    events: tuple[Ref, ...]
    ladder: tuple[Rung, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """`waits[i]` are the indices of the earlier lines of this block that line i waits for, by the ordering rule, or as `in order`
    and `any order` say; then `by_rule[i]` are those that it would wait for by the rule alone."""

    lines: tuple[Line, ...]
    waits: tuple[tuple[int, ...], ...]
    ensures: tuple[Ensure, ...] = ()
    within: Within | None = None
    pace: Pace | None = None
    prefers: tuple[Prefer, ...] = ()
    policies: tuple[Policy, ...] = ()
    by_rule: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class IntentProgram:
    """`sources` maps each file read (as named by the user) to the sha256 of its bytes. `params` are what was in force,
    the command line's included. `nevers` bind the whole run."""

    block: Block
    nevers: tuple[Never, ...]
    params: tuple[tuple[str, Quantity | str], ...]
    sources: tuple[tuple[str, str], ...]
    file: str
