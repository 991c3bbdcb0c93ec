"""What every test may ask for. Shared test code is imported by its full name: `from tests.planner.cells import …`."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# The same cases on every machine, and no case that fails because the machine is busy.
settings.register_profile("suite", deadline=None, derandomize=True)
settings.load_profile("suite")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session", autouse=True)
def devices_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Locks of devices are shared by all runs of a user: none of his, nor of another suite's, is in the way of these."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def hangups() -> Iterator[None]:
    """A terminal that closes is heard, also where the tests were begun with nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


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


BIG_PLAN = frozenset({"cold_plan", "tending", "tended"})


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two processes share the tests: those of a file stay together, and so do all that need the plan of the big example, for each
    process would make it anew. That group takes longest: it begins, and none of it is quick."""
    for item in items:
        needs_plan = not BIG_PLAN.isdisjoint(getattr(item, "fixturenames", ()))
        item.add_marker(pytest.mark.xdist_group("big plan" if needs_plan else item.path.name))
        if needs_plan and not any(item.get_closest_marker(mark) for mark in ("slow", "peer", "counterpart")):
            item.add_marker(pytest.mark.long)
    items.sort(key=lambda item: BIG_PLAN.isdisjoint(getattr(item, "fixturenames", ())))
