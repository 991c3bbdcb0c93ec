"""Where `drivers test` writes its statement: never over a file that is none, and whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tui import own_file
from tui.whole_file import write_whole

_BEGINS = b'{\n  "contract": '


def objection(target: Path) -> str | None:
    """Why a statement may not go there; asked before anything is tried, for that may move a robot."""
    return own_file.objection(target, "statement", lambda there: own_file.begins(there, _BEGINS))


def write(document: Mapping[str, object], target: Path) -> None:
    """Raises OSError, and then leaves what was there."""
    write_whole(json.dumps(document, ensure_ascii=False, indent=2) + "\n", target)
