"""What a run is made from in which robots are only moved by hand: a cell alone, or an intent without its goals.

Law: its program asks for nothing, so its plan has no step; that is planned and proved as any other, and each jog after it. What
the `never`s of an intent forbid, they forbid a jog too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from cell.declared_state import declared_state
from cell.diagnostic import Diagnostic, Outcome, error
from cell.model import CellModel
from cell.program import Block, IntentProgram
from cell.state import CellState, InHand, PartState
from cellwright.file_bytes import read_regular
from cellwright.reading import Reading, read
from intentlang.library_files import is_library
from intentlang.source import MAX_BYTES, SourceFile

NOTHING = Block((), ())
UNHELD = "E279"
_HERE = Path()


def read_by_hand(file: str, settings: Mapping[str, str], cell: str | None = None, folder: Path = _HERE) -> Reading:
    """As `read`, of a cell too, and nothing is asked for. Raises OSError."""
    reading = read(file, settings, cell, folder=folder)
    if reading.cell is None or not reading.is_ok:
        return reading
    program = reading.program
    if program is None:
        program = IntentProgram(NOTHING, (), (), tuple(_sources(reading)), file)
    return replace(reading, program=replace(program, block=NOTHING))


def _sources(reading: Reading) -> Iterator[tuple[str, str]]:
    for name, text in reading.texts.items():
        if is_library(name):
            yield name, SourceFile.of(name, text).sha256
        else:
            yield name, hashlib.sha256(read_regular(reading.folder / name, MAX_BYTES).content).hexdigest()


def state_by_hand(cell: CellModel, said: Iterable[tuple[str, str]]) -> Outcome[CellState]:
    """What the cell declares, and a part in each hand that is `said` to hold one, as by the first of its grasps."""
    state, holds = declared_state(cell), held_in(cell, said)
    if holds.value is None:
        return Outcome(None, holds.diagnostics)
    parts = list(state.parts)
    for hand, kind in holds.value:
        number = 1 + sum(part.kind == kind for part in parts)
        parts.append(PartState(f"{kind}#{number}", kind, InHand(hand, 0), ""))
    return Outcome(replace(state, parts=tuple(parts)))


def hands_of(cell: CellModel) -> tuple[str, ...]:
    """Those that robots have at their flanges."""
    return tuple(f"{tool.name}.{hand.name}" for tool in cell.tools.values() if tool.mount in cell.robots for hand in tool.hands)


def held_in(cell: CellModel, said: Iterable[tuple[str, str]]) -> Outcome[tuple[tuple[str, str], ...]]:
    """What is said to be held, each hand by its whole name: a tool of one hand names that."""
    found, wrong = list[tuple[str, str]](), list[Diagnostic]()
    for name, kind in said:
        named = [hand for hand in hands_of(cell) if name in (hand, hand.partition(".")[0])]
        if len(named) != 1:
            wrong.append(error(UNHELD, f"{name} names no hand of a robot; there is {', '.join(hands_of(cell)) or 'none'}"))
        elif kind not in (kinds := cell.tools[named[0].partition(".")[0]].takes):
            wrong.append(error(UNHELD, f"{named[0]} takes no {kind}; it takes {', '.join(kinds) or 'nothing'}"))
        elif named[0] in dict(found):
            wrong.append(error(UNHELD, f"{named[0]} holds one part, and is named twice"))
        else:
            found.append((named[0], kind))
    return Outcome(None if wrong else tuple(found), tuple(wrong))
