"""`aufruf display-browser URL`: the browser of a waiting area's screen, unattended.

It finds Chromium, starts it full screen with sound allowed and without a dialog that nobody could close,
and starts it again when it dies. It knows nothing of calls; the page does the rest.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

NAMES: Final = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
LIVED_WELL_S: Final = 60.0
LONGEST_WAIT_S: Final = 30.0

FLAGS: Final = (
    "--kiosk",
    "--autoplay-policy=no-user-gesture-required",
    "--noerrdialogs",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-session-crashed-bubble",
    "--hide-crash-restore-bubble",
    "--disable-infobars",
    "--disable-translate",
    "--disable-features=Translate,MediaRouter,InfiniteSessionRestore,GlobalMediaControls",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-pinch",
    "--overscroll-history-navigation=0",
    "--password-store=basic",
    "--use-mock-keychain",
    # A covered or unfocused window would be slowed down, and with it clock and sound.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)


def find_browser(named: str | None, which: Callable[[str], str | None] = shutil.which) -> str | None:
    """Give the program to start: the named one if it exists, else the first Chromium of this machine."""
    return next(filter(None, map(which, [named] if named else NAMES)), None)


def default_profile(environment: dict[str, str]) -> Path:
    """Give the browser's own profile folder: sign-in of the device lives there, so it must survive."""
    base = environment.get("XDG_DATA_HOME") or str(
        Path(environment.get("HOME", "~")).expanduser() / ".local/share"
    )
    return Path(base) / "aufruf" / "display-browser"


def command_line(browser: str, url: str, profile: Path, extra: Sequence[str] = ()) -> list[str]:
    """Build the browser's command line.

    On plain http the browser hides the list of loudspeakers, and the page could not tell that there is none;
    so this one address is declared trustworthy.
    """
    parts = urlsplit(url)
    trusted = []
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        trusted = [f"--unsafely-treat-insecure-origin-as-secure={parts.scheme}://{parts.netloc}"]
    return [browser, f"--user-data-dir={profile}", *FLAGS, *trusted, *extra, f"--app={url}"]


def wait_before_restart(lived_s: float, waited_s: float, draw: float) -> float:
    """Say how long to wait before the next start: a second, longer each time it dies at once. `draw`: 0–1."""
    if lived_s >= LIVED_WELL_S:
        return 1.0
    return min(LONGEST_WAIT_S, max(1.0, waited_s * 2)) * (0.75 + draw / 4)


class Command:
    """Show a waiting area's page on this machine, full screen, unattended."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", help="the display's address, such as https://town.example/display/eg")
        parser.add_argument("--browser", help="program to start (default: the first Chromium found)")
        parser.add_argument(
            "--profile", type=Path, help="folder of the browser's profile (default: in your home)"
        )
        parser.add_argument("--once", action="store_true", help="do not start it again when it ends")
        parser.add_argument(
            "--flag", action="append", default=[], help="a further flag for the browser (repeatable)"
        )

    def run(self, args: Namespace) -> int:
        browser = find_browser(args.browser)
        if browser is None:
            sys.stderr.write("display-browser: no Chromium found; install it or name one with --browser\n")
            return 2
        if urlsplit(args.url).scheme not in {"http", "https"}:
            sys.stderr.write("display-browser: the address must begin with http:// or https://\n")
            return 2
        profile = args.profile or default_profile(dict(os.environ))
        profile.mkdir(parents=True, exist_ok=True)
        return keep_running(command_line(browser, args.url, profile, args.flag), once=args.once)


command = Command()
"""The entry point `display-browser` of the group `aufruf.commands`."""


def keep_running(
    line: Sequence[str], *, once: bool = False, random_: Callable[[], float] = random.random
) -> int:
    """Run the browser until this process is told to end (SIGTERM, SIGINT); start it again when it dies."""
    previous = signal.signal(signal.SIGTERM, _end)
    waited_s = 0.0
    try:
        while True:
            began = time.monotonic()
            code = _run_once(line)
            if once:
                return code
            waited_s = wait_before_restart(time.monotonic() - began, waited_s, random_())
            sys.stderr.write(f"display-browser: the browser ended ({code}); again in {waited_s:.0f} s\n")
            time.sleep(waited_s)
    except (KeyboardInterrupt, SystemExit):
        return 0
    finally:
        signal.signal(signal.SIGTERM, previous)


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(0)


def _run_once(line: Sequence[str]) -> int:
    with subprocess.Popen(line, stdin=subprocess.DEVNULL) as process:  # noqa: S603 - our own list, no shell
        try:
            return process.wait()
        finally:
            if process.poll() is None:
                process.terminate()
