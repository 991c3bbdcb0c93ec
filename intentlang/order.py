"""The ordering rule: a line waits for an earlier line of its block when the part that one of them is about is named anywhere in
the other.

Parts are told apart by identity, a path: `s` in `for each s in infeed` is (infeed, *), the hole of a housing
(…, housing, holes, *). Two paths are about one part when one begins with the other: a feature counts as its part, a layer as its
pallet. What an earlier line has assembled into a part counts as that part.
"""

from __future__ import annotations

from collections.abc import Sequence

from cell.dataclass import dataclass
from intentlang.types import Path


@dataclass(frozen=True, slots=True)
class Mentions:
    """`about`: the parts that are objects in a line; `named`: all parts named in it, those included; `joins`: (part, into).
    `is_barrier`: it keeps its place in the written order whatever it names (`every 10 parts { }`); `is_free`: it has none."""

    about: frozenset[Path] = frozenset()
    named: frozenset[Path] = frozenset()
    joins: tuple[tuple[Path, Path], ...] = ()
    is_barrier: bool = False
    is_free: bool = False

    def with_named(self, more: frozenset[Path]) -> Mentions:
        return Mentions(self.about, self.named | more, self.joins, self.is_barrier, self.is_free)


def together(mentions: Sequence[Mentions]) -> Mentions:
    """What a block mentions, as one line of the block around it."""
    return Mentions(
        frozenset().union(*(m.about for m in mentions)),
        frozenset().union(*(m.named for m in mentions)),
        tuple(j for m in mentions for j in m.joins),
    )


MAX_LINES = 1_000
"""Lines of one block. Every pair of them is compared, and a reader has long lost the thread."""


def waits(mentions: Sequence[Mentions], owner: str) -> tuple[tuple[int, ...], ...]:
    """For each line the earlier lines that it waits for. `owner`: "in order" and "any order" override the rule."""
    if owner == "any order":
        return tuple(() for _ in mentions)
    if owner == "in order":
        return tuple(tuple(range(i)) for i in range(len(mentions)))
    joined: dict[Path, Path] = {}
    out: list[tuple[int, ...]] = []
    for i, line in enumerate(mentions):
        out.append(tuple(j for j in range(i) if _waits(mentions[j], line, joined)))
        joined |= dict(line.joins)
    return tuple(out)


def _waits(earlier: Mentions, later: Mentions, joined: dict[Path, Path]) -> bool:
    if earlier.is_free or later.is_free:
        return False
    if earlier.is_barrier or later.is_barrier:
        return True
    return _meets(earlier.about, later.named, joined) or _meets(later.about, earlier.named, joined)


def _meets(about: frozenset[Path], named: frozenset[Path], joined: dict[Path, Path]) -> bool:
    return not about.isdisjoint(named) or any(_same_part(_whole(a, joined), _whole(n, joined)) for a in about for n in named)


def _whole(path: Path, joined: dict[Path, Path]) -> Path:
    """The part that `path` has become by what was assembled so far."""
    seen = {path}
    while path in joined and joined[path] not in seen:
        path = joined[path]
        seen.add(path)
    return path


def _same_part(a: Path, b: Path) -> bool:
    shorter = min(len(a), len(b))
    return a[:shorter] == b[:shorter]
