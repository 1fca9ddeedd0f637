"""What `script/test` answers a machine that waits for it: its exit code, on a checkout of stand-ins.

A run with everything green once ended in 1, because the clearing up at its end found nothing left to clear:
what people read said "0 failed", what CI read said "failed".
"""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that is set up; each of its tools fails when a file `fails-NAME` lies in its root."""
    shutil.copytree(ROOT / "script", tmp_path / "script")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / "tests/e2e").mkdir(parents=True)
    (tmp_path / "tests/test_time.py").write_text("# mark.alone\n")
    programs = tmp_path / ".venv/bin"
    programs.mkdir(parents=True)
    for program in ("python", "ruff"):
        (programs / program).write_text(
            '#!/usr/bin/env bash\nname=$1\n[ "$1" != -m ] || name=$2\n'
            'case "$*" in *"not browses"*) name=others ;; esac\n[ ! -e fails-$name ]\n'
        )
        (programs / program).chmod(0o755)
    set_up = f'. "{tmp_path}/script/lib.sh"; fingerprint dev >"$venv/set-up-dev"'
    subprocess.run(["bash", "-c", set_up], check=True)
    for package in ("axe-core", "ical.js"):
        names = (tmp_path / "script/test").read_text().split(package + "@")[1]
        (tmp_path / f".venv/{package}-{names.split()[0].rstrip(')')}").mkdir()
    return tmp_path


def run(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "script/test", *arguments],
        cwd=checkout,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("arguments", [(), ("tests/test_time.py",)])
def test_a_run_with_everything_green_answers_zero(checkout: Path, arguments: tuple[str, ...]) -> None:
    ended = run(checkout, *arguments)

    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("tool", ["check", "format", "mypy", "pytest", "others"])
def test_whatever_fails_is_named_and_answered_with_one(checkout: Path, tool: str) -> None:
    (checkout / f"fails-{tool}").touch()

    ended = run(checkout)

    assert ended.returncode == 1
    assert "Failed: " in ended.stdout
