"""Where statements begin and end, by braces and line ends alone, so that one broken statement can be blanked and the rest parsed.

Blanking keeps every line and column. When only the head of a block is broken, its statements are kept: in an intent they move up
into the enclosing block, in a cell file the head becomes a stand-in, so that their own errors are found too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace

from cell.dataclass import dataclass
from intentlang.missing_braces import closed_by_indentation, opened

END = "\x1e"
MISSING = "no {"
_TOKEN = re.compile(r'(?P<string>"[^"\n]*"?)|(?P<comment>#[^\n]*)|(?P<end>\n|\x1e)|(?P<open>[{([])|(?P<close>[])}])|(?P<comma>,)')
_WORD = re.compile(r"[a-zA-Z_]\w*")
_PAIRS = {"{": "}", "(": ")", "[": "]"}


@dataclass(frozen=True, slots=True)
class Bracket:
    """An unmatched bracket at `index`, or a `MISSING` one behind it."""

    index: int
    character: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a head or of a simple statement, `start` to `stop`; `brace` is the `{` that ends a head, or None."""

    start: int
    stop: int
    brace: int | None


@dataclass(frozen=True, slots=True)
class Layout:
    """`segments` in order of their start; `closing` maps the index of each `{` to that of its `}`."""

    segments: tuple[Segment, ...]
    closing: dict[int, int]
    unmatched: tuple[Bracket, ...]


def layout(text: str) -> Layout:
    """Splits `text` into segments. A line end inside ( ) or [ ], or after a comma, ends nothing."""
    segments: list[Segment] = []
    closing: dict[int, int] = {}
    unmatched: list[Bracket] = []
    stack: list[tuple[str, int]] = []
    start = 0
    last_comma = -1

    def close_segment(stop: int, brace: int | None) -> None:
        nonlocal start
        if text[start:stop].strip() or brace is not None:
            segments.append(Segment(start, stop, brace))
        start = stop + 1

    for match in _TOKEN.finditer(text):
        index = match.start()
        match match.lastgroup:
            case "end":
                is_continued = last_comma >= start and not _code(text[last_comma + 1 : index])
                if (not stack or stack[-1][0] == "{") and not is_continued:
                    close_segment(index, None)
            case "comma":
                last_comma = index
            case "open":
                if match[0] == "{":
                    # A brace inside ( or [ means that one of those was never closed.
                    while stack and stack[-1][0] != "{":
                        character, at = stack.pop()
                        unmatched.append(Bracket(at, character))
                    close_segment(index, index)
                stack.append((match[0], index))
            case "close":
                if match[0] == "}":
                    while stack and stack[-1][0] != "{":
                        character, at = stack.pop()
                        unmatched.append(Bracket(at, character))
                if stack and _PAIRS[stack[-1][0]] == match[0]:
                    opened = stack.pop()[1]
                    if match[0] == "}":
                        close_segment(index, None)
                        closing[opened] = index
                else:
                    unmatched.append(Bracket(index, match[0]))
            case _:
                pass
    unmatched.extend(Bracket(at, character, f"Close it with `{_PAIRS[character]}`.") for character, at in stack)
    close_segment(len(text), None)
    return Layout(tuple(segments), closing, tuple(sorted(unmatched, key=lambda b: b.index)))


def _code(text: str) -> str:
    return re.sub(r"#[^\n]*", "", text).strip()


def segment_at(found: Layout, index: int) -> Segment | None:
    """The segment that holds `index`, or the last one before it."""
    position = bisect_right(found.segments, index, key=lambda s: s.start) - 1
    return found.segments[position] if position >= 0 else None


_STAND_IN = "_ _"
_SHOWN = re.compile(rf"[^\n\r{END}]")


