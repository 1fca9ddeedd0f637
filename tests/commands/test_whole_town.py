"""From the example town file to people who sign in: the first hour of an operator, as real commands."""

import re
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest

from tests.commands.operating import EXAMPLE, Place, serving, written


def aufruf(place: Place, *words: str) -> str:
    """Run the command in a process of its own and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "queue_server.cli", *words, *place.words],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "empty_place", ["sqlite", pytest.param("postgresql", marks=pytest.mark.long)], indirect=True
)
def test_a_whole_town_from_its_file_to_a_paired_display(empty_place: Place, tmp_path: Path) -> None:
    file = written(tmp_path / "town.toml")
    aufruf(empty_place, "init", "--from", str(file), "--yes")
    password = aufruf(empty_place, "user", "create", "--role", "clerk", "mueller").splitlines()[-1]
    with serving(empty_place) as address, httpx2.Client(base_url=address) as browser:
        page = browser.get("/counter", follow_redirects=True)
        assert (page.status_code, 'type="password"' in page.text) == (200, True)
        signed_in = browser.post("/api/v1/sessions", json={"user": "mueller", "password": password})
        assert signed_in.status_code == 201, signed_in.text

        with httpx2.Client(base_url=address) as television:
            asking = television.get("/display/rathaus-display", follow_redirects=True)
            code = re.search(r"[A-Z3-9]{4}-[A-Z3-9]{4}", asking.text)
            assert code is not None, f"{asking.status_code} {asking.text}"
            assert "127.0.0.1" in aufruf(empty_place, "pair")
            aufruf(empty_place, "pair", code[0], "--display", "rathaus-display")
            shown = television.get("/pair", follow_redirects=True)
            assert (shown.status_code, shown.url.path) == (200, "/display/rathaus-display")

        file.write_text(EXAMPLE.replace('{ id = "rathaus-2", room = "2" }', '{ id = "neu", room = "2" }'))
        aufruf(empty_place, "init", "--from", str(file), "--yes")
        assert _appears(browser, "neu")
    assert "Log and rows agree." in aufruf(empty_place, "check")


def _appears(browser: httpx2.Client, counter_id: str) -> bool:
    """Wait until the running server has taken the new set-up in; it looks every two seconds."""
    until = time.monotonic() + 8
    while time.monotonic() < until:
        site = browser.get("/api/v1/sites/rathaus").json()
        if counter_id in {counter["id"] for counter in site.get("counters", [])}:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("words", [["--help"], ["token", "create", "--help"], ["--version"]])
def test_help_is_there_for_everything(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "queue_server.cli", *words], check=True, capture_output=True, text=True
    )
    assert "aufruf" in done.stdout
