"""`check --fix` a second time changes nothing: over the forty files with seeded mistakes, over each block of the specification of
names and text, and over one file in layers; certain fixes and guesses alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from cellwright.fixing import fixing
from tests.intentlang.cells import BASE
from tests.intentlang.test_spec import blocks
from tests.language.test_seeded_mistakes import SEEDS, seeded
from tests.long import rest_is_long

LAYERED = "for each s in infeed\n{\n  moove s to outfed\n  within 2 sec\n}\n"
"""A brace that moves, a verb that is understood after it, and a name that is looked at only then."""
BLOCKS = [pytest.param("intent", LAYERED, id="in layers")] + [
    pytest.param(language, text, id=where) for where, language, text in blocks()
]
BLOCKS += [pytest.param("intent", seeded(seed)[0], id=f"seed {seed}") for seed in SEEDS]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.cell").write_text(BASE)
    return tmp_path


def mended(path: Path, unsafe: bool) -> str:
    """The text after the fixes, which is then what the file holds."""
    for before, after in fixing([str(path)], {}, unsafe).drafts.values():
        assert before == path.read_text()
        path.write_text(after)
    return path.read_text()


@pytest.mark.parametrize("unsafe", rest_is_long([False, True]), ids=["certain", "guesses"])
@pytest.mark.parametrize(("language", "text"), BLOCKS)
def test_a_second_time_changes_nothing(language: str, text: str, unsafe: bool, folder: Path) -> None:
    path = folder / f"a.{language}"
    path.write_text(text if language == "cell" or "use " in text else f'use "base.cell"\n{text}')
    once = mended(path, unsafe)
    assert mended(path, unsafe) == once
