"""What changed between two plans, and the cause of each: a line of intent, a fact of the cell, a setting, the state, a seed.

Nothing is planned or proved again. Lines and facts are told where the texts that a plan was made from are in their files as they
were, or were kept when it was written.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from tui.arguments import add_json
from tui.exit_codes import DIFFERS, DONE, USAGE
from tui.speech import put, put_json

if TYPE_CHECKING:
    from cell.diagnostic import Outcome
    from cell.motion_plan import MotionPlan


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", metavar="PLAN", help="the plan before")
    parser.add_argument("after", metavar="PLAN", help="the plan after")
    parser.add_argument("--exit-code", action="store_true", help="exit 3 where they differ")
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.kept_sources import sources_of
    from cellwright.plan_difference import difference
    from tui.diagnostics import emit
    from tui.difference_text import difference_document, difference_text

    loaded = [_plan(path) for path in (arguments.before, arguments.after)]
    wrong = tuple(d for one in loaded for d in one.diagnostics if one.value is None)
    first, second = (one.value for one in loaded)
    if first is None or second is None:
        emit(wrong, "text", {})
        return USAGE
    old, new = sources_of(first, Path(arguments.before).parent), sources_of(second, Path(arguments.after).parent)
    found = difference(first, second, old, new)
    if arguments.format == "json":
        put_json(difference_document(found))
    else:
        put(difference_text(found))
    return DIFFERS if arguments.exit_code and not found.is_none else DONE


def _plan(path: str) -> Outcome[MotionPlan]:
    """Raises OSError."""
    from cell.plan_file import LARGEST_TEXT, read_plan
    from cellwright.file_bytes import read_regular

    return read_plan(read_regular(path, LARGEST_TEXT).content.decode("utf-8", "replace"), path)
