"""What every test may ask for. Shared test code is imported by its full name: `from tests.planner.cells import …`."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the clone."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Published problems to measure against. They are not ours to copy, so they lie beside the clone or nowhere."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("needs the published problem sets in ../shared/data beside the clone")
    return folder
