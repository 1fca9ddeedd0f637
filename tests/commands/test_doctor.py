"""`aufruf doctor`: beside a server, without one, and where nearly everything is broken."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from queue_server.adapters.doctor import examining, live_file
from queue_server.adapters.doctor.live_file import Told
from queue_server.commands import doctor
from queue_server.domain.doctor.findings import CHECKS, KINDS, Finding
from queue_server.web.texts import load_texts
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place, fill_hall, serving

ON_A_FILE = pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)


def found(aufruf: Aufruf, place: Place, *more: str) -> tuple[int, dict[str, dict[str, Any]]]:
    said = aufruf("doctor", *place.words, "--json", "--quick", *more)
    told = json.loads(said.out)
    return said.status, {one["code"]: one for check in told["checks"] for one in check["findings"]}


def test_without_a_server_it_says_what_it_can(aufruf: Aufruf, place: Place) -> None:
    status, codes = found(aufruf, place, "--public-url", "https://termin.example")
    assert status == 2
    assert {"server_not_running", "mail_not_connected", "nobody_told"} <= codes.keys()
    assert (
        not {"database_unusable", "database_old_shape", "check_failed", "public_url_missing"} & codes.keys()
    )
    assert codes["server_not_running"]["todo"].startswith("Start it")


def as_told(place: Place, at: datetime, *findings: Finding, address: str = "") -> Told:
    folder = str(place.settings.backup_folder)
    checks = ("displays", "disk")
    return Told(at, address, "https://x.example", folder, False, False, "", checks, findings)


@ON_A_FILE
def test_people_read_sentences_in_their_language(aufruf: Aufruf, place: Place) -> None:
    said = aufruf("doctor", *place.words, "--quick", "--language", "de")
    assert "Der Server läuft nicht." in said.out
    assert "doctor." not in said.out
    assert "\033" not in said.out, "colours are for terminals"


@ON_A_FILE
def test_beside_a_server_it_knows_the_devices(aufruf: Aufruf, place: Place) -> None:
    gone = Finding("display_gone", "rathaus-eg", {}, "musterstadt", "rathaus")
    told = as_told(place, datetime.now(UTC), gone)
    live_file.write(place.settings.data, told)
    _, codes = found(aufruf, place)
    assert codes["display_gone"]["level"] == "hint", "at night a screen may be dark"
    assert not {"server_not_running", "server_not_answering", "public_url_missing"} & codes.keys()


@ON_A_FILE
def test_a_server_that_fell_silent_is_told_from_one_that_ended(aufruf: Aufruf, place: Place) -> None:
    with serving(place):
        _, codes = found(aufruf, place)
        assert "server_not_running" not in codes
        told = live_file.read(place.settings.data)
        old = datetime.now(UTC) - timedelta(minutes=5)
        assert told is None or told.at > old
        live_file.write(place.settings.data, as_told(place, old))
        assert "server_not_answering" in found(aufruf, place)[1]
        live_file.write(place.settings.data, as_told(place, datetime.now(UTC), address="http://127.0.0.1:9"))
        assert "server_not_answering" in found(aufruf, place)[1]
    assert "server_not_running" in found(aufruf, place)[1]


@ON_A_FILE
def test_a_damaged_database_is_found(aufruf: Aufruf, place: Place) -> None:
    fill_hall(place)
    file = place.settings.data / "aufruf.sqlite3"
    with place.database() as database:
        assert database.empty_wal()
    content = bytearray(file.read_bytes())
    for page in range(20, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    file.write_bytes(content)
    patient = doctor.patient_of(place.settings, datetime.now(UTC), quick=False)
    (_, codes), *_ = examining.examine(patient, ["database"])
    assert {one.code for one in codes} & {"database_damaged", "database_unusable"}


@ON_A_FILE
def test_log_and_rows_that_differ_are_found(place: Place) -> None:
    fill_hall(place)
    place.run_sql("DELETE FROM ticket WHERE state = 'waiting'")
    patient = doctor.patient_of(place.settings, datetime.now(UTC), quick=False)
    ((_, codes),) = examining.examine(patient, ["database"])
    assert [(one.code, one.subject) for one in codes] == [("log_and_rows_differ", "rathaus")]


@ON_A_FILE
def test_an_older_shape_and_a_missing_file_are_found(aufruf: Aufruf, place: Place) -> None:
    place.run_sql("UPDATE alembic_version SET version_num = '0001'")
    assert "database_old_shape" in found(aufruf, place)[1]
    (place.settings.data / "aufruf.sqlite3").unlink()
    assert "database_unusable" in found(aufruf, place)[1]


def test_a_clock_that_is_behind_the_log_is_found(place: Place) -> None:
    fill_hall(place)
    yesterday = datetime.now(UTC) - timedelta(days=1)
    ((_, codes),) = examining.examine(doctor.patient_of(place.settings, yesterday, quick=True), ["clock"])
    assert codes[0].code == "clock_behind"


@ON_A_FILE
def test_connections_are_looked_at(aufruf: Aufruf, place: Place) -> None:
    file = place.settings.connections_file
    file.touch(mode=0o600)
    end = (datetime.now(UTC) + timedelta(days=9)).date()
    file.write_text(
        '[mail]\nurl = "smtp://mail.stadt.example"\nsender = "a@stadt.example"\ntls = "none"\n'
        f'secret_expires = {end}\n[operations]\nmail = ["it@stadt.example"]\n'
    )
    _, codes = found(aufruf, place)
    assert codes["secret_ends"]["subject"] == "mail"
    assert "mail_unencrypted" in codes
    assert not {"nobody_told", "mail_not_connected"} & codes.keys()
    file.chmod(0o644)
    assert "connections_unusable" in found(aufruf, place)[1]


@ON_A_FILE
def test_a_check_that_breaks_is_told_and_the_others_go_on(
    aufruf: Aufruf, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> Any:
        raise RuntimeError("who knows")

    monkeypatch.setitem(examining.EXAMINATIONS, "key", broken)
    _, codes = found(aufruf, place)
    assert codes["check_failed"]["subject"] == "key"
    assert "nobody_told" in codes


def test_a_folder_that_is_not_there_is_one_sentence(aufruf: Aufruf, tmp_path: Path) -> None:
    said = aufruf("doctor", "--data", tmp_path / "none")
    assert (said.status, said.out) == (2, "")
    assert "--data" in said.err


def test_it_runs_where_the_programs_packages_are_broken(tmp_path: Path) -> None:
    """Failure 30: an upgrade of the system must not leave the one person with a traceback."""
    for name in ("sqlalchemy", "babel"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('libnothing.so.1: cannot open')\n")
    words = [sys.executable, "-m", "queue_server.cli", "doctor", "--data", str(tmp_path)]
    said = subprocess.run(
        words, capture_output=True, text=True, check=False, env={"PYTHONPATH": f"{tmp_path}:{Path.cwd()}"}
    )
    assert said.returncode == 2, said.stderr
    assert "package_broken" in said.stdout
    assert "libnothing.so.1" in said.stdout
    assert "Traceback" not in said.stderr


def test_the_guide_has_a_line_for_every_finding() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "operators" / "doctor.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (\w+ \| [\w ]*?) *\|", guide, re.MULTILINE))
    told = {"weekly": "", "open": "when open", "at_once": "yes"}
    assert rows == {code: f"{kind.level} | {told[kind.tell]}" for code, kind in KINDS.items()}
    for language in ("de", "en"):
        say = load_texts()[language]
        wanted = [f"doctor.{what}_{code}" for code in KINDS for what in ("what", "todo")]
        assert [key for key in wanted if key not in say] == []
        assert [check for check in CHECKS if f"doctor.check_{check}" not in say] == []
