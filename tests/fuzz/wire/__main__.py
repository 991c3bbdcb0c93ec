"""`python -m tests.fuzz.wire NAME [-runs=1000000] [-seed=0]`: only the decoder's own errors, or the input that raised another."""

import sys
import traceback
from importlib import import_module
from pkgutil import iter_modules

import tests.fuzz.wire
from tests.fuzz.wire.mutations import mutated

WIRES = sorted(m.name for m in iter_modules(tests.fuzz.wire.__path__) if m.name not in ("__main__", "mutations"))


def main(arguments: list[str]) -> int:
    options = dict(a.lstrip("-").split("=", 1) for a in arguments if a.startswith("-") and "=" in a)
    names = [a for a in arguments if not a.startswith("-")]
    if not names or set(names) - set(WIRES) or set(options) - {"runs", "seed"}:
        sys.stderr.write(f"usage: python -m tests.fuzz.wire NAME [-runs=N] [-seed=N], NAME one of {', '.join(WIRES)}\n")
        return 2
    runs, seed = int(options.get("runs", 1_000_000)), int(options.get("seed", 0))
    return max(fuzz(name, runs, seed) for name in names)


def fuzz(name: str, runs: int, seed: int) -> int:
    wire = import_module(f"tests.fuzz.wire.{name}")
    for number, data in enumerate(mutated(wire.SEEDS, runs, seed)):
        try:
            wire.one(data)
        except Exception:
            traceback.print_exc()
            sys.stderr.write(f"{name}: input {number} of seed {seed}: {data!r}\n")
            return 1
    sys.stdout.write(f"{name}: {runs} inputs of seed {seed}, nothing but its own errors\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
