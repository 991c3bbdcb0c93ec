"""HTML and SVG put together from values: a text is escaped because it is a text, and only what was made here is markup.

Law: whatever a name holds (markup, control characters, a change of direction, 10 kB), it is shown as characters, in its own
direction and cut where it is too long to be read.
"""

from __future__ import annotations

import html
from dataclasses import dataclass

LONGEST = 240
"""Characters of a text that are shown; what is longer says how long it is."""

VOID = frozenset({"meta", "br", "input", "rect", "line", "circle", "path", "polygon", "polyline"})


@dataclass(frozen=True, slots=True)
class Markup:
    """What a browser reads as it stands."""

    text: str


Inside = str | Markup
Attribute = str | float | int | None


def element(tag: str, *inside: Inside, **attributes: Attribute) -> Markup:
    """`class_` is class, `data_at` is data-at; an attribute that is None is left out. Numbers have as many digits as a picture
    needs. What somebody else wrote goes inside, never into an attribute: there it would not be cut."""
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{_value(value)}"' for name, value in attributes.items() if value is not None
    )
    if tag in VOID and not inside:
        return Markup(f"<{tag}{written}>" if tag in ("meta", "br", "input") else f"<{tag}{written}/>")
    return Markup(f"<{tag}{written}>{joined(*inside).text}</{tag}>")


def joined(*inside: Inside) -> Markup:
    return Markup("".join(one.text if isinstance(one, Markup) else html.escape(visible(one)) for one in inside))


def name(text: str) -> Markup:
    """A text that somebody else wrote, within a line of ours: its direction ends where it ends."""
    return element("bdi", text)


def visible(text: str) -> str:
    """Control and direction-changing characters by their numbers; cut after LONGEST characters."""
    cut = text if len(text) <= LONGEST else text[:LONGEST]
    shown = "".join(c if c.isprintable() else " " if c in "\t\n" else _number(c) for c in cut)
    return shown if cut is text else f"{shown}… ({len(text)} characters)"


def _number(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) > 0xFF else f"\\x{ord(character):02x}"


def _value(value: str | float | int) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"
    return html.escape(value) if isinstance(value, str) else str(value)
