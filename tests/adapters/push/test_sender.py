"""One push over a real TLS connection: what is sent, and what the service's answers mean."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from queue_server.adapters.push.encrypting import VapidKey
from queue_server.adapters.push.section import SERVICES, PushServices
from queue_server.adapters.push.sender import PushSender, judge
from queue_server.adapters.town.source import Report, parse
from queue_server.adapters.town.table import Table
from queue_server.domain.push import Outcome
from tests.push_service import Browser, a_push_service, proven

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)


@dataclass
class Sections:
    push: PushServices | None


@dataclass
class File:
    now: Sections


def a_sender(services: PushServices | None, *, stays_here: bool = False) -> PushSender:
    return PushSender(File(Sections(services)), VapidKey(b"k" * 32), stays_here=stays_here)


async def test_a_push_is_short_lived_urgent_sealed_and_signed(tmp_path: Path) -> None:
    browser = Browser()
    async with a_push_service(tmp_path) as service:
        sender = a_sender(PushServices("it@stadt.example", (service.host,), tmp_path / "push-ca.pem"))
        to = browser.subscription(service.endpoint)
        assert await sender.send(to, b"417", 60, NOW) is Outcome.TAKEN
        lines, body = await service.next()
        service.answers = [302, 410, 503]
        assert [await sender.send(to, b"417", 60, NOW) for _ in range(3)] == [
            *(Outcome.REFUSED, Outcome.GONE, Outcome.LATER)
        ], "a redirect is not followed: it may lead anywhere"
        await sender.stop()
    assert browser.read(body) == b"417"
    assert (lines["ttl"], lines["urgency"], lines["content-encoding"]) == ("60", "high", "aes128gcm")
    assert proven(lines["authorization"])["aud"] == f"https://{service.host}"
    assert await sender.send(to, b"417", 60, NOW) is Outcome.LATER, "nobody is there any more"
    await sender.stop()


async def test_what_pushes_need_is_loaded_at_the_start_where_there_are_any(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The first page of a phone stood still for it, and the first call came later than the others."""
    sender = a_sender(PushServices("it@stadt.example"))
    before = sender._client
    await sender.warm_up()
    assert (before is None, sender._client is None) == (True, False)
    assert {"public", "point", "_key"} <= vars(sender._key).keys()
    await sender.stop()
    broken = a_sender(PushServices("it@stadt.example", ca_file=Path(__file__)))
    await broken.warm_up()
    assert "pushes cannot be sent" in caplog.text
    without = a_sender(None)
    await without.warm_up()
    assert (without._client, vars(without._key).keys() & {"_key"}) == (None, set())


async def test_of_many_first_pushes_none_closes_what_another_uses(tmp_path: Path) -> None:
    """Several are called at once just after a start."""
    browser = Browser()
    async with a_push_service(tmp_path) as service:
        services = PushServices("it@stadt.example", (service.host,), tmp_path / "push-ca.pem")
        sender, to = a_sender(services), browser.subscription(service.endpoint)
        clients = await asyncio.gather(*(sender._connected(services) for _ in range(6)))
        assert all(one is clients[0] for one in clients)
        assert await sender.send(to, b"417", 60, NOW) is Outcome.TAKEN
        await sender.stop()


async def test_a_push_whose_client_was_closed_meanwhile_goes_out_later(
    tmp_path: Path,
) -> None:
    """The list of services was changed while it was on its way."""
    async with a_push_service(tmp_path) as service:
        services = PushServices("it@stadt.example", (service.host,), tmp_path / "push-ca.pem")
        sender, to = a_sender(services), Browser().subscription(service.endpoint)
        assert await sender.send(to, b"417", 60, NOW) is Outcome.TAKEN
        closed = await sender._connected(services)
        await closed.aclose()
        assert await sender.send(to, b"417", 60, NOW) is Outcome.LATER
        await sender.stop()


async def test_nothing_leaves_to_who_is_not_listed_or_while_it_is_off(tmp_path: Path) -> None:
    to = Browser().subscription("https://push.example/x")
    for sender in (
        a_sender(None),
        a_sender(PushServices("it@stadt.example", ("push.example",)), stays_here=True),
        a_sender(PushServices("it@stadt.example", ("other.example",))),
    ):
        assert not sender.takes(to)
        assert await sender.send(to, b"417", 60, NOW) is Outcome.REFUSED
    assert a_sender(None).public_key == ""


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(201, "taken"), (404, "gone"), (410, "gone"), (429, "later"), (500, "later"), (403, "refused")],
)
def test_each_answer_has_its_meaning(status: int, outcome: str) -> None:
    assert judge(status) == outcome


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ('contact = "it@stadt.example"', []),
        ("", ["missing_key"]),
        ('contact = "nobody"', ["bad_email"]),
        ('contact = "it@stadt.example"\nservices = ["https://x/"]', ["bad_address"]),
        ('contact = "it@stadt.example"\nca_file = "none.pem"', ["file_unreadable"]),
    ],
)
def test_the_section_says_what_is_wrong_with_it(text: str, wrong: list[str]) -> None:
    report = Report()
    source = parse(f"[push]\n{text}", "connections.toml")
    found = PushServices.of(Table(report, source, ("push",), source.data["push"]))
    assert [str(one.code) for one in report.problems] == wrong
    if not wrong:
        assert found.services == SERVICES
