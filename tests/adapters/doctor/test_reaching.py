"""Servers as they may be, all of them real: dead, with another password, with a certificate that is over."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from queue_server.adapters.connections import Connections
from queue_server.adapters.doctor import connected, reaching, speaking
from queue_server.adapters.doctor.examining import Patient
from queue_server.adapters.post.smtp import Why
from queue_server.adapters.tls import local_authority
from queue_server.domain.doctor import keeping
from queue_server.domain.doctor import reaching as rules
from tests.mail_house import mail_house


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def showing(until: datetime) -> Iterator[int]:
    """Serve TLS with a certificate that ends then; yield the port."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    born = until - timedelta(days=90)
    trustme.CA().issue_cert("localhost", not_before=born, not_after=until).configure_cert(context)
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(5)

    def serve() -> None:
        try:
            with context.wrap_socket(listening.accept()[0], server_side=True) as one:
                one.recv(1)
        except OSError:
            pass

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        thread.join()
        listening.close()


@pytest.mark.parametrize(
    ("left", "code"),
    [
        (timedelta(days=60), []),
        (timedelta(days=12), ["certificate_ends"]),
        (-timedelta(days=2), ["certificate_ended"]),
    ],
)
def test_the_end_of_a_certificate_is_seen(left: timedelta, code: list[str]) -> None:
    now = datetime.now(UTC)
    with showing(now + left) as port:
        found = reaching.certificates(Connections(), f"https://localhost:{port}")
    assert [one.code for one in rules.certificates((now, found))] == code
    assert found[0].host == f"localhost:{port}"


def test_the_servers_own_certificate_is_read_from_its_file(tmp_path: Path) -> None:
    now, file = datetime.now(UTC), tmp_path / "stadt.pem"
    assert reaching.certificate_file(file).until is None
    issued = trustme.CA().issue_cert("localhost", not_after=now + timedelta(days=9))
    issued.private_key_and_cert_chain_pem.write_to_path(str(file))
    found = (now, (reaching.certificate_file(file),))
    assert [one.code for one in rules.certificates(found)] == ["certificate_ends"]


def test_the_halls_own_authority_is_seen_beside_the_certificate(tmp_path: Path) -> None:
    made = datetime.now(UTC) - timedelta(days=local_authority.AUTHORITY_DAYS - 200)
    local_authority.make_authority(tmp_path / "tls", ["stadt.example"], [], made)
    key = tmp_path / "connections.toml"
    patient = Patient(datetime.now(UTC), tmp_path, "", None, tmp_path, key, key)
    for certificate in (None, tmp_path / "tls" / "authority.pem"):
        found = connected.certificates(replace(patient, certificate=certificate))
        told = [one.code for one in rules.certificates((patient.now, found))]
        assert told == ["authority_ends"], "once, however it is found"


def test_a_dead_address_shows_no_certificate() -> None:
    found = reaching.certificates(Connections(), f"https://localhost:{free_port()}")
    assert [one.code for one in rules.certificates((datetime.now(UTC), found))] == ["certificate_unreachable"]
    assert reaching.certificates(Connections(), "http://rathaus.example") == ()


async def test_the_certificate_of_the_mail_server_is_seen_behind_starttls(tmp_path: Path) -> None:
    async with mail_house() as post:
        connections = Connections(mail=post.server(tmp_path))
        (found,) = await asyncio.to_thread(reaching.certificates, connections, "")
    assert found.until is not None
    assert found.until > datetime.now(UTC)


async def test_signing_in_to_the_mail_server_is_tried_and_nothing_sent(tmp_path: Path) -> None:
    async with mail_house() as post:
        assert await asyncio.to_thread(reaching.mail_trouble, post.server(tmp_path)) == ""
        wrong = post.server(tmp_path, password="falsch")
        assert await asyncio.to_thread(reaching.mail_trouble, wrong) == Why.SIGN_IN
        assert post.taken == []
        dead = post.server(tmp_path, port=free_port())
        assert await asyncio.to_thread(reaching.mail_trouble, dead) == Why.UNREACHABLE


def test_a_gateway_that_does_not_listen_is_found() -> None:
    assert reaching.sms(f"http://localhost:{free_port()}/send").trouble == "ConnectionRefusedError"
    with showing(datetime.now(UTC) + timedelta(days=9)) as port:
        assert reaching.sms(f"https://localhost:{port}/send").trouble == "SSLCertVerificationError"


def test_a_number_is_really_spoken() -> None:
    found = speaking.speech(["de", "en"], quick=False)
    assert [one.code for one in keeping.speech(found)] == []
    assert found.available


def test_a_language_without_words_of_ours_has_no_voice_either() -> None:
    """A display was set to French, stayed silent, and nobody was told."""
    told = list(keeping.speech(speaking.speech(["de", "fr"], quick=True)))
    assert [(one.code, one.subject) for one in told] == [("speech_no_voice", "fr")]


def test_without_an_engine_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from queue_server.adapters.speech import speech

    monkeypatch.setattr(speech, "_installed", lambda _: False)
    assert [one.code for one in keeping.speech(speaking.speech(["de"], quick=False))] == ["speech_missing"]
