"""Claim: `check` of 1,000 lines takes, past its start, at most 3 times what lark alone takes to parse them.

    python benchmarks/check_lines.py [--rounds 15] [--lines 1000]

Both in one process and in the same rounds: the parse by lark with our grammar, and everything that `check` does to the same text,
names, units, order and hints included. The second row is that for a text in which one line of ten has a mistake.
"""

from __future__ import annotations

import argparse
import gc
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measured import interleaved, machine, ratios, say, table
from cell.standard_verbs import STANDARD
from cellwright.sparing import SPARING
from intentlang.check import check_intent
from intentlang.parse import parse_intent, parser
from intentlang.source import SourceFile
from tests.intentlang.cells import base

BLOCK = """\
for each s{i} in infeed until outfeed.count >= 36 parts {{
  process s{i} at lathe using OP10
  inspect s{i} at gauge
  when s{i}.verdict is reject {{
    move s{i} to scrap
  }} otherwise {{
    move s{i} to outfeed
  }}
  within 3 min
}}
"""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=15)
    asked.add_argument("--lines", type=int, default=1000)
    options = asked.parse_args()
    text = "".join(BLOCK.format(i=i) for i in range(options.lines // 10))
    wrong = text.replace(" to outfeed", " to outfed")
    lark = parser(STANDARD)
    cell = base()

    def check(content: str) -> None:
        tree = parse_intent(SourceFile.of("a.intent", content), STANDARD).value
        assert tree is not None
        check_intent(tree, (), cell, STANDARD)

    gc.set_threshold(*SPARING)  # as the program does
    check(text)
    times = interleaved(
        {
            "lark alone": lambda: lark.parse(text, start="intent_file"),
            "check": lambda: check(text),
            "check, mistakes": lambda: check(wrong),
        },
        options.rounds,
    )
    say(machine())
    say(table(times))
    say(ratios(times, "check", "lark alone"))
    say(ratios(times, "check, mistakes", "lark alone"))


if __name__ == "__main__":
    main()
