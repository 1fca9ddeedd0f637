"""The scripts that set up and start, on a small checkout whose virtual environment is a stand-in.

The real set-up, from nothing and over the network, is what CI does before it comes here.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COREUTILS = ("bash", "cat", "cut", "dirname", "id", "mktemp", "rm", "sed", "sha256sum", "tail")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that is set up: its `aufruf` prints what it was called with."""
    root = tmp_path / "check out"
    shutil.copytree(ROOT / "script", root / "script")
    shutil.copy(ROOT / "pyproject.toml", root)
    programs = root / ".venv/bin"
    programs.mkdir(parents=True)
    for name in ("python", "aufruf"):
        (programs / name).write_text('#!/usr/bin/env bash\nprintf "%s\\n" "$@"\n')
        (programs / name).chmod(0o755)
    bash(root, 'fingerprint server >"$venv/set-up-server"')
    return root


def bash(root: Path, command: str) -> subprocess.CompletedProcess[str]:
    return run("bash", "-c", f'set -euo pipefail; . "{root}/script/lib.sh"; {command}')


def run(
    *command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


@pytest.fixture
def poor(tmp_path: Path) -> dict[str, str]:
    """An environment with coreutils and bash: no Python, no apt, no network client."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in COREUTILS:
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    return {"PATH": str(folder)}


def test_what_is_set_up_starts_at_once_from_anywhere(
    checkout: Path, tmp_path: Path, poor: dict[str, str]
) -> None:
    started = run("bash", checkout / "script/server", "--port", "0", cwd=tmp_path, env=poor)

    assert started.stderr == ""
    assert started.stdout.splitlines() == ["demo", "--data", f"{checkout}/data/demo", "--port", "0"]


@pytest.mark.parametrize("changed", ["pyproject.toml", "script/server.lock"])
def test_a_changed_project_is_set_up_again(checkout: Path, poor: dict[str, str], changed: str) -> None:
    with (checkout / changed).open("a") as file:
        file.write("# changed\n")

    assert run("bash", checkout / "script/server", env=poor).returncode != 0


def test_a_moved_checkout_is_set_up_again(checkout: Path, poor: dict[str, str]) -> None:
    moved = checkout.rename(checkout.with_name("moved"))
    assert run("bash", moved / "script/server", env=poor).returncode != 0


def test_without_python_one_sentence_says_so(checkout: Path, poor: dict[str, str]) -> None:
    (checkout / ".venv/set-up-server").unlink()

    refused = run("bash", checkout / "script/server", env=poor)

    assert refused.returncode == 1
    assert refused.stderr.count("\n") == 1
    assert "Python 3.11 or newer is needed" in refused.stderr


def test_a_python_that_is_too_old_or_runs_nothing_is_passed_over(
    checkout: Path, poor: dict[str, str], tmp_path: Path
) -> None:
    for name, status in (("python3", 1), ("python3.14", 127), ("python3.12", 0)):
        (tmp_path / "bin" / name).write_text(f"#!/usr/bin/env bash\nexit {status}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    (tmp_path / "bin/env").symlink_to("/usr/bin/env")

    found = run("bash", "-c", f'. "{checkout}/script/lib.sh"; find_python', env=poor)

    assert found.stdout.strip() == str(tmp_path / "bin/python3.12")


@pytest.mark.parametrize("lock", ["server.lock", "dev.lock"])
def test_uv_is_taken_from_the_lock_alone(checkout: Path, lock: str) -> None:
    taken = bash(checkout, f"sed -n '/^uv==/,/[^\\\\]$/p' \"$root/script/{lock}\"").stdout.splitlines()

    assert taken[0].startswith("uv==")
    assert taken[0].endswith("\\")
    assert len(taken) > 2
    assert all(line.strip().startswith("--hash=sha256:") for line in taken[1:])


def test_ci_runs_what_developers_run() -> None:
    assert "script/test" in (ROOT / ".ci/run").read_text()
    for name in ("server", "test", "bench", "lock", "release"):
        assert (ROOT / "script" / name).stat().st_mode & 0o100, f"script/{name} has no run bit"
