"""A thousand visitors' phones in a process of their own: real sockets, drained, a few of them timed.

`python -m tests.bench.phone_crowd PORT SITE COUNT` prints `ready`, then answers each line on standard
input with the JSON list of what the timed phones saw since: `[[phone, seq, when], …]`, `when` on the clock of
`time.perf_counter`, which all processes of a machine share. Ends when standard input closes.
"""

import json
import re
import select
import socket
import subprocess
import sys
import time
from typing import Self

from queue_server.live.socket_options import raise_file_limit
from tests.bench.clients import END_OF_HEAD, HOST, pong, upgrade_request

TIMED = 20
REST_S = 0.001
AT_ONCE = 50
PING_HEAD = b"\x89\x04"
TOP_SEQ = re.compile(rb'"seq":(\d+),"queue"')
CONNECT_LIMIT_S = 20.0


class PhoneCrowd:
    """The driver's side: starts the process, asks it, ends it."""

    def __init__(self, port: int, site: str, count: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.phone_crowd", str(port), site, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if self._line() != "ready":
            self.stop()
            raise RuntimeError("the phones could not connect")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def seen(self) -> dict[int, list[tuple[int, float]]]:
        """Return for each timed phone (sequence number, when) of its frames since the last question."""
        assert self._process.stdin is not None
        print("seen", file=self._process.stdin, flush=True)
        by_phone: dict[int, list[tuple[int, float]]] = {}
        for phone, seq, when in json.loads(self._line()):
            by_phone.setdefault(phone, []).append((seq, when))
        return by_phone

    def stop(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(2)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def main(port: int, site: str, count: int) -> None:
    raise_file_limit()
    poll = select.epoll()
    phones = connect(port, site, count)
    timed = set(list(phones)[:: max(1, count // TIMED)])
    for number in phones:
        poll.register(number, select.EPOLLIN)
    poll.register(sys.stdin.fileno(), select.EPOLLIN)
    print("ready", flush=True)
    drain(poll, phones, timed)


def connect(port: int, site: str, count: int) -> dict[int, socket.socket]:
    """Open the sockets, some at a time; by file number."""
    phones: dict[int, socket.socket] = {}
    while len(phones) < count:
        batch = []
        for _ in range(min(AT_ONCE, count - len(phones))):
            phone = socket.create_connection((HOST, port), timeout=CONNECT_LIMIT_S)
            phone.sendall(upgrade_request(f"/live/sites/{site}"))
            batch.append(phone)
        for phone in batch:
            head = b""
            while END_OF_HEAD not in head:
                part = phone.recv(65536)
                if not part:
                    raise SystemExit("a phone was refused")
                head += part
            phone.setblocking(False)
            phones[phone.fileno()] = phone
    return phones


def drain(poll: select.epoll, phones: dict[int, socket.socket], timed: set[int]) -> None:
    """Read all there is, many at a time: real phones are on other machines and cost the server nothing."""
    seen: list[tuple[int, int, float]] = []
    tails: dict[int, bytes] = {}
    buffer = bytearray(1 << 18)
    while True:
        time.sleep(REST_S)
        for number, _ in poll.poll(1.0, 8192):
            if number == sys.stdin.fileno():
                if not sys.stdin.readline():
                    return
                print(json.dumps(seen), flush=True)
                seen = []
                continue
            size = phones[number].recv_into(buffer)
            if size == 0:
                raise SystemExit("a phone was cut off")
            _answer_ping(phones[number], buffer, size)
            if number in timed:
                text = tails.get(number, b"") + bytes(buffer[:size])
                when = time.perf_counter()
                seen += [(number, int(found[1]), when) for found in TOP_SEQ.finditer(text)]
                # A head that was cut in two is found with the next part; a whole one is not found twice.
                tails[number] = text[-40:] if not TOP_SEQ.search(text[-40:]) else b""


def _answer_ping(phone: socket.socket, buffer: bytearray, size: int) -> None:
    """Answer the server's ping, wherever among the frames it stands; without it, it cuts us off.

    Its head cannot be part of a text: JSON holds no control character.
    """
    begin = buffer.find(PING_HEAD, 0, size)
    if begin >= 0:
        phone.send(pong(bytes(buffer[begin + 2 : begin + 6])))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