def blanked(text: str, found: Layout, segment: Segment, is_cell: bool) -> tuple[str, Layout | None]:
    """`text` without that segment, every other character in its place, and its layout; None where braces went too. Never the same
    text again: what stood in for a head and does not parse either (a declaration inside another one) goes with its braces."""
    if segment.brace is None:
        return _without(text, segment), _without_segment(found, segment)
    head = _code(text[segment.start : segment.stop])
    if is_cell and len(head) >= 3 and head != _STAND_IN:
        at = segment.start + len(text[segment.start : segment.stop]) - len(text[segment.start : segment.stop].lstrip())
        # A stand-in declaration: the attributes inside are still read, its names are dropped by the parser.
        without = _without(text, segment)
        return without[:at] + _STAND_IN + without[at + len(_STAND_IN) :], found
    characters = list(text)
    closing = found.closing.get(segment.brace)
    _blank(characters, segment.start, segment.stop)
    characters[segment.brace] = END
    if closing is not None:
        characters[closing] = END
        _blank_following_heads(characters, text, found, closing)
    return "".join(characters), None


def _without(text: str, segment: Segment) -> str:
    return text[: segment.start] + _SHOWN.sub(" ", text[segment.start : segment.stop]) + text[segment.stop :]


def _without_segment(found: Layout, segment: Segment) -> Layout:
    position = bisect_right(found.segments, segment.start, key=lambda s: s.start) - 1
    return replace(found, segments=found.segments[:position] + found.segments[position + 1 :])


def _blank_following_heads(characters: list[str], text: str, found: Layout, closing: int) -> None:
    """`} otherwise {` belongs to the head that went: take those heads out as well."""
    at: int | None = closing
    while at is not None:
        follower = next((s for s in found.segments if s.start == at + 1), None)
        if (
            follower is None
            or follower.brace is None
            or not text[follower.start : follower.stop].lstrip().startswith("otherwise")
        ):
            return
        _blank(characters, follower.start, follower.stop)
        characters[follower.brace] = END
        at = found.closing.get(follower.brace)
        if at is not None:
            characters[at] = END


def _blank(characters: list[str], start: int, stop: int) -> None:
    for index in range(start, min(stop, len(characters))):
        if characters[index] not in ("\n", END, "\r"):
            characters[index] = " "


def words(text: str) -> set[str]:
    return set(_WORD.findall(_code(text)))


@dataclass(frozen=True, slots=True)
class Balanced:
    """`text` with every brace matched. `unmatched` are the brackets of the text as it came; indices of `text` and of the
    original agree up to the first brace put in, lines agree everywhere."""

    text: str
    unmatched: tuple[Bracket, ...]
    lines: frozenset[int]
    """Line numbers, from 0, that hold an unmatched ( or [: their statement needs no second report."""

    def touches(self, segment: Segment) -> bool:
        first = self.text.count("\n", 0, segment.start)
        return bool(self.lines) and any(
            first <= n <= first + self.text.count("\n", segment.start, segment.stop) for n in self.lines
        )


def balanced(text: str, found: Layout) -> Balanced:
    """`found` is the layout of `text`."""
    if not found.unmatched:
        return Balanced(text, (), frozenset())
    mended = opened(text, sum(b.character == "}" for b in found.unmatched))
    if mended.places:
        inner = _balanced(mended.text, layout(mended.text))
        rest = [replace(b, index=mended.original(b.index)) for b in inner.unmatched]
        forgotten = [Bracket(place, MISSING) for place in mended.places]
        return replace(inner, unmatched=tuple(sorted([*forgotten, *rest], key=lambda b: b.index)))
    return _balanced(text, found)


def _balanced(text: str, found: Layout) -> Balanced:
    lines = frozenset(text.count("\n", 0, b.index) for b in found.unmatched if b.character in "()[]")
    characters = list(text)
    for bracket in found.unmatched:
        if bracket.character != "{":
            # What is left of the statement does not parse; it is on one of `lines` and taken out without a second report.
            characters[bracket.index] = END
    closed = closed_by_indentation("".join(characters), sum(b.character == "{" for b in found.unmatched))
    mended = closed.text
    rest = [b for b in layout(mended).unmatched if b.character == "{"]
    braces = [
        *(Bracket(c.opened, "{", f"A `}}` seems to be missing before line {c.before_line}.") for c in closed.braces),
        *(replace(b, index=closed.original(b.index)) for b in rest),
    ]
    others = [b for b in found.unmatched if b.character != "{"]
    return Balanced(mended + "\n" * bool(rest) + "}" * len(rest), tuple(sorted([*others, *braces], key=lambda b: b.index)), lines)
