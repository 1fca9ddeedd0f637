"""`aufruf counter`: the button of a call keypad, as a process of its own."""

import os
import subprocess
from pathlib import Path

import pytest

from counter_client.command import in_short, read_token
from tests.counter_client.conftest import Hall
from tests.e2e.harness.server import AUFRUF


def press(hall: Hall, act: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [AUFRUF[0], "counter", act, "--counter", "rathaus-1", "--url", hall.server.url, *words]
    clean = {name: value for name, value in os.environ.items() if name != "AUFRUF_TOKEN"}
    return subprocess.run(
        command, capture_output=True, text=True, env=clean | environment, timeout=30, check=False
    )


async def test_a_keypad_opens_calls_and_closes(hall: Hall, tmp_path: Path) -> None:
    token = hall.token("--role", "clerk", "--site", "rathaus", "--user", "anna")
    file = tmp_path / "token"
    file.write_text(f"{token}\n", encoding="utf-8")
    number = hall.take()["number"]
    assert press(hall, "open", AUFRUF_TOKEN=token).stdout == "rathaus-1 open\n"
    assert press(hall, "next", "--token-file", str(file)).stdout == f"{number} called room 1\n"
    assert press(hall, "done", AUFRUF_TOKEN=token).stdout == f"{number} finished room 1\n"
    nobody = press(hall, "next", AUFRUF_TOKEN=token)
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert "nobody_waiting" in nobody.stderr
    assert press(hall, "close", "--json", AUFRUF_TOKEN=token).stdout.startswith('{"id": "rathaus-1"')


async def test_without_a_token_it_says_what_is_missing(hall: Hall) -> None:
    pressed = press(hall, "next")
    assert pressed.returncode == 2
    assert "AUFRUF_TOKEN" in pressed.stderr


async def test_a_file_comes_before_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(" secret\n", encoding="utf-8")
    assert read_token(file, {"AUFRUF_TOKEN": "other"}) == "secret"
    assert read_token(None, {"AUFRUF_TOKEN": "other"}) == "other"


async def test_a_missing_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert read_token(tmp_path / "none", {"AUFRUF_TOKEN": "other"}) == ""
    assert str(tmp_path / "none") in capsys.readouterr().err


async def test_an_answer_is_said_in_a_line() -> None:
    assert in_short({"number": 417, "state": "called", "room": "3"}) == "417 called room 3"
    assert in_short({"id": "c-1", "state": "open"}) == "c-1 open"
