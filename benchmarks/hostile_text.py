"""Claims about texts that nobody wrote in good faith: over the cap an answer in under 50 ms past reading; under it at most three
times the time of a valid text of the same size, never over 3 s, and under 50 MB more memory.

    python benchmarks/hostile_text.py [--rounds 3]

Each text is checked in a process of its own, which tells its CPU time and by how much its peak of memory grew.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Mapping
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.check_lines import BLOCK
from benchmarks.measured import machine, say
from cell.standard_verbs import STANDARD
from cellwright.sparing import SPARING
from intentlang.check import check_intent
from intentlang.compile_cell import compile_cell
from intentlang.parse import parse_cell, parse_intent
from intentlang.source import MAX_BYTES, decode_source
from tests.intentlang.cells import base


def filled(unit: str, size: int = MAX_BYTES) -> bytes:
    content = unit.encode("utf-8")
    return (content * (size // len(content) + 1))[:size]


def texts() -> dict[str, bytes]:
    block = "".join(BLOCK.format(i=i) for i in range(MAX_BYTES // len(BLOCK.format(i=1000)))).encode("utf-8")
    tasks = "".join(f"task t{i}(s: shaft) {{ process s at lathe }}\n" for i in range(MAX_BYTES // 45))
    bomb = "".join(f"task t{i}(s: shaft) {{\n  do t{i + 1}(s)\n  do t{i + 1}(s)\n}}\n" for i in range(30))
    bomb += "task t30(s: shaft) {\n  process s at lathe\n}\nfor each s in infeed {\n  do t0(s)\n}\n"
    return {
        "valid": block,
        "over the cap": filled("move shaft to outfeed\n", 4 * MAX_BYTES),
        "a name over the cap": filled("a", 1_000_000),
        "open parentheses": filled("("),
        "closing braces": filled("}\n"),
        "5,000 nested groups": b"never " + b"(" * 5000 + b"r1 in aisle" + b")" * 5000,
        "one long name": filled("a"),
        "one long number": filled("1"),
        "NUL bytes": filled("\0"),
        "no UTF-8": b"\xff" * MAX_BYTES,
        "one long statement": filled("a "),
        "no statement": filled("a\n"),
        "no statement, nearly": filled("move shaft outfeed\n"),
        "unknown words": filled("mov shaft to outfed\n"),
        "quotes": filled('"'),
        "comments": filled("#\n"),
        "dots": filled("a."),
        "blocks without an end": filled("when s is x {\n"),
        "loops": filled("for each s in infeed { }\n"),
        "nevers": filled("never r1 in aisle\n"),
        "one long condition": b"never " + filled("r1 in aisle and ", MAX_BYTES - 10),
        "carriage returns": filled("\r"),
        "tasks": tasks.encode("utf-8"),
        "a template bomb": bomb.encode("utf-8"),
        "events": filled("on jamm: skip\n"),
        "programs": filled("for each s in infeed { process s at lathee }\n"),
        "one long call": b"do t(" + filled("a,", MAX_BYTES - 10) + b"a)",
        "one long list": b"param p = [" + filled("1,", MAX_BYTES - 20) + b"1]",
        "wrong units": b"param p = [" + filled("1 q,", MAX_BYTES - 20) + b"1]",
        "bounds": b"move shaft" + filled(" a<1", MAX_BYTES - 10),
        "params": b"".join(b"param p%d = 1\n" % i for i in range(MAX_BYTES // 17)),
        "empty loops": filled("for each s in infeed{}\n"),
        "empty groups": filled("in order{}\n"),
        "skips": filled("on a:skip\n"),
    }


def cells() -> dict[str, bytes]:
    block = b"".join(CELL % i for i in range(MAX_BYTES // len(CELL % 1000)))
    return {
        "valid": block,
        "kinds that are none": filled("a b{}\n"),
        "things without anything": b"".join(b"tray t%d {}\n" % i for i in range(MAX_BYTES // 15)),
        "one name for all": filled("tray a{}\n"),
        "attributes that are none": b"tray t {\n" + filled("a\n", MAX_BYTES - 20) + b"}\n",
        "one long list": b"tray t { holds [" + filled("1,", MAX_BYTES - 30) + b"1] }\n",
        "wrong units": b"tray t { at [" + filled("1 q,", MAX_BYTES - 30) + b"1] }\n",
        "one long path": b"robot r { path [" + filled("1 deg,", MAX_BYTES - 30) + b"1 deg] }\n",
        "one long tuple": b"tray t { at (" + filled("a,", MAX_BYTES - 30) + b"a) }\n",
        "one long attribute": b"tray t { holds " + filled("a ", MAX_BYTES - 30) + b"}\n",
        "sizes": b"tray t { at " + filled("1x1 ", MAX_BYTES - 30) + b"}\n",
        "copies of one another": b"".join(b"tray t%d is t%d{}\n" % (i, i + 1) for i in range(MAX_BYTES // 24)),
        "no declaration, nearly": filled("tray t { holds }\n}\n"),
    }


CELL = b"""zone aisle%d {
  box from (0 mm, 0 mm, 0 mm) to (500 mm, 400 mm, 300 mm)
  keep_out
}
"""


def checked(content: bytes, is_cell: bool = False) -> int:
    decoded = decode_source("a.cell" if is_cell else "a.intent", content)
    if decoded.value is None:
        return len(decoded.diagnostics)
    if is_cell:
        declared = parse_cell(decoded.value, STANDARD)
        compiled = () if declared.value is None else compile_cell((declared.value,), STANDARD).diagnostics
        return len(declared.diagnostics) + len(compiled)
    parsed = parse_intent(decoded.value, STANDARD)
    if parsed.value is None:
        return len(parsed.diagnostics)
    return len(parsed.diagnostics) + len(check_intent(parsed.value, (), base(), STANDARD).diagnostics)


def measured(content: bytes, is_cell: bool) -> tuple[float, float, int]:
    """CPU seconds, MB, findings."""
    gc.set_threshold(*SPARING)
    before, began = _peak(), time.process_time()
    found = checked(content, is_cell)
    return time.process_time() - began, (_peak() - before) / 1024.0, found


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    checked(b"move shaft to outfeed\n")  # the grammar and the cell are there before a process begins
    say(machine())
    _table("intents", texts(), rounds, is_cell=False)
    _table("cells", cells(), rounds, is_cell=True)


def _table(title: str, rows: Mapping[str, bytes], rounds: int, is_cell: bool) -> None:
    say(f"{title:24}  {'bytes':>9}  {'CPU s':>7}  {'of valid':>8}  {'MB':>6}  {'more':>6}  findings")
    valid, usual = 0.0, 0.0
    for name, content in rows.items():
        with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
            seen = pool.starmap(measured, [(content, is_cell)] * rounds, chunksize=1)
        seconds = statistics.median(s for s, _, _ in seen)
        memory = max(m for _, m, _ in seen)
        valid, usual = valid or seconds, usual or memory
        more = f"{seconds / valid:8.2f}  {memory:6.1f}  {memory - usual:6.1f}"
        say(f"{name:24}  {len(content):9}  {seconds:7.3f}  {more}  {seen[0][2]}")


if __name__ == "__main__":
    main()
