"""Every page of the screens as text, at three sizes: `python -m tests.tui.operate.pictures` writes them anew, to be looked at."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from tests.journals.packing import ENDING, FOLDER, unpacked
from tests.tui.operate.on_record import ASSEMBLY, TENDING
from tests.tui.operate.seen import rows_of_screen
from tui.operate.app import Operate
from tui.operate.recorded import RecordedRun

KEPT = Path(__file__).parent / "pictures"
SIZES = ((80, 24), (120, 36), (150, 50))
STORIES = {
    "tending": (TENDING, -380, {"overview": "1", "plan": "2", "log": "7"}),
    "held": (ASSEMBLY, -4, {"overview": "1", "alarms": "4", "help": "question_mark"}),
}


async def drawn(story: str, size: tuple[int, int]) -> dict[str, str]:
    """The pages of a story, by name."""
    name, by, pages = STORIES[story]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        source = RecordedRun(unpacked(FOLDER / f"{name}{ENDING}", Path(folder)), in_thread=False, looks_round=False)
        source.move("event", by)
        app = Operate(source)
        async with app.run_test(size=size) as pilot:
            for page, key in pages.items():
                await pilot.press(key)
                await pilot.pause()
                found[page] = "\n".join(row.rstrip() for row in rows_of_screen(app)) + "\n"
    return found


def path_of(story: str, page: str, size: tuple[int, int]) -> Path:
    return KEPT / f"{story}-{page}-{size[0]}x{size[1]}.txt"


def main() -> None:
    KEPT.mkdir(exist_ok=True)
    for story in STORIES:
        for size in SIZES:
            for page, text in asyncio.run(drawn(story, size)).items():
                path_of(story, page, size).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
