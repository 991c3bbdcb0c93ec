"""What the parser expected, in a reader's words and not in the grammar's."""

from __future__ import annotations

from collections.abc import Iterable

_NAMES = {
    "NAME": "a name",
    "NUMBER": "a number",
    "QUANTITY": "a quantity",
    "STRING": "a text in quotes",
    "DIMS": "a size such as 5x8",
    "PLUS_MINUS": "a tolerance (± …)",
    "CMP": "a comparison (<, <=, >, >=)",
    "IN_ORDER": "`in order`",
    "ANY_ORDER": "`any order`",
    "_NL": "the end of the statement",
    "$END": "the end of the file",
    "LBRACE": "`{`",
    "RBRACE": "`}`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "COMMA": "`,`",
    "COLON": "`:`",
    "DOT": "`.`",
    "EQUAL": "`=`",
}
_STATEMENT = {"FOR", "DO", "NEVER", "ENSURE", "WITHIN", "PREFER", "ON", "WHEN"}


def expectation(terminals: Iterable[str]) -> str:
    """`a name or a quantity`. A set that holds all statements is called a statement."""
    names = set(terminals) - {"COMMENT", "__IGNORE_0"}
    parts: list[str] = []
    if names >= _STATEMENT:
        parts.append("a statement")
        names -= _STATEMENT | {"EVERY", "IN_ORDER", "ANY_ORDER", "USE", "PARAM", "TASK", "NAME"}
    if {"QUANTITY", "NUMBER"} <= names:
        names -= {"NUMBER"}
    if len(names) > 1:
        names -= {"$END"}
    parts += sorted({_NAMES.get(name, f"`{name.lower()}`") for name in names if not name.startswith("__")})
    if not parts:
        return "something else"
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} or {parts[-1]}"
