"""`aufruf certificate`, and `aufruf serve` that speaks TLS by itself: a real process, a real client."""

import asyncio
import ssl
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import connect

from queue_server.adapters.tls import local_authority as local
from tests.commands.conftest import Aufruf
from tests.commands.operating import Place, serving

one_database = pytest.mark.parametrize("empty_place", ["sqlite"], indirect=True)


def test_a_local_certificate_is_made_shown_and_renewed(aufruf: Aufruf, tmp_path: Path) -> None:
    made = aufruf("certificate", "local", "--name", "Aufruf.Rathaus.local.", "--to", tmp_path)
    assert (made.status, made.err) == (0, "")
    assert "aufruf.rathaus.local, localhost, 127.0.0.1" in made.out
    assert f"--certificate {tmp_path / local.SERVER}" in made.out
    shown = aufruf("certificate", "show", "--to", tmp_path)
    assert shown.out in made.out
    before = (tmp_path / local.SERVER).read_bytes()
    renewed = aufruf("certificate", "renew", "--to", tmp_path)
    assert renewed.out == shown.out
    assert (tmp_path / local.SERVER).read_bytes() != before


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["local"], 2, "--name or --address"),
        (["local", "--name", "a name"], 2, "not a name"),
        (["local", "--address", "192.168.1"], 1, "not an address"),
        (["renew"], 1, "no local authority"),
        (["show"], 1, "aufruf certificate local"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    aufruf: Aufruf, tmp_path: Path, words: list[str], status: int, said: str
) -> None:
    answer = aufruf("certificate", *words, "--to", tmp_path / "tls")
    assert answer.status == status
    assert said in answer.err
    assert not (tmp_path / "tls").exists()


def test_another_name_needs_another_authority(aufruf: Aufruf, tmp_path: Path) -> None:
    aufruf("certificate", "local", "--name", "a.local", "--to", tmp_path)
    answer = aufruf("certificate", "local", "--name", "b.local", "--to", tmp_path)
    assert (answer.status, "may not sign for b.local" in answer.err) == (1, True)


@one_database
def test_serving_with_tls_cookies_sockets_and_the_way_from_http(aufruf: Aufruf, place: Place) -> None:
    folder = place.settings.data / "tls"
    assert aufruf("certificate", "local", "--address", "127.0.0.1", "--to", folder).status == 0
    words = ["--certificate", str(folder / local.SERVER), "--redirect-from", "0"]
    said: list[str] = []
    trust = ssl.create_default_context(cafile=folder / local.AUTHORITY)
    with (
        serving(place, *words, said=said) as address,
        httpx2.Client(verify=trust, base_url=address) as client,
    ):
        assert address.startswith("https://")
        answer = client.get("/sign-in")
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        chosen = client.get("/sign-in?lang=de")
        assert "; Secure" in chosen.headers["set-cookie"]
        (plain,) = (line.split()[-1] for line in said if line.startswith("Leading here: "))
        led = httpx2.get(f"{plain}termin?s=1")
        assert (led.status_code, led.headers["location"]) == (308, f"{address}/termin?s=1")
        asyncio.run(_listen(f"wss{address.removeprefix('https')}/live/sites/rathaus", trust))


async def _listen(url: str, trust: ssl.SSLContext) -> None:
    async with connect(url, ssl=trust, proxy=None) as opened:
        assert "seq" in str(await asyncio.wait_for(opened.recv(), 5))


@one_database
def test_a_key_alone_is_refused(aufruf: Aufruf, place: Place) -> None:
    answer = aufruf("serve", *place.words, "--redirect-from", "80")
    assert (answer.status, "--certificate" in answer.err) == (2, True)


@one_database
def test_a_certificate_that_is_none_is_refused(aufruf: Aufruf, place: Place, tmp_path: Path) -> None:
    answer = aufruf("serve", *place.words, "--port", "0", "--certificate", tmp_path / "none.pem")
    assert (answer.status, "cannot be read" in answer.err) == (1, True)
