"""`aufruf sms test`: one text message, or one sentence that says what to look at."""

from pathlib import Path

import pytest

from queue_server.adapters.post.sms_sender import Why
from queue_server.commands.sms import PLAINLY
from tests.commands.conftest import Aufruf
from tests.in_a_thread import in_a_thread
from tests.sms_gateway import SECRET, a_gateway, settings

TO = "0170 1234567"


def connections(folder: Path, address: str, more: str = "") -> None:
    path = folder / "connections.toml"
    path.touch(mode=0o600)
    path.write_text(f"[sms]\n{settings(address, more)}")


def test_one_message_is_sent(tmp_path: Path, aufruf: Aufruf) -> None:
    with in_a_thread(a_gateway()) as gateway:
        connections(tmp_path, gateway.address)
        said = aufruf("sms", "test", TO, "--data", tmp_path)
    assert (said.status, said.out) == (
        0,
        "127.0.0.1 took the message. Whether it arrives is seen on the phone.\n",
    )
    assert [one["to"] for one in gateway.taken] == ["+491701234567"]


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((401, "bad key"), "does not accept the key, or the account is empty (it said: 401 bad key)"),
        ((400, '{"error": "to missing"}'), '(it said: 400 {"error": "to missing"})'),
        ((200, "hello"), "success_text and success_path ask for (it said: 200 hello)"),
        ((422, "nobody"), "blames the number, by your rule"),
    ],
)
def test_what_is_wrong_is_said_with_the_gateways_answer(
    tmp_path: Path, aufruf: Aufruf, answer: tuple[int, str], sentence: str
) -> None:
    with in_a_thread(a_gateway()) as gateway:
        gateway.answers = [answer]
        connections(tmp_path, gateway.address, 'success_path = "messages.0.id"\nrefused_status = [422]')
        said = aufruf("sms", "test", TO, "--data", tmp_path)
    assert said.status == 1
    assert sentence in said.err
    assert SECRET not in said.err


def test_what_cannot_be_tried_is_said_before(tmp_path: Path, aufruf: Aufruf) -> None:
    assert "there is no section [sms]" in aufruf("sms", "test", TO, "--data", tmp_path).err
    connections(tmp_path, "https://gateway.example/")
    said = aufruf("sms", "test", "0371 4880", "--data", tmp_path)
    assert (said.status, "no mobile number" in said.err) == (2, True)
    connections(tmp_path, "gateway.example")
    assert "connections.toml cannot be used" in aufruf("sms", "test", TO, "--data", tmp_path).err


def test_every_trouble_of_a_gateway_has_a_sentence() -> None:
    of_the_outbox = {Why.UNUSABLE, Why.LIMIT, Why.NIGHT, Why.MAYBE_SENT}
    assert set(PLAINLY) == set(Why) - of_the_outbox
