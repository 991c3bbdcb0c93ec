"""What a user installs is what the tests saw: the wheel carries every tracked file of the packages, and nothing beside them."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT, repository_files, wheel_packages


@pytest.mark.slow
def test_wheel_carries_the_packages_and_nothing_beside_them(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, timeout=900)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        carried = {name for name in archive.namelist() if ".dist-info/" not in name}
    tracked = {str(path.relative_to(ROOT)) for path in repository_files()}
    assert carried == {name for name in tracked if name.split("/")[0] in wheel_packages()}
