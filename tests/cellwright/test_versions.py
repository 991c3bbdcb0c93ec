"""A plan of another version is refused as that, not for a cell or a file that has not changed."""

from pathlib import Path

from cellwright.session import release_plan
from cellwright.workshop import open_workshop
from tests.planner.proof.gantry import tending


def test_session_refuses_a_plan_of_another_version(tmp_path: Path) -> None:
    workshop = open_workshop(lambda stage, done, of: None, 1, tmp_path)
    outcome = release_plan(tending().plan, tending().request, workshop)
    assert outcome.value is None
    assert [(d.code, d.message) for d in outcome.diagnostics] == [("E681", "the plan was made by another version of cellwright")]
