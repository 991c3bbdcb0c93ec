"""Where a controller can be reached is told by a file that is never half written."""

from pathlib import Path

from cellwright.controller_process import tell_where
from cellwright.service import ENDPOINT


def test_who_reads_the_address_of_a_controller_that_begins_has_the_old_one_or_the_new_one(tmp_path: Path) -> None:
    tell_where(Path("/run/old"), tmp_path)
    with (tmp_path / ENDPOINT).open(encoding="utf-8") as reader:
        tell_where(Path("/run/new"), tmp_path)
        assert reader.read() == "/run/old"
    assert (tmp_path / ENDPOINT).read_text(encoding="utf-8") == "/run/new"
    assert [path.name for path in tmp_path.iterdir()] == [ENDPOINT]
