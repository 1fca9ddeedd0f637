"""From the example town file to people who sign in: the first hour of an operator, by the commands."""

import re
import subprocess
import time
from importlib.metadata import version
from pathlib import Path

import httpx2
import pytest

from tests.commands.conftest import Aufruf
from tests.commands.operating import EXAMPLE, Place, Said, serving, written
from tests.e2e.harness.server import AUFRUF


@pytest.mark.parametrize(
    "empty_place", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)
def test_a_whole_town_from_its_file_to_a_paired_display(
    empty_place: Place, aufruf: Aufruf, tmp_path: Path
) -> None:
    def told(*words: str) -> Said:
        said = aufruf(*words, *empty_place.words)
        assert said.status == 0, said.err
        return said

    file = written(tmp_path / "town.toml")
    init = [AUFRUF[0], "init", "--from", str(file), "--yes", *empty_place.words]
    subprocess.run(init, check=True, capture_output=True, timeout=60)  # the installed command
    password = told("user", "create", "--role", "clerk", "mueller").last
    with serving(empty_place) as address, httpx2.Client(base_url=address) as browser:
        page = browser.get("/counter", follow_redirects=True)
        assert (page.status_code, 'type="password"' in page.text) == (200, True)
        signed_in = browser.post("/api/v1/sessions", json={"user": "mueller", "password": password})
        assert signed_in.status_code == 201, signed_in.text

        with httpx2.Client(base_url=address) as television:
            asking = television.get("/display/rathaus-display", follow_redirects=True)
            code = re.search(r"[A-Z3-9]{4}-[A-Z3-9]{4}", asking.text)
            assert code is not None, f"{asking.status_code} {asking.text}"
            assert "127.0.0.1" in told("pair").out
            told("pair", code[0], "--display", "rathaus-display")
            shown = television.get("/pair", follow_redirects=True)
            assert (shown.status_code, shown.url.path) == (200, "/display/rathaus-display")

        file.write_text(EXAMPLE.replace('{ id = "rathaus-2", room = "2" }', '{ id = "neu", room = "2" }'))
        told("init", "--from", str(file), "--yes")
        assert _appears(browser, "neu")
    assert "Log and rows agree." in told("check").out


def _appears(browser: httpx2.Client, counter_id: str) -> bool:
    """Wait until the running server has taken the new set-up in; it looks every two seconds."""
    until = time.monotonic() + 8
    while time.monotonic() < until:
        site = browser.get("/api/v1/sites/rathaus").json()
        if counter_id in {counter["id"] for counter in site.get("counters", [])}:
            return True
        time.sleep(0.1)
    return False


def test_the_installed_command_says_what_it_is() -> None:
    done = subprocess.run([AUFRUF[0], "--version"], check=True, capture_output=True, text=True)
    assert done.stdout == f"aufruf {version('aufruf')}\n"


@pytest.mark.parametrize("words", [["--help"], ["token", "create", "--help"]])
def test_help_is_there_for_everything(aufruf: Aufruf, words: list[str]) -> None:
    said = aufruf(*words)
    assert said.status == 0
    assert "aufruf" in said.out
