"""Claim: `check` of machine tending answers in under 1 s, start included, and `--help` in under 0.3 s.

    python benchmarks/check_start.py [--rounds 15]

Beside them in the same rounds: an interpreter that does nothing, and one that imports roboticstoolbox.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measured import TENDING, as_installed, call, interleaved, machine, ratios, say, table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    as_installed()
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        call(here, "check", TENDING)  # what it keeps in its cache is there
        times = interleaved(
            {
                "--help": lambda: call(here, "--help"),
                "check": lambda: call(here, "check", TENDING),
                "python alone": lambda: python("pass"),
                "import roboticstoolbox": lambda: python("import roboticstoolbox"),
            },
            asked.rounds,
        )
    say(machine())
    say(table(times))
    say(ratios(times, "check", "import roboticstoolbox"))


def python(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


if __name__ == "__main__":
    main()
