"""What an application shows, as text, and the regions that it shows it in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import ParamSpec

from textual.app import App
from textual.widget import Widget

P = ParamSpec("P")


def rows_of_screen(app: App[str]) -> list[str]:
    return [strip.text for strip in app.screen._compositor.render_strips()]


def text_of_screen(app: App[str]) -> str:
    return "\n".join(rows_of_screen(app))


def leaves(app: App[str]) -> list[Widget]:
    """Widgets in sight that have none within them."""
    found = [widget for widget in app.screen.walk_children(Widget) if widget.is_on_screen and widget.size.area]
    return [widget for widget in found if not any(other.parent is widget for other in found)]


def in_a_loop(story: Callable[P, Coroutine[None, None, None]]) -> Callable[P, None]:
    """A test that is a coroutine, in an event loop of its own."""

    @wraps(story)
    def test(*given: P.args, **named: P.kwargs) -> None:
        asyncio.run(story(*given, **named))

    return test
