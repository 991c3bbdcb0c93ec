"""Below the text of the editor: what is wrong with it, what another has made of the file, or what a plan from it would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

from cell.diagnostic import Diagnostic, Severity
from tui.operate.lines import Line, Look, Piece, line, said, wrapped

if TYPE_CHECKING:
    from tui.operate.editing.desk import Known
    from tui.operate.editing.messages import Tried

ABOUT = """The text that the run was made from, and below it what is wrong with it, checked after each pause in typing. Enter,
or a finger, leads to the place; the key of `fix` makes the fix of the finding under the cursor; what is certain says so.
`changes` plans from the text as it stands and tells what would be otherwise than in the plan that the run began with, and why.
A run that goes on is not changed by any of it: what is saved is for the next one."""

Rows = tuple[Sequence[Line], Sequence[tuple[str, Line]]]
Showing = Literal["findings", "changes", "conflict"]
SIGNS: Final[Mapping[Severity, tuple[str, Look]]] = {
    Severity.ERROR: ("✗", "bad"), Severity.WARNING: ("◆", "warn"), Severity.NOTE: ("●", "note"),
}  # fmt: skip


def showing(known: Known) -> Showing:
    """The most urgent."""
    return "conflict" if known.conflict else "changes" if known.getting or known.tried is not None else "findings"


def told_rows(known: Known, is_stale: bool, width: int) -> Rows:
    """`is_stale`: the text has changed since it was checked."""
    head = [line(said(known.note, "warn" if known.note.startswith("not ") else "note"))] if known.note else []
    match showing(known):
        case "conflict":
            rows = list(_conflict(known))
        case "changes":
            rows = list(_changes(known, width))
        case "findings":
            return head, _findings(known, is_stale)
    return head, [(str(number), row) for number, row in enumerate(rows)]


def _findings(known: Known, is_stale: bool) -> Sequence[tuple[str, Line]]:
    checked = known.checked
    if known.disk is None:
        return []
    if checked is None:
        return [("", line(said("… being checked", "dim")))]
    if checked.problem:
        return [("", line(said(f"not checked: {checked.problem}", "warn")))]
    found = [(str(number), _finding(one, known.disk.name, is_stale)) for number, one in enumerate(checked.diagnostics)]
    return found or [
        ("", line(said("… being checked" if is_stale else "✓ nothing is wrong with it", "dim" if is_stale else "plain")))
    ]


def _finding(one: Diagnostic, name: str, is_stale: bool) -> Line:
    sign, look = SIGNS[one.severity]
    at = one.spans[0] if one.spans else None
    where = "" if at is None else f"{at.start.line}:{at.start.column}" if at.file == name else f"{at.file}:{at.start.line}"
    fix = "" if one.fix is None else f"  [{'fix' if one.fix.is_certain else 'perhaps'}: {one.fix.title}]"
    return (
        Piece(f"{sign} {one.severity.value:<7}", "dim" if is_stale else look),
        said(f" {one.code} {where:>6} ", "dim"),
        said(f"{one.message}{fix}", "dim" if is_stale else "plain"),
    )


def finding_lines(known: Known, key: str | None, width: int) -> Sequence[Line]:
    """All about the finding under the cursor."""
    one = finding_at(known, key)
    if one is None:
        return []
    rows = wrapped(f"{one.code} {one.message}", width, "strong")
    rows += wrapped(one.help, width)
    if one.fix is not None:
        rows += wrapped(f"{'fix' if one.fix.is_certain else 'perhaps'}: {one.fix.title}", width, "note")
    return [*rows, *wrapped(f"more: cellwright explain {one.code}", width, "dim")]


def finding_at(known: Known, key: str | None) -> Diagnostic | None:
    if showing(known) != "findings" or known.checked is None or not key or int(key) >= len(known.checked.diagnostics):
        return None
    return known.checked.diagnostics[int(key)]


def _conflict(known: Known) -> Iterator[Line]:
    for row in known.conflict.splitlines():
        yield line(said(row, "bad" if row.startswith("-") else "note" if row.startswith("+") else "plain"))


def _changes(known: Known, width: int) -> Iterator[Line]:
    if known.getting:
        yield line(said(f"… {known.getting}", "note"))
    elif known.tried is not None:
        yield from _tried(known.tried, width)


def _tried(tried: Tried, width: int) -> Iterator[Line]:
    if tried.problem:
        yield from wrapped(f"no plan: {tried.problem}", width, "warn")
    elif tried.difference is None:
        yield from _planned_at_all(tried, width)
    else:
        from tui.difference_text import difference_lines

        by = tried.makespan - tried.makespan_before
        against = f"{by:+.1f} s against the plan that the run began with"
        yield line(said(f"✓ planned and proved: {tried.makespan:.1f} s, {against}", "strong"))
        yield from (line(row) for row in difference_lines(tried.difference))


def _planned_at_all(tried: Tried, width: int) -> Iterator[Line]:
    errors = [one for one in tried.diagnostics if one.is_error]
    yield line(said("✗ no plan follows from this text", "bad") if errors else said("✓ it can be planned and is proved"))
    for one in errors:
        yield from wrapped(f"{one.code} {one.message} {one.help}", width)
