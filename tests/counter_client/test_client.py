"""The Python client against the real server, and against lines that break."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from counter_client.client import TRIES, CounterClient, Refused, Unreachable
from tests.counter_client.conftest import Hall

Handler = Callable[[httpx2.Request], httpx2.Response]


@pytest.fixture
def on_a_line() -> Iterator[Callable[[Handler], tuple[CounterClient, list[float]]]]:
    """A client on a line that behaves as told; the waits between its tries are noted, not slept."""
    clients: list[CounterClient] = []

    def make(handler: Handler) -> tuple[CounterClient, list[float]]:
        waited: list[float] = []
        line = httpx2.MockTransport(handler)
        clients.append(CounterClient("http://hall", "c-1", token="t", transport=line, sleep=waited.append))
        return clients[-1], waited

    yield make
    for client in clients:
        client.hang_up()


async def test_a_visit_from_call_to_finish(hall: Hall) -> None:
    first, second = hall.take(), hall.take()
    client = hall.anna
    assert client.open()["state"] == "open"
    called = client.next()
    assert (called["number"], called["room"]) == (first["number"], "1")
    assert client.recall(called["ticket"])["seq"] > called["seq"]
    assert client.has_come(called["ticket"])["state"] == "serving"
    assert client.done()["number"] == second["number"]
    client.undo()
    assert hall.state_of() == ("serving", first["number"])
    assert client.done()["number"] == second["number"]
    assert client.done()["state"] == "finished"
    with pytest.raises(Refused) as refused:
        client.done()
    assert refused.value.code == "nobody_waiting"
    assert client.close()["state"] == "closed"


async def test_the_other_acts_of_a_clerk(hall: Hall) -> None:
    numbers = [hall.take()["number"] for _ in range(4)]
    client = hall.anna
    client.open()
    chosen = client.call(numbers[2])
    assert chosen["number"] == numbers[2]
    client.join(numbers[3], chosen["ticket"])
    assert client.picture()["current"]["joined"] == [numbers[3]]  # type: ignore[index]
    client.has_come()
    client.change_concern([{"id": "id-card", "count": 1}], persons=2)
    assert client.picture()["current"]["persons"] == 2  # type: ignore[index]
    parked = client.park()
    assert client.has_come(parked["ticket"])["number"] == numbers[2]
    client.finish()
    client.next()
    assert client.put_back()["state"] == "waiting"
    client.next()
    assert client.no_show()["state"] == "no_show"
    assert client.pause()["state"] == "paused"


async def test_a_visit_is_handed_to_a_colleague(hall: Hall) -> None:
    number = hall.take()["number"]
    bernd = hall.colleague("bernd", "rathaus-2")
    bernd.open()
    hall.anna.open()
    hall.anna.next()
    hall.anna.transfer(counter="rathaus-2")
    assert bernd.next()["number"] == number


async def test_pictures_come_by_themselves(hall: Hall) -> None:
    hall.anna.open()
    with hall.anna.pictures() as frames:
        assert next(frames)["counter"]["current"] is None
        number = hall.take()["number"]
        hall.anna.next()
        current = next(f["counter"]["current"] for f in frames if f["counter"]["current"])
        assert (current["number"], current["state"]) == (number, "called")


async def test_two_clerks_get_two_visitors(hall: Hall) -> None:
    """Failure 1: "next" at the same moment calls two different visitors."""
    numbers = {hall.take()["number"] for _ in range(2)}
    bernd = hall.colleague("bernd", "rathaus-2")
    bernd.open()
    hall.anna.open()
    assert {hall.anna.next()["number"], bernd.next()["number"]} == numbers


async def test_another_visit_than_meant_is_refused(hall: Hall) -> None:
    hall.take()
    hall.anna.open()
    called = hall.anna.next()
    with pytest.raises(Refused) as refused:
        hall.anna.finish(called["ticket"] + 1)
    assert refused.value.code == "other_ticket"


async def test_a_token_signs_in(hall: Hall) -> None:
    token = hall.token("--role", "clerk", "--site", "rathaus")
    with CounterClient(hall.server.url, "rathaus-3", token=token) as keypad:
        assert keypad.open()["state"] == "open"
    with (
        pytest.raises(Refused) as refused,
        CounterClient(hall.server.url, "rathaus-3", token="wrong") as keypad,
    ):
        keypad.next()
    assert refused.value.code == "sign_in_required"


async def test_a_lost_answer_is_asked_for_again_with_the_same_id(
    on_a_line: Callable[[Handler], tuple[CounterClient, list[float]]],
) -> None:
    """Failure 2: one press, one result; a keep-alive connection may be closed just when it is used."""
    told: list[Any] = []

    def line(request: httpx2.Request) -> httpx2.Response:
        told.append(json.loads(request.content)["request_id"])
        if len(told) == 1:
            raise httpx2.RemoteProtocolError("Server disconnected", request=request)
        return httpx2.Response(502 if len(told) == 2 else 201, json={"number": 417})

    client, waited = on_a_line(line)
    assert client.next() == {"number": 417}
    assert len(told) == 3
    assert len(set(told)) == 1
    assert waited == [0.2, 0.4]
    client.next()
    assert len(set(told)) == 2


async def test_a_refusal_is_never_sent_again(
    on_a_line: Callable[[Handler], tuple[CounterClient, list[float]]],
) -> None:
    told: list[httpx2.Request] = []

    def line(request: httpx2.Request) -> httpx2.Response:
        told.append(request)
        return httpx2.Response(503, json={"error": {"code": "storage_unavailable", "message": "…", "n": 1}})

    client, waited = on_a_line(line)
    with pytest.raises(Refused) as refused:
        client.next()
    assert (refused.value.code, refused.value.params) == ("storage_unavailable", {"n": 1})
    assert (len(told), waited) == (1, [])


async def test_silence_has_an_end(
    on_a_line: Callable[[Handler], tuple[CounterClient, list[float]]],
) -> None:
    def line(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("nobody there", request=request)

    client, waited = on_a_line(line)
    with pytest.raises(Unreachable):
        client.next()
    assert len(waited) == TRIES - 1
