"""The servers that the fan-out bench compares, each alone in its process.

All speak the same way: they print `port <n>` and obey lines on standard input: `send <payload bytes>
<frames>` is answered with `sent <CPU seconds>`, once all frames are handed over. They send no
pings, because the load client never answers any.
"""

import asyncio
import contextlib
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable

from queue_server.live.socket_options import PLAIN, raise_file_limit, socket_options

HOST = "127.0.0.1"
Send = Callable[[int], None]

NODE_SCRIPT = """
const { WebSocketServer } = require('ws');
const wss = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false, backlog: 2048 });
wss.on('listening', () => console.log('port ' + wss.address().port));
const lines = require('readline').createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [, bytes, frames] = line.split(' ').map(Number);
  const data = Buffer.alloc(bytes, 'x');
  const before = process.cpuUsage();
  let left = frames;
  const step = () => {
    if (left-- === 0) {
      const used = process.cpuUsage(before);
      console.log('sent ' + (used.user + used.system) / 1e6);
      return;
    }
    for (const socket of wss.clients) socket.send(data, { binary: false });
    setImmediate(step);
  };
  step();
});
lines.on('close', () => process.exit(0));
"""


async def obey(send: Send) -> None:
    """Do what the driver says until it closes standard input."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        _, size, frames = line.split()
        before = time.process_time()
        for _ in range(int(frames)):
            send(int(size))
            await asyncio.sleep(0)
        print("sent", time.process_time() - before, flush=True)


def listening_socket() -> socket.socket:
    listener = socket.create_server((HOST, 0), backlog=2048)
    print("port", listener.getsockname()[1], flush=True)
    return listener


def serve_ours(*, fast: bool = True, loop: str = "auto") -> None:
    """Run the product's sockets under uvicorn, as `aufruf serve` does."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import WebSocketRoute
    from starlette.websockets import WebSocket

    from queue_server.live.frames import Picture
    from queue_server.live.mailboxes import Connection, broadcast, serve_socket

    phones: dict[Connection, None] = {}

    async def subscribe(connection: Connection) -> None:
        phones[connection] = None

    async def ignore(connection: Connection, text: str) -> None:
        """Phones say nothing that the bench needs."""

    async def phone(websocket: WebSocket) -> None:
        await serve_socket(websocket, on_open=subscribe, on_message=ignore, on_close=phones.pop)

    def send(size: int) -> None:
        empty = len(Picture("e", 1, "board", b'""').payload)
        broadcast(phones, Picture("e", 1, "board", b'"%b"' % (b"x" * (size - empty))))

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        obeying = asyncio.create_task(obey(send))
        obeying.add_done_callback(lambda _: setattr(server, "should_exit", True))
        yield
        obeying.cancel()

    app = Starlette(routes=[WebSocketRoute("/", phone)], lifespan=lifespan)
    options = socket_options() | {"ws_ping_interval": None, "loop": loop}
    if not fast:
        options["ws"] = PLAIN
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, **options))
    server.run(sockets=[listening_socket()])


def serve_websockets() -> None:
    """Run the reference: the websockets library and its broadcast."""
    from websockets.asyncio.server import ServerConnection, broadcast, serve

    phones: set[ServerConnection] = set()

    async def phone(connection: ServerConnection) -> None:
        phones.add(connection)
        try:
            await connection.wait_closed()
        finally:
            phones.discard(connection)

    async def main() -> None:
        listener = listening_socket()
        async with serve(phone, sock=listener, compression=None, ping_interval=None):
            await obey(lambda size: broadcast(phones, "x" * size))

    asyncio.run(main())


def serve_nothing() -> None:
    """Run an empty Starlette app: what a web server costs before it is ours."""
    import uvicorn
    from starlette.applications import Starlette

    server = uvicorn.Server(uvicorn.Config(Starlette(), log_level="warning"))
    server.run(sockets=[listening_socket()])


SERVERS: dict[str, Callable[[], None]] = {
    "ours": serve_ours,
    "ours-asyncio": lambda: serve_ours(loop="asyncio"),
    "ours-plain": lambda: serve_ours(fast=False),
    "websockets": serve_websockets,
    "empty": serve_nothing,
}

if __name__ == "__main__":
    raise_file_limit()
    SERVERS[sys.argv[1]]()
