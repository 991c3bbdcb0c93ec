"""The command that is named as what is next, to be typed as it stands.

Law: what was planned with is named again. Without it another plan would be made, or this one refused.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui.speech import printable

if TYPE_CHECKING:
    from tui.preparing import Asked


def next_command(verb: str, file: str, asked: Asked, *more: str) -> str:
    """`asked`: beside `file`, which may know some of it itself."""
    return printable(shlex.join(["cellwright", verb, file, *_options(asked), *more]))


def _options(asked: Asked) -> Iterator[str]:
    if asked.cell is not None:
        yield from ("--cell", asked.cell)
    for robot in sorted(asked.without):
        yield from ("--without", robot)
    if asked.orders is not None:
        yield from ("--orders", asked.orders)
    if asked.seed != 0:
        yield from ("--seed", str(asked.seed))
    for name, value in asked.settings.items():
        yield from ("--set", f"{name}={value}")
    if asked.is_continuous:
        yield "--continuous"
