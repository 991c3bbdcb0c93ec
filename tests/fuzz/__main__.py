"""The coverage-guided fuzzer over the language: `python -m tests.fuzz -runs=1000000 tests/fuzz/corpus` (needs the extra `fuzz`).

Options are libFuzzer's. Words of the registry and of the grammar are handed to it as a dictionary, so that it spells them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["intentlang", "cell"]):
    from cell.standard_verbs import STANDARD
    from intentlang.words import RESERVED
    from tests.fuzz.text import one


def dictionary() -> str:
    words = {*RESERVED, *STANDARD.kinds, *STANDARD.verbs, *STANDARD.role_words, *STANDARD.objectives, *STANDARD.units}
    words |= {a.name for kind in STANDARD.kinds.values() for a in kind.attributes}
    words |= {
        "<=",
        ">=",
        "± ",
        "in order",
        "any order",
        " {\n",
        "}\n",
        "r1",
        "lathe",
        "infeed",
        "outfeed",
        "gauge",
        "shaft",
        "OP10",
    }
    rows = (word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\x0A") for word in sorted(words) if word.isascii())
    return "".join(f'"{row}"\n' for row in rows)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "words.dict"
        words.write_text(dictionary(), "utf-8")
        one(b"move shaft to outfeed\n")  # the tables of the grammar are there before the clock of the first text runs
        atheris.Setup([sys.argv[0], f"-dict={words}", "-max_len=2000", "-timeout=10", *sys.argv[1:]], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
