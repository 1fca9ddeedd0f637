"""`script/doctor` says how to rebuild an environment whose Python is gone, and needs none for that."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def doctor(environment: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "script" / "doctor"), str(environment), *words]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env)


def with_python(folder: Path, target: str) -> Path:
    (folder / "bin").mkdir()
    (folder / "bin" / "python").symlink_to(target)
    return folder


@pytest.mark.parametrize(
    ("python", "said"),
    [("/usr/bin/python3.4", "Its Python is gone"), ("/bin/false", "does not start"), ("", "no environment")],
)
def test_a_dead_python_is_named_with_the_way_to_rebuild(tmp_path: Path, python: str, said: str) -> None:
    """Failure 30: what an upgrade of Debian leaves behind."""
    environment = with_python(tmp_path, python) if python else tmp_path / "none"
    told = doctor(environment)
    assert (told.returncode, told.stdout) == (2, "")
    assert said in told.stderr
    assert f"python3 -m venv --clear {environment}" in told.stderr


def test_a_living_python_goes_on_to_all_else(tmp_path: Path) -> None:
    told = doctor(Path(sys.prefix), "--data", str(tmp_path / "none"))
    assert told.returncode == 2
    assert "there is no folder" in told.stderr
