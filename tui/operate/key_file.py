"""A user's own keys: `keys.toml` in the configuration folder, a table `[operate]` from what is done to its key.

Law: a file that cannot be meant is refused as a whole; nobody works by keys that are other than he thinks.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tui.operate.deeds import BY_NAME, DEEDS, EVERYWHERE

FILE: Final = "keys.toml"
TAKEN: Final = frozenset(
    {EVERYWHERE, "ctrl+c", "ctrl+q", "tab", "shift+tab", "enter", "escape", "up", "down", "pageup", "pagedown", "home", "end"}
    | {"ctrl+i", "ctrl+m", "ctrl+h"}  # a terminal says tab, enter and backspace for them
)
OF_PAGES: Final = frozenset({"o", "v", "l", "comma", "full_stop", "plus", "minus", "f1"})
"""Keys of the page to jog on, of the dialogue before robots move and of the editor: there they come before ours, so that none of
ours, STOP least of all, may be given one of them."""
_MOST: Final = 100_000  # bytes
_NAMES: Final = {
    "[": "left_square_bracket", "]": "right_square_bracket", "{": "left_curly_bracket", "}": "right_curly_bracket",
    "?": "question_mark", ":": "colon", ".": "full_stop", ",": "comma", "-": "minus", "+": "plus", "/": "slash", "*": "asterisk",
}  # fmt: skip


class WrongKeys(Exception):
    """The file cannot be meant, and why."""


def key_file(environment: Mapping[str, str] = os.environ) -> Path:
    base = Path(environment.get("XDG_CONFIG_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".config") / "cellwright" / FILE


def own_keys(path: Path) -> Mapping[str, str]:
    """The keys that differ from ours, by deed; none where there is no such file. Raises WrongKeys, OSError."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return {}
    if len(content) > _MOST:
        raise WrongKeys(f"{path} is larger than {_MOST} bytes")
    try:
        table = tomllib.loads(content.decode("utf-8")).get("operate", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise WrongKeys(f"{path}: {cause!s:.200}") from None
    if not isinstance(table, dict):
        raise WrongKeys(f"{path}: `operate` is no table")
    return _checked(path, table)


def _checked(path: Path, table: Mapping[str, object]) -> Mapping[str, str]:
    keys: dict[str, str] = {}
    for name, key in table.items():
        if name not in BY_NAME:
            raise WrongKeys(f"{path}: nothing is called {name!r:.60}; there are {', '.join(sorted(BY_NAME))}")
        found = keys[name] = _key(path, name, key)
        if found in OF_PAGES and found != BY_NAME[name].key:
            raise WrongKeys(f"{path}: {name} = {key!r:.40} is no key to give: on a page it means something else")
    given: dict[str, str] = {}
    for deed in DEEDS:
        key = keys.get(deed.name, deed.key)
        if key in given:
            raise WrongKeys(f"{path}: {given[key]} and {deed.name} would both have the key {key}")
        given[key] = deed.name
    return keys


def _key(path: Path, name: str, key: object) -> str:
    """As Textual calls it. One character that stands on a keyboard, f1 to f12, or ctrl+ a letter."""
    if not isinstance(key, str) or key in TAKEN or not _is_key(key):
        wanted = "one character, f1 to f12, or ctrl+ and a letter"
        raise WrongKeys(f"{path}: {name} = {key!r:.40} is no key to give: {wanted}; {', '.join(sorted(TAKEN))} are taken")
    return _NAMES.get(key, key)


def _is_key(key: str) -> bool:
    if key.startswith("ctrl+"):
        return len(key) == 6 and key[5].isascii() and key[5].islower()
    if key.startswith("f") and key[1:].isdecimal():
        return 1 <= int(key[1:]) <= 12
    return len(key) == 1 and key.isascii() and (key.isalnum() or key in _NAMES)
