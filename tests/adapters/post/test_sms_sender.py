"""One text message and the gateway's answers, over a real connection: what is sent, later, or never."""

import logging
import time
from collections.abc import AsyncIterator

import pytest

from queue_server.adapters.post.sms_sender import SmsSender, SmsTrouble, Untextable
from tests.sms_gateway import OK, SECRET, Gateway, a_gateway, reaching, section, settings

TO, TEXT = "+491701234567", "Ihr Termin: Mi. 25.11., 10:40 Uhr, Rathaus. Grüße"


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with a_gateway() as found:
        yield found


async def send(gateway: Gateway, more: str = "") -> None:
    await SmsSender().send(reaching(gateway, more), TO, TEXT, "id-1")


async def trouble(gateway: Gateway, more: str = "") -> str:
    with pytest.raises(SmsTrouble) as caught:
        await send(gateway, more)
    assert TO not in repr(caught.value)
    return caught.value.word


async def test_a_message_goes_out_with_its_number_text_id_and_key(gateway: Gateway) -> None:
    await send(gateway)
    assert gateway.taken == [{"to": TO, "text": TEXT, "id": "id-1", "from": "Musterstadt"}]
    assert f"authorization: {SECRET}" in gateway.headers[0].replace("Authorization", "authorization")


async def test_a_form_goes_out_as_a_form(gateway: Gateway) -> None:
    found, _ = section(f'url = "{gateway.address}"\nform = {{ to = "{{digits}}", text = "{{text}}" }}')
    await SmsSender().send(found, TO, TEXT, "id-1")
    assert gateway.taken == [{"to": "491701234567", "text": TEXT}]


@pytest.mark.parametrize(
    ("status", "word"),
    [
        *((status, "sms_not_taken") for status in (301, 400, 404, 422)),
        *((status, "sms_sign_in") for status in (401, 402, 403)),
        *((status, "sms_busy") for status in (429, 500, 503)),
    ],
)
async def test_what_the_gateway_does_not_take_waits(gateway: Gateway, status: int, word: str) -> None:
    """Failure 20: a gateway that says no, whatever it says, loses no message."""
    gateway.answers = [(status, "no")]
    assert await trouble(gateway) == word
    assert len(gateway.taken) == 1, "a redirect is not followed: the key would go along"


async def test_a_gateway_that_is_silent_or_away_is_given_up_for_now(gateway: Gateway) -> None:
    """Failure 20."""
    gateway.answers = [None]
    begun = time.monotonic()
    assert await trouble(gateway, "timeout_s = 1") == "sms_timeout"
    assert time.monotonic() - begun < 5
    gateway.address = "http://127.0.0.1:9/send"
    assert await trouble(gateway) == "sms_unreachable"


@pytest.mark.parametrize(
    ("answer", "more", "word"),
    [
        ((200, "ERROR 17"), 'success_text = "OK"', "sms_unclear"),
        ((200, "no json"), 'success_path = "messages.0.id"', "sms_unclear"),
        ((200, '{"messages": []}'), 'success_path = "messages.0.id"', "sms_unclear"),
        (
            (200, '{"messages": [{"id": null}]}'),
            'success_path = "messages.0.id"',
            "sms_unclear",
        ),
        ((200, "x" * 70_000), "", "sms_unclear"),
        (OK, "success_status = [202]", "sms_unclear"),
    ],
)
async def test_a_kind_status_alone_is_not_believed(
    gateway: Gateway, answer: tuple[int, str], more: str, word: str
) -> None:
    gateway.answers = [answer]
    assert await trouble(gateway, more) == word


async def test_what_is_asked_for_in_the_answer_is_found(gateway: Gateway) -> None:
    await send(
        gateway, 'success_path = "messages.0.id"\nsuccess_text = "queued"\nsuccess_status = [200, 202]'
    )
    assert len(gateway.taken) == 1


@pytest.mark.parametrize(
    ("answer", "more"),
    [
        ((422, "x"), "refused_status = [422]"),
        ((200, '{"error": "invalid number"}'), 'refused_text = "invalid number"'),
        ((400, "invalid number"), 'refused_status = [400]\nrefused_text = "invalid number"'),
    ],
)
async def test_a_number_is_to_blame_only_by_the_towns_own_rule(
    gateway: Gateway, answer: tuple[int, str], more: str
) -> None:
    gateway.answers = [answer]
    with pytest.raises(Untextable) as caught:
        await send(gateway, more)
    assert caught.value.code == "number_refused"


async def test_another_refusal_beside_that_rule_waits(gateway: Gateway) -> None:
    gateway.answers = [(400, "unknown field"), (401, "invalid number")]
    more = 'refused_status = [400]\nrefused_text = "invalid number"'
    assert await trouble(gateway, more) == "sms_not_taken"
    assert await trouble(gateway, more) == "sms_sign_in"


async def test_nothing_of_a_message_is_logged(gateway: Gateway, caplog: pytest.LogCaptureFixture) -> None:
    """Failure 27."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx2").setLevel(logging.WARNING)  # as the running server does
    await send(gateway)
    gateway.answers = [(500, f"{TO} {TEXT}")]
    await trouble(gateway)
    assert not {TO, TEXT, SECRET} & {word for word in (TO, TEXT, SECRET) if word in caplog.text}
    assert section(settings("https://gateway.example"))[1] == []
