"""Words of other languages that people write here first, and what to write instead."""

from __future__ import annotations

from collections.abc import Mapping

INSTEAD: Mapping[str, str] = {
    "if": "A choice is written `when … { }`.",
    "else": "Write `otherwise { }` behind the closing brace.",
    "elif": "Write `otherwise when … { }` behind the closing brace.",
    "while": "A loop is written `for each x in … until … { }`.",
    "repeat": "A loop is written `for each x in … until … { }`.",
    "loop": "A loop is written `for each x in … { }`.",
    "let": "Nothing is assigned; a constant is written `param x = …` at the top level.",
    "set": "Nothing is assigned; a constant is written `param x = …` at the top level.",
    "var": "Nothing is assigned; a constant is written `param x = …` at the top level.",
    "import": 'Another file is brought in by `use "NAME.cell"`.',
    "def": "A template is written `task name(arg: type) { }`.",
    "function": "A template is written `task name(arg: type) { }`.",
    "call": "A template is used by `do name(…)`.",
    "wait": "Nothing waits: what a line needs is awaited by itself, and `within` bounds how long a block may take.",
    "sleep": "Nothing waits: what a line needs is awaited by itself, and a minimum dwell belongs to the machine's program.",
    "pick": "`move x to …` infers picking and placing.",
    "place": "`move x to …` infers picking and placing.",
    "grip": "`move x to …` infers gripping and releasing.",
    "open": "Doors, clamps and grippers are inferred from the goals.",
    "close": "Doors, clamps and grippers are inferred from the goals.",
    "parallel": "Lines that share no part overlap by themselves; `any order { }` takes the order off.",
    "goto": "There are no waypoints: say what shall be true.",
}
