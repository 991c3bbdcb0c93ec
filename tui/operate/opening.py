"""A page is made when it is first opened, and loaded no sooner: the first picture waits for nothing that is not in it."""

from __future__ import annotations

from typing import Final

from tui.operate.page import Page

SCREENS: Final = ("overview", "plan", "jog", "alarms", "explain", "log", "cells", "intent")


def page(name: str) -> Page:
    """The one of that name, newly made."""
    if name == "overview":
        from tui.operate.overview import Overview

        return Overview(id=name)
    if name == "intent":
        from tui.operate.editing.page import IntentPage

        return IntentPage()
    from tui.operate.pages import BY_NAME

    return BY_NAME[name](id=name)
