"""Every test of the command line has folders of its own, so that none sees another's runs or the user's."""

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELLWRIGHT_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("CELLWRIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("NO_COLOR", raising=False)
