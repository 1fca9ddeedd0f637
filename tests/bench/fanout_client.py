"""The load client of the fan-out bench: many raw sockets, one handshake each, and a counting reader.

It counts bytes and parses nothing, so that it stays cheaper than every server it measures; it is the
same for all of them.
"""

import json
import select
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, NamedTuple

from tests.bench.fanout_servers import HOST, NODE_SCRIPT

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
)
REST_S = 0.001
ANSWER_LIMIT_S = 20.0


class Burst(NamedTuple):
    """Deliveries a second, and the server's CPU time for each."""

    rate: float
    cpu_us: float


class TooSlow(Exception):
    """A server did not deliver in time, or dropped a socket."""


class Server:
    """One server process and the sockets that are open to it."""

    def __init__(self, name: str, command: list[str] | None = None) -> None:
        self.name = name
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "tests.bench.fanout_servers", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._sockets: dict[int, socket.socket] = {}
        self._poll = select.epoll()
        self.port = int(self._answer("port"))

    @property
    def socket_count(self) -> int:
        return len(self._sockets)

    def connect(self, count: int) -> None:
        """Open so many sockets more; batches keep both sides busy."""
        while count > 0:
            batch = [self._connect_one() for _ in range(min(count, 100))]
            for one in batch:
                _read_upgrade(one)
                one.setblocking(False)
                self._sockets[one.fileno()] = one
                self._poll.register(one, select.EPOLLIN)
            count -= len(batch)

    def burst(self, payload_size: int, frames: int) -> Burst:
        """Let it send so many frames to every socket, and read them all."""
        deliveries = frames * self.socket_count
        missing = deliveries * (payload_size + (2 if payload_size < 126 else 4))
        begun = time.perf_counter()
        self.ask_for_burst(payload_size, frames)
        self._read(missing, begun + ANSWER_LIMIT_S)
        seconds = time.perf_counter() - begun
        return Burst(deliveries / seconds, float(self._answer("sent")) / deliveries * 1e6)

    def ask_for_burst(self, payload_size: int, frames: int) -> None:
        print("send", payload_size, frames, file=self._stdin, flush=True)

    def memory_kib(self) -> int:
        """Resident memory of the server process."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    def stop(self) -> None:
        self.disconnect()
        self._poll.close()
        self._stdin.close()
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def disconnect(self) -> None:
        for one in self._sockets.values():
            one.close()
        self._sockets.clear()

    @property
    def _stdin(self) -> IO[str]:
        assert self.process.stdin is not None
        return self.process.stdin

    def _answer(self, word: str) -> str:
        assert self.process.stdout is not None
        found, _, value = self.process.stdout.readline().partition(" ")
        if found != word:
            raise TooSlow(f"{self.name} said {found!r} instead of {word!r}")
        return value

    def _connect_one(self) -> socket.socket:
        one = socket.create_connection((HOST, self.port), timeout=ANSWER_LIMIT_S)
        one.sendall(HANDSHAKE)
        return one

    def _read(self, missing: int, until: float) -> None:
        buffer = bytearray(1 << 18)
        while missing > 0:
            # Many at a time: a sleeping reader would make the server pay for waking it at each write,
            # which real phones, on other machines, never do.
            time.sleep(REST_S)
            ready = self._poll.poll(1.0, 8192)
            for number, _ in ready:
                try:
                    count = self._sockets[number].recv_into(buffer)
                except BlockingIOError:
                    continue
                if count == 0:
                    raise TooSlow(f"{self.name} closed a socket")
                missing -= count
            if time.perf_counter() > until:
                raise TooSlow(f"{self.name} still owes {missing} bytes")


def node_server() -> Server | None:
    """Start Node's `ws`, or None when Node or the package is not there."""
    node = shutil.which("node")
    if node is None:
        return None
    if subprocess.run([node, "-e", "require('ws')"], check=False, capture_output=True).returncode:
        return None
    return Server("node ws", [node, "-e", NODE_SCRIPT])


def _read_upgrade(one: socket.socket) -> None:
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        part = one.recv(4096)
        if not part:
            raise TooSlow("a handshake was refused")
        answer += part
    if b" 101 " not in answer or b"permessage-deflate" in answer:
        raise TooSlow(f"unexpected handshake: {json.dumps(answer.decode('latin-1'))}")
