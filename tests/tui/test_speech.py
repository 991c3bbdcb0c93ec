"""Times as people read them."""

from __future__ import annotations

import pytest

from tui.speech import moment


@pytest.mark.parametrize(("seconds", "told"), [
    (0.0, "  0:00.0"),
    (59.94, "  0:59.9"),
    (59.97, "  1:00.0"),
    (754.3, " 12:34.3"),
    (-0.04, "  0:00.0"),
    (-0.3, " -0:00.3"),
    (-61.0, " -1:01.0"),
])  # fmt: skip
def test_a_moment_is_minutes_and_seconds_also_before_the_run(seconds: float, told: str) -> None:
    assert moment(seconds) == told
