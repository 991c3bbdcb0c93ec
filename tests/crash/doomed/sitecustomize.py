"""Found by every interpreter that is started with this folder on its path. Where that is a controller's process it is told when
to die; nothing else is touched."""

import os
import sys

if "cellwright.controller_start" in sys.orig_argv and "CRASH_WHEN" in os.environ:
    from tests.crash.dying import armed

    armed(os.environ["CRASH_WHEN"])
