"""numpy, loaded when somebody first asks it for something.

Loading it takes a quarter of the time until the first screen stands, and what is on that screen has no arrays. The modules of the
vocabulary are written as if it were there (`from cell import later_numpy as np`), and so is whatever the screens load: beyond
those, `import numpy as np`.

Law: what is had from here is numpy's own, and the second time it costs no more than there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import *  # noqa: F403 (whoever reads types is to see all that numpy has, by its own names)
else:

    def __getattr__(name):
        if name.startswith("__"):  # the import system asks every module for some, and none of them is numpy's to give
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        import numpy

        globals()[name] = found = getattr(numpy, name)
        return found
