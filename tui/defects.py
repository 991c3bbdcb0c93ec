"""A defect of ours, confessed: one line to the user, the traceback into a file of the state folder, nothing on stdout.

It ends with exit code 2: the question was not answered, and nothing is said about the intent (docs/decisions/0080).
"""

from __future__ import annotations

import hashlib
import platform
import traceback

from cellwright.folders import private, state_folder
from tui.exit_codes import USAGE
from tui.speech import say


def confess(defect: Exception, verb: str) -> int:
    """Writes the traceback down and says where. The same defect at the same place gives the same file."""
    text = "".join(traceback.format_exception(defect))
    place = "".join(f"{frame.filename}:{frame.lineno}\n" for frame in traceback.extract_tb(defect.__traceback__))
    name = f"{verb}-{hashlib.sha256(place.encode()).hexdigest()[:12]}.txt"
    said = f"cellwright: a defect of the program itself stopped `{verb}` ({type(defect).__name__})"
    try:
        file = private(state_folder() / "defects") / name
        file.write_text(f"cellwright {verb}, Python {platform.python_version()}\n\n{text}", encoding="utf-8")
    except OSError:
        say(f"{said}; please report it with this:\n{text}")
        return USAGE
    say(f"{said}; please report it with {file}")
    return USAGE


def in_short(defect: Exception) -> str:
    """What a screen says of one, where there is no place for more and the rest of it goes on."""
    return f"a defect of the screens, please report it: {type(defect).__name__}: {defect!s:.120}"
