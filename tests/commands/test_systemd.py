"""The units that `aufruf systemd` prints, judged by systemd's own tools."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.commands.conftest import Aufruf

EXPOSURE = {"server": 15, "printer": 20}
"""Tenths, as `systemd-analyze security` counts: 0 is a locked box, 100 a service as root."""
SERVER = ["--public-url", "https://termin.example", "--trusted-proxy", "127.0.0.1"]
PRINTER = ["http://127.0.0.1:8000", "--kiosk", "rathaus-kiosk", "--printer", "tcp://192.0.2.20:9100"]


def analyze(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze; script/test installs it."""
    program = shutil.which("systemd-analyze")
    assert program, "systemd-analyze is missing: apt install systemd"
    return subprocess.run([program, *map(str, words)], check=False, capture_output=True, text=True)


def unit(aufruf: Aufruf, folder: Path, kind: str, *words: str, options: tuple[str, ...] = ()) -> Path:
    printed = aufruf("systemd", *options, "--program", "/bin/true", kind, "--", *words)
    assert (printed.status, printed.err) == (0, "")
    file = folder / f"aufruf-{kind}.service"
    file.write_text(printed.out, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("server", SERVER),
        (
            "server",
            ["--host", "192.0.2.5", "--port", "443", "--redirect-from", "80", "--certificate", "/x.pem"],
        ),
        ("printer", PRINTER),
        ("printer", [*PRINTER[:-1], "usb://04b8:0e15"]),
        ("printer", [*PRINTER[:-1], "serial:/dev/ttyUSB0"]),
        ("display", ["https://termin.example/display/rathaus-display"]),
    ],
)
def test_systemd_understands_every_line(aufruf: Aufruf, tmp_path: Path, kind: str, words: list[str]) -> None:
    verified = analyze("verify", unit(aufruf, tmp_path, kind, *words))
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


@pytest.mark.parametrize(("kind", "words"), [("server", SERVER), ("printer", PRINTER)])
def test_what_a_broken_in_server_could_do_is_little(
    aufruf: Aufruf, tmp_path: Path, kind: str, words: list[str]
) -> None:
    file = unit(aufruf, tmp_path, kind, *words)
    judged = analyze("security", "--offline=true", f"--threshold={EXPOSURE[kind]}", file)
    assert judged.returncode == 0, judged.stdout


def test_low_ports_bring_the_one_right_they_need(aufruf: Aufruf, tmp_path: Path) -> None:
    high = unit(aufruf, tmp_path, "server", "--port", "8443").read_text()
    low = unit(aufruf, tmp_path, "server", "--port=443").read_text()
    assert "CapabilityBoundingSet=\n" in high
    assert "CapabilityBoundingSet=CAP_NET_BIND_SERVICE\n" in low
    assert "AmbientCapabilities=CAP_NET_BIND_SERVICE\n" in low
    assert "PrivateUsers" not in low


def test_it_may_write_where_it_must_and_nowhere_else(aufruf: Aufruf, tmp_path: Path) -> None:
    """A folder with - may be missing: a backup share that is away does not keep the hall closed at boot."""
    text = unit(
        aufruf,
        tmp_path,
        "server",
        "--backups",
        "/mnt/copies",
        options=("--home", "/srv/a b", "--write", "/srv/c"),
    ).read_text()
    assert re.findall(r"^ReadWritePaths=(.*)$", text, re.MULTILINE) == ['"/srv/a b" -/srv/c -/mnt/copies']
    assert "WorkingDirectory=/srv/a b\n" in text
    assert "ProtectHome=yes\n" in text


def test_a_folder_below_home_stays_reachable(aufruf: Aufruf, tmp_path: Path) -> None:
    text = unit(aufruf, tmp_path, "server", options=("--home", "/" + "home/aufruf")).read_text()
    assert "ProtectHome=read-only\n" in text


def test_words_reach_the_program_unchanged(aufruf: Aufruf, tmp_path: Path) -> None:
    """systemd reads %, $ and quotes of its own in a command line."""
    word = 'https://x/a%20b?c=$HOME "d" \\e'
    text = unit(aufruf, tmp_path, "display", word).read_text()
    assert 'display-browser "https://x/a%%20b?c=$$HOME \\"d\\" \\\\e"\n' in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["server", "--user", "x"], "options stand before"),
        (["--home", "relative", "server"], "has to begin with /"),
        (["server", "--", "a\nb"], "line break"),
    ],
)
def test_what_a_unit_cannot_hold_is_refused(aufruf: Aufruf, words: list[str], said: str) -> None:
    answer = aufruf("systemd", *words)
    assert (answer.status, said in answer.err) == (2, True)
