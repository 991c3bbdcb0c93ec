"""What every process of this program is spared: work of the interpreter that nobody is waiting for.

Law: nothing that the program computes depends on it.
"""

from __future__ import annotations

import atexit
import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# Syntax trees and plans are large and hold no cycles: Python's own thresholds have them walked through again and again, a quarter
# of the time of `check`.
SPARING: Final = (50_000, 20, 50)
BLAS: Final = "OPENBLAS_NUM_THREADS"


def spare() -> None:
    """Before numpy is loaded: a pool of threads for matrices is a fifth of the time that it takes to load, and ours are of 4 x 4.
    Who has set its size is left with it, and what this process starts has it too. What is there at the end goes with the process,
    and is not looked through for garbage first."""
    gc.set_threshold(*SPARING)
    os.environ.setdefault(BLAS, "1")
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)


@contextmanager
def loading() -> Iterator[None]:
    """Nothing of what is loaded meanwhile is garbage: it is not looked through, now or later."""
    was_looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_looking:
            gc.enable()
