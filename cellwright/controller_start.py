"""How a controller's process is started: `python -m cellwright.controller_start …`, as controller_process.py has it. That loads
several hundred modules, so what spares it work comes first."""

from __future__ import annotations

import sys

from cellwright.sparing import loading, spare


def main(words: list[str]) -> int:
    spare()
    with loading():
        from cellwright import controller_process
    return controller_process.main(words)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
