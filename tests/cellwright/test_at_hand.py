"""A process at hand is there for who started it, and for nobody else."""

from pathlib import Path

import pytest

from cellwright.at_hand import AtHand

DEEP_IN_THOUGHT = (
    "import threading; from cellwright.at_hand import asked_and_answered\nends = asked_and_answered(); threading.Event().wait()"
)


def test_a_process_at_hand_ends_with_its_asker_also_in_the_midst_of_an_answer(tmp_path: Path) -> None:
    hand = AtHand(("-c", DEEP_IN_THOUGHT), tmp_path, patience=60.0)
    try:
        hand.warm()
        assert hand._process is not None
        assert hand._process.stdin is not None
        hand._process.stdin.close()  # as the system does for an asker that was killed
        with pytest.raises(EOFError, match="it has ended"):
            hand.heard()
    finally:
        hand.close()
