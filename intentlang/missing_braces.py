"""A `{` that was forgotten: the text has a `}` too many, and a line that opens nothing has lines below it that stand in."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NO_CODE = re.compile(r'"[^"\n]*"|#[^\n]*')


@dataclass(frozen=True, slots=True)
class Opened:
    """`text` with the braces put in. `places` are indices of the text as it came: the last character of each such line."""

    text: str
    places: tuple[int, ...]

    def original(self, index: int) -> int:
        """Where the character at `index` of `text` stood before."""
        for number, place in enumerate(self.places):
            if index <= place + len(_BRACE) * number:
                return index - len(_BRACE) * number
        return index - len(_BRACE) * len(self.places)


_BRACE = " {"


def opened(text: str, missing: int) -> Opened:
    """Puts in up to `missing` braces."""
    lines = text.split("\n")
    code = [_NO_CODE.sub(lambda m: " " * len(m[0]), line) for line in lines]
    out: list[str] = []
    places: list[int] = []
    index = depth = 0
    for number, line in enumerate(code):
        depth = max(0, depth + sum(line.count(c) for c in "([") - sum(line.count(c) for c in ")]"))
        end = len(line.rstrip())
        if len(places) < missing and depth == 0 and _is_head(line, code[number + 1 :]):
            places.append(index + end - 1)
            out.append(lines[number][:end] + _BRACE + lines[number][end:])
        else:
            out.append(lines[number])
        index += len(line) + 1
    return Opened("\n".join(out), tuple(places))


def _is_head(line: str, following: list[str]) -> bool:
    own = line.strip()
    if not own or own[-1] in "{},([":
        return False
    inner = next((below for below in following if below.strip()), "")
    return not inner.lstrip().startswith("}") and _indent(inner) > _indent(line)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
