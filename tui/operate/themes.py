"""How what is meant looks: grey with colour for the abnormal only, light, or without any colour.

ISA-101: a screen on which all is well has no saturated colour on it. Each look differs from its neighbours without its colour
too (bold, reverse, underlined), for NO_COLOR and for eyes that do not tell red from green.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rich.style import Style
from textual.theme import Theme

from tui.operate.lines import Look

GREY: Final = "cellwright-grey"
LIGHT: Final = "cellwright-light"
THEMES: Final = (
    Theme(
        name=GREY,
        primary="#8f8f8f",
        secondary="#7a7a7a",
        warning="#d7af00",
        error="#ff5f5f",
        success="#a8a8a8",
        accent="#c6c6c6",
        foreground="#c6c6c6",
        background="#262626",
        surface="#262626",
        panel="#303030",
        dark=True,
    ),
    Theme(
        name=LIGHT,
        primary="#5f5f5f",
        secondary="#767676",
        warning="#875f00",
        error="#af0000",
        success="#444444",
        accent="#303030",
        foreground="#262626",
        background="#dadada",
        surface="#dadada",
        panel="#d0d0d0",
        dark=False,
    ),
)
_GREY: Final[Mapping[Look, Style]] = {
    "plain": Style(color="#c6c6c6"),
    "dim": Style(color="#8a8a8a"),
    "strong": Style(color="#eeeeee", bold=True),
    "good": Style(color="#c6c6c6", bold=True),
    "note": Style(color="#87afd7"),
    "warn": Style(color="#262626", bgcolor="#d7af00"),
    "bad": Style(color="#ffffff", bgcolor="#d70000", bold=True),
    "cursor": Style(color="#eeeeee", bgcolor="#4e4e4e", bold=True),
    "frame": Style(color="#6c6c6c"),
    "stop": Style(color="#ffffff", bgcolor="#af0000", bold=True),
}
_LIGHT: Final[Mapping[Look, Style]] = {
    "plain": Style(color="#262626"),
    "dim": Style(color="#585858"),
    "strong": Style(color="#000000", bold=True),
    "good": Style(color="#262626", bold=True),
    "note": Style(color="#005f87"),
    "warn": Style(color="#000000", bgcolor="#ffd75f"),
    "bad": Style(color="#ffffff", bgcolor="#af0000", bold=True),
    "cursor": Style(color="#000000", bgcolor="#b2b2b2", bold=True),
    "frame": Style(color="#767676"),
    "stop": Style(color="#ffffff", bgcolor="#af0000", bold=True),
}
PLAIN: Final[Mapping[Look, Style]] = {
    "plain": Style(),
    "dim": Style(),
    "strong": Style(bold=True),
    "good": Style(bold=True),
    "note": Style(underline=True),
    "warn": Style(bold=True, underline=True),
    "bad": Style(bold=True, reverse=True),
    "cursor": Style(reverse=True),
    "frame": Style(),
    "stop": Style(bold=True, reverse=True),
}


def looks_of(theme: str, has_colour: bool) -> Mapping[Look, Style]:
    if not has_colour:
        return PLAIN
    return _LIGHT if theme == LIGHT else _GREY
