"""Where the program begins, before anything of it is loaded.

Law: a Ctrl-C that comes before the program can answer it ends the program, as any other one, and shows nobody a traceback.
"""

from __future__ import annotations

import signal


def main() -> int:
    # Python's own handler raises in the midst of an import. What is to be put away begins only with a verb, see tui/signals.py.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from tui import cli

    return cli.main()
