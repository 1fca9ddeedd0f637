"""`aufruf serve` without a town: the link, where it is written, and what an older one is worth."""

import io
import re
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from queue_server.adapters import first_run as links
from queue_server.commands import first_run
from queue_server.commands.common import now
from queue_server.settings import Settings
from tests.commands.operating import Place


class Terminal(io.StringIO):
    """Somebody's screen: nothing of it is kept."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def begun(empty_place: Place) -> tuple[Settings, str]:
    empty_place.settings.data.mkdir(exist_ok=True)
    return empty_place.settings, first_run.begin(empty_place.settings)


@pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)
def test_an_empty_place_has_no_town_and_a_made_one_has(place: Place) -> None:
    assert not first_run.has_no_town(place.settings)
    elsewhere = replace(place.settings, data=place.settings.data / "elsewhere", database="")
    elsewhere.data.mkdir()
    assert first_run.has_no_town(elsewhere)


def test_a_new_start_voids_the_older_link(begun: tuple[Settings, str]) -> None:
    settings, first = begun
    assert first_run.has_no_town(settings)
    second = first_run.begin(settings)
    with Place(settings).database() as database:
        states = [database.read(partial(links.state_of, secret=one, now=now())) for one in (first, second)]
        assert states == ["unknown", "open"]
        later = now() + timedelta(hours=24)
        assert database.read(lambda c: links.state_of(c, second, later)) == "over"


def test_the_secret_has_enough_bits_and_is_not_stored(begun: tuple[Settings, str]) -> None:
    settings, secret = begun
    assert len(secret) >= 43  # 256 bits
    assert (settings.data.stat().st_mode & 0o777, settings.key_file.stat().st_mode & 0o777) == (0o700, 0o600)
    for file in settings.data.iterdir():
        assert secret.encode() not in file.read_bytes()


@pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)
def test_the_link_is_told_in_plain_words(begun: tuple[Settings, str]) -> None:
    settings, secret = begun
    said = Terminal()
    first_run.tell(settings, secret, "http://127.0.0.1:8000/", said)
    assert f"http://127.0.0.1:8000/first-run/{secret}\n" in said.getvalue()
    assert "24 hours" in said.getvalue()
    said = Terminal()
    first_run.tell(replace(settings, public_url="https://termin.example"), secret, "http://x:1/", said)
    assert re.findall(r"https?://\S+", said.getvalue()) == [f"https://termin.example/first-run/{secret}"]


@pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)
def test_a_log_that_is_kept_gets_a_file_and_never_the_link(
    begun: tuple[Settings, str],
) -> None:
    settings, secret = begun
    said = io.StringIO()
    first_run.tell(settings, secret, "http://127.0.0.1:8000/", said)
    assert secret not in said.getvalue()
    assert str(settings.first_run_link) in said.getvalue()
    assert settings.first_run_link.stat().st_mode & 0o777 == 0o600
    assert secret in settings.first_run_link.read_text()
    first_run.forget(settings)
    assert not settings.first_run_link.exists()
