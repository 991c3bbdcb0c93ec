"""Lays files out in the one style, comments kept. A file that does not parse is left as it is, with its errors."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.arguments import add_format
from tui.differences import difference
from tui.exit_codes import DONE, PROBLEM, USAGE
from tui.speech import count, printable, put, put_json, refuse, say
from tui.stdin_text import STDIN, add_stdin_name, stdin_bytes
from tui.streams import write_data

if TYPE_CHECKING:
    from cell.diagnostic import Diagnostic


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help=".intent or .cell file; - for stdin, laid out to stdout")
    add_stdin_name(parser)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a file would change")
    parser.add_argument("--diff", action="store_true", help="change nothing; show what would change")
    add_format(parser)


@dataclass(frozen=True, slots=True)
class _Layout:
    """`before` and `after` are the whole text but for a byte order mark, which stays; `after` is None where there are errors."""

    file: str
    before: str
    after: str | None
    is_stdin: bool = False

    @property
    def would_change(self) -> bool:
        return self.after is not None and self.after != self.before


def act(arguments: argparse.Namespace) -> int:
    from cellwright.rewriting import rewrite
    from tui.diagnostics import emit, plain

    if arguments.diff and arguments.format not in ("text", "json"):
        return refuse(f"--diff is text or JSON, not {arguments.format}", USAGE)
    is_told = arguments.check or arguments.diff
    if STDIN in arguments.files and arguments.format != "text" and not is_told:
        return refuse("`-` lays its text out to stdout, where there is no room for another form", USAGE)
    found: list[Diagnostic] = []
    try:
        layouts = [_laid_out(file, arguments.stdin_name, found) for file in arguments.files]
        changing = [layout for layout in layouts if layout.would_change]
        if not is_told:
            for layout in changing:
                if not layout.is_stdin:
                    rewrite(layout.file, layout.after or "")
            for layout in layouts:
                if layout.is_stdin:
                    write_data(layout.before if layout.after is None else layout.after)
    except OSError as cause:
        return refuse(cause, USAGE)
    if arguments.diff and arguments.format == "json":
        changes = [{"file": layout.file, "diff": _difference(layout)} for layout in changing]
        put_json({"diagnostics": [plain(d) for d in found], "changes": changes})
    else:
        emit(found, arguments.format, {layout.file: layout.before for layout in layouts})
        if arguments.diff:
            for layout in changing:
                put(_difference(layout))
    if is_told or not all(layout.is_stdin for layout in layouts):
        _tell(changing, len(layouts), only_told=is_told)
    return PROBLEM if found or (arguments.check and changing) else DONE


def _laid_out(named: str, stdin_name: str, found: list[Diagnostic]) -> _Layout:
    from cellwright.file_bytes import FileBytes, read_regular
    from cellwright.words import installed_words
    from intentlang.format import format_source
    from intentlang.source import MAX_BYTES, decode_source

    is_stdin = named == STDIN
    file = stdin_name if is_stdin else named
    if is_stdin:
        content = stdin_bytes(MAX_BYTES)
        read = FileBytes(content, len(content))
    else:
        read = read_regular(file, MAX_BYTES)
    text = read.content.decode("utf-8-sig", "replace")
    source = decode_source(file, read.content, read.size)
    if source.value is None:
        found += source.diagnostics
        return _Layout(file, text, None, is_stdin)
    laid_out = format_source(source.value, installed_words().expect())
    found += laid_out.diagnostics
    return _Layout(file, text, laid_out.value, is_stdin)


def _difference(layout: _Layout) -> str:
    return difference(layout.file, layout.before, layout.after or "", "in the one style")


def _tell(changing: list[_Layout], total: int, only_told: bool) -> None:
    for layout in changing:
        say(f"{'would change' if only_told else 'changed'} {printable(layout.file)}")
    unchanged = total - len(changing)
    if unchanged:
        say(f"{count(unchanged, 'file')} left as {'it is' if unchanged == 1 else 'they are'}")
