"""Who comes by plain http is led to https, and is told nothing else."""

import asyncio

import pytest

from queue_server.live.redirecting import HEAD_LIMIT, Redirecting, answer


def place(head: str, port: int = 443) -> str:
    lines = answer(head.encode("latin-1"), port).decode().split("\r\n")
    found = [line.removeprefix("Location: ") for line in lines if line.startswith("Location: ")]
    return found[0] if found else lines[0]


@pytest.mark.parametrize(
    ("head", "port", "expected"),
    [
        (
            "GET /t/abc?lang=de HTTP/1.1\r\nHost: rathaus.local\r\n\r\n",
            443,
            "https://rathaus.local/t/abc?lang=de",
        ),
        ("GET / HTTP/1.1\r\nhost: 192.168.1.20:8080\r\n\r\n", 8443, "https://192.168.1.20:8443/"),
        ("POST /x HTTP/1.1\r\nHost: [fe80::1]:80\r\n\r\n", 443, "https://[fe80::1]/x"),
    ],
)
def test_the_same_address_is_named_with_tls(head: str, port: int, expected: str) -> None:
    assert place(head, port) == expected


@pytest.mark.parametrize(
    "head",
    [
        "",
        "GET / HTTP/1.1\r\n\r\n",
        "GET //evil.example\\@x HTTP/1.1\r\nHost: a b\r\n\r\n",
        "GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /ä HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x/evil\r\n\r\n",
        "nonsense",
    ],
)
def test_nonsense_leads_nowhere(head: str) -> None:
    assert place(head) == "HTTP/1.1 400 Bad Request"


async def test_each_connection_gets_one_answer_and_ends() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Redirecting(8443), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    for pieces in ([b"GET /a HTTP/1.1\r\nHo", b"st: x\r\n\r\n"], [b"x" * (HEAD_LIMIT + 1)]):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.01)
        said = await asyncio.wait_for(reader.read(), 5)
        assert said.count(b"HTTP/1.1") == 1
        assert (b"Location: https://x:8443/a\r\n" in said) == (len(pieces) == 2)
        writer.close()
    server.close()
