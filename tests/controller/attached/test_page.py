"""What docs/how_to/attach.md has a program of somebody's own say is what a controller of today reads."""

from __future__ import annotations

import re

import pytest

from controller.attached.messages import VERSION, Hello, read_from_terminal
from tests.controller.attached.test_permits import PAGE

SAID = re.findall(r'^> (.*)$|`(\{"type":[^`]*\})`', PAGE.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("text", sorted({"".join(one) for one in SAID}))
def test_what_the_page_says_is_read(text: str) -> None:
    message = read_from_terminal(text.encode())
    assert not isinstance(message, Hello) or message.version == VERSION


def test_whoever_is_welcomed_is_so_with_the_same_version() -> None:
    versions = re.findall(r'"version":(\d+)', PAGE.read_text("utf-8"))
    assert len(versions) >= 4
    assert set(versions) == {str(VERSION)}
