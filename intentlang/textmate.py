"""The TextMate grammar, which VS Code, Sublime Text, GitHub's own highlighter and many more read."""

from __future__ import annotations

from typing import Any

from cell.vocabulary import Vocabulary
from intentlang.highlighting import Look, rules

SCOPES: dict[Look, str] = {
    "comment": "comment.line.number-sign",
    "text": "string.quoted.double",
    "size": "constant.numeric.size",
    "quantity": "constant.numeric.quantity",
    "number": "constant.numeric",
    "keyword": "keyword.control",
    "role": "keyword.other.role",
    "operator": "keyword.operator",
    "mark": "punctuation",
    "name": "variable.other",
}


def textmate_grammar(vocabulary: Vocabulary) -> dict[str, Any]:
    """A document of the TextMate language grammar format; scopes end in `.cellwright`."""
    return {
        "name": "Cellwright",
        "scopeName": "source.cellwright",
        "fileTypes": ["intent", "cell"],
        "patterns": [{"name": f"{SCOPES[rule.look]}.cellwright", "match": rule.pattern} for rule in rules(vocabulary)],
    }
