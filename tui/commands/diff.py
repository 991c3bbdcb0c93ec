"""What changed between two plans, and the cause of each: a line of intent, a fact of the cell, a setting, the state, a seed.

Nothing is planned or proved again. Lines and facts are told where the files that a plan was made from are still what they were.
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
    from cellwright.plan_inputs_difference import Sources


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("before", metavar="PLAN", help="the plan before")
    parser.add_argument("after", metavar="PLAN", help="the plan after")
    parser.add_argument("--exit-code", action="store_true", help="exit 3 where they differ")
    add_json(parser)


def act(arguments: argparse.Namespace) -> int:
    from cellwright.plan_difference import difference
    from tui.diagnostics import emit
    from tui.difference_text import difference_document, difference_text

    loaded = [_plan(path) for path in (arguments.before, arguments.after)]
    wrong = tuple(d for one in loaded for d in one.diagnostics if one.value is None)
    first, second = (one.value for one in loaded)
    if first is None or second is None:
        emit(wrong, "text", {})
        return USAGE
    found = difference(first, second, _sources(first, arguments.before), _sources(second, arguments.after))
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


def _sources(plan: MotionPlan, path: str) -> Sources:
    """What the plan at `path` was made from, as far as it is there and the same."""
    from cellwright.plan_inputs_difference import Sources
    from cellwright.same_sources import same_cell, same_texts
    from cellwright.session import read_again

    try:
        reading = read_again(plan, Path(path).parent)
    except OSError:
        reading = None
    return Sources({}, None) if reading is None else Sources(same_texts(plan, reading), same_cell(plan, reading))
