"""The unattended browser: what is started, how, and that it comes back."""

import asyncio
import json
import os
import signal
import stat
import sys
from argparse import ArgumentParser
from pathlib import Path

import pytest

from display import browser
from tests.display.peer import Peer, a_call
from tests.e2e.harness.browser import ARGUMENTS, Running

URL = "https://town.example/display/eg"


def a_program(path: Path, body: str) -> Path:
    path.write_text(f"#!{sys.executable}\n{body}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def parsed(*words: str) -> int:
    parser = ArgumentParser()
    browser.command.add_arguments(parser)
    return browser.command.run(parser.parse_args(words))


def test_it_takes_the_first_chromium_of_the_machine() -> None:
    installed = {"google-chrome": "/opt/chrome", "chromium-browser": "/usr/bin/chromium-browser"}
    assert browser.find_browser(None, installed.get) == "/usr/bin/chromium-browser"


def test_a_named_browser_that_is_missing_is_not_replaced_by_another() -> None:
    assert browser.find_browser("firefox", {"chromium": "/usr/bin/chromium"}.get) is None


def test_sound_is_allowed_and_no_dialog_waits_for_anybody(tmp_path: Path) -> None:
    line = browser.command_line("chromium", URL, tmp_path)
    assert {"--kiosk", "--autoplay-policy=no-user-gesture-required", "--noerrdialogs"} < set(line)
    assert f"--user-data-dir={tmp_path}" in line
    assert line[-1] == f"--app={URL}"


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("http://queue.town.internal:8000/display/eg", "http://queue.town.internal:8000"),
        ("http://127.0.0.1:8000/display/eg", None),
        (URL, None),
    ],
)
def test_plain_http_in_the_towns_net_may_list_its_loudspeakers(
    url: str, trusted: str | None, tmp_path: Path
) -> None:
    flags = [flag for flag in browser.command_line("chromium", url, tmp_path) if "insecure-origin" in flag]
    assert flags == ([f"--unsafely-treat-insecure-origin-as-secure={trusted}"] if trusted else [])


def test_a_browser_that_dies_at_once_is_started_ever_more_slowly() -> None:
    waits, waited = [], 0.0
    for _ in range(8):
        waited = browser.wait_before_restart(0.1, waited, 1.0)
        waits.append(waited)
    assert waits == [1, 2, 4, 8, 16, 30, 30, 30]
    assert browser.wait_before_restart(3600, 30, 1.0) == 1


def test_the_profile_lies_in_the_users_data(tmp_path: Path) -> None:
    assert browser.default_profile({"HOME": "/srv/hall"}) == Path(
        "/srv/hall/.local/share/aufruf/display-browser"
    )
    assert browser.default_profile({"XDG_DATA_HOME": "/data"}) == Path("/data/aufruf/display-browser")


def test_a_missing_browser_and_a_wrong_address_are_said_plainly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert parsed(URL, "--browser", str(tmp_path / "none")) == 2
    assert "no Chromium found" in capsys.readouterr().err
    assert parsed("file:///etc/passwd", "--browser", sys.executable) == 2
    assert "http://" in capsys.readouterr().err


def test_once_gives_the_browsers_own_end(tmp_path: Path) -> None:
    body = "import json, sys\nopen(sys.argv[0] + '.ran', 'w').write(json.dumps(sys.argv))\nsys.exit(7)"
    program = a_program(tmp_path / "chromium", body)
    assert parsed(URL, "--browser", str(program), "--profile", str(tmp_path / "profile"), "--once") == 7
    assert json.loads((tmp_path / "chromium.ran").read_text())[-1] == f"--app={URL}"
    assert (tmp_path / "profile").is_dir()


async def test_it_starts_again_when_it_dies_and_ends_with_its_master(tmp_path: Path) -> None:
    body = (
        f"import os, time\nopen({str(tmp_path / 'pids')!r}, 'a').write(f'{{os.getpid()}}\\n')\ntime.sleep(60)"
    )
    program = a_program(tmp_path / "chromium", body)
    script = f"from display.browser import keep_running as run; run([{str(program)!r}], random_=lambda: 0)"
    master = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        stderr=asyncio.subprocess.DEVNULL,
    )

    async def pids(count: int) -> list[int]:
        async with asyncio.timeout(10):
            while True:
                found = (tmp_path / "pids").read_text().split() if (tmp_path / "pids").exists() else []
                if len(found) >= count:
                    return [int(pid) for pid in found]
                await asyncio.sleep(0.05)

    first = (await pids(1))[0]
    os.kill(first, signal.SIGKILL)
    second = (await pids(2))[1]
    master.terminate()
    assert await asyncio.wait_for(master.wait(), 10) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


async def test_a_page_of_plain_http_can_see_whether_there_is_a_loudspeaker(
    peer: Peer, running_browsers: Running, tmp_path: Path
) -> None:
    """Failure 22: without the flag the browser hides the list, and a display without sound looks healthy."""
    url = f"http://town.test:{peer.port}/display/eg"
    flags = [flag for flag in browser.command_line("", url, tmp_path) if "insecure" in flag]
    for wanted, more in ((False, []), (True, flags)):
        opened = await running_browsers.playwright.chromium.launch(
            executable_path=browser.find_browser(None),
            args=[*ARGUMENTS, *more, "--host-resolver-rules=MAP town.test 127.0.0.1"],
        )
        page = await opened.new_page()
        await page.goto(url)
        assert await page.evaluate("navigator.mediaDevices !== undefined") is wanted
        await opened.close()


async def test_chromium_started_so_shows_a_call_without_a_touch(peer: Peer, tmp_path: Path) -> None:
    found = browser.find_browser(None)
    assert found is not None
    extra = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--remote-debugging-port=0"]
    process = await asyncio.create_subprocess_exec(
        *browser.command_line(found, peer.url, tmp_path, extra),
        stderr=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(20):
            while not peer.positions:
                await asyncio.sleep(0.05)
        await peer.call(a_call(7))
        await peer.said_that((7, "shown"))
        assert peer.health()["audio"]["unlocked"] is True
    finally:
        process.terminate()
        await process.wait()
