"""Fan-out: one frame to 1,000 and 5,000 sockets, ours against `websockets.broadcast` and Node's `ws`.

Each server runs in its own process; this one is the load client of them all. In every round each
server has one short burst, in changing order, so that a noisy moment hits neighbours alike; the ratio
is the median of the rounds' ratios. Talks to 127.0.0.1 only and stops by itself.
`python -m tests.bench --only fanout`; Node's part needs the package `ws` where node looks (NODE_PATH).
"""

import contextlib
import time
from collections.abc import Iterator, Sequence
from statistics import median

from queue_server.live.socket_options import raise_file_limit
from tests.bench.fanout_client import Burst, Server, TooSlow, node_server
from tests.bench.row import Row

SIZES = (200, 2048)
GOALS = {1000: 1.1, 5000: 1.3}
FRAMES = 4  # a burst: 8 kB for each socket fit in the kernel's buffers, so nobody is held back
ROUNDS = 40
CELL_S = 12.0
QUICK_CELL_S = 1.0
MEMORY_GOAL = 2.0
IDLE_GOAL_MB = 60
SPARE_FILES = 500
WARM_UP_SOCKETS = 10


def run(quick: bool = False) -> list[Row]:
    """Measure; a few seconds when quick, at most about a minute otherwise."""
    limit = raise_file_limit()
    rows = [idle_memory()]
    for count in (1000,) if quick else (1000, 5000):
        if limit < 3 * count + SPARE_FILES:
            rows.append(_failed(count, f"only {limit} open files allowed"))
            continue
        try:
            rows += fan_out(count, QUICK_CELL_S if quick else CELL_S)
        except TooSlow as error:
            rows.append(_failed(count, str(error)))
    return rows


def fan_out(count: int, seconds: float) -> list[Row]:
    """Compare the servers with so many sockets each, so long for each frame size."""
    with running("ours", "websockets", node=True) as servers:
        memory = [memory_of_a_socket(server, count) for server in servers]
        rates = [_delivery_row(size, count, take_turns(servers, size, seconds)) for size in SIZES]
    return [_memory_row(count, *memory[:2]), *rates]


def take_turns(servers: Sequence[Server], size: int, seconds: float) -> list[list[Burst]]:
    """Let each server send a burst a round, every second round in reverse order; by server."""
    bursts: dict[str, list[Burst]] = {server.name: [] for server in servers}
    for server in servers:
        server.burst(size, 1)  # the first one pays for allocations
    until = time.monotonic() + seconds
    for turn in range(ROUNDS):
        for server in servers if turn % 2 else reversed(servers):
            bursts[server.name].append(server.burst(size, FRAMES))
        if time.monotonic() > until:
            break
    return list(bursts.values())


def memory_of_a_socket(server: Server, count: int) -> float:
    """Open the sockets and return what each has cost the server, in KiB."""
    server.connect(WARM_UP_SOCKETS)  # the first ones pay for imports
    before = server.memory_kib()
    server.connect(count - WARM_UP_SOCKETS)
    return (server.memory_kib() - before) / (count - WARM_UP_SOCKETS)


def idle_memory() -> Row:
    """Compare our socket layer alone with an empty Starlette app."""
    with running("ours", "empty") as servers:
        ours, empty = (server.memory_kib() / 1024 for server in servers)
    return Row(
        "memory idle, sockets only",
        f"{empty:.1f} MiB",
        f"{ours:.1f} MiB",
        f"+{ours - empty:.1f} MiB",
        f"≤ +{IDLE_GOAL_MB} MB",
        ok=ours - empty <= IDLE_GOAL_MB,
        note="reference: an empty Starlette app",
    )


@contextlib.contextmanager
def running(*names: str, node: bool = False) -> Iterator[list[Server]]:
    """Run these servers, and Node's at the end if it is there; end them all, whatever happens."""
    servers: list[Server] = []
    try:
        servers.extend(Server(name) for name in names)
        if node and (one := node_server()):
            servers.append(one)
        yield servers
    finally:
        for server in servers:
            server.stop()


def _delivery_row(size: int, count: int, bursts: Sequence[Sequence[Burst]]) -> Row:
    ours, reference = bursts[:2]
    ratio = median(a.rate / b.rate for a, b in zip(ours, reference, strict=True))
    return Row(
        f"{size} B to {count:,} sockets",
        f"{_rate(reference):,.0f} /s",
        f"{_rate(ours):,.0f} /s",
        f"{ratio:.2f} x",
        f"≥ {GOALS[count]} x",
        ok=ratio >= GOALS[count],
        note=_delivery_note(bursts),
    )


def _delivery_note(bursts: Sequence[Sequence[Burst]]) -> str:
    ours, reference, *node = ([burst.cpu_us for burst in one] for one in bursts)
    cpu = f"server CPU each: {median(ours):.1f} µs, reference {median(reference):.1f}"
    if not node:
        return f"reference: websockets.broadcast; {cpu}; Node's ws: not there"
    theirs = f"Node's ws: {_rate(bursts[2]):,.0f} /s, {median(node[0]):.1f} µs"
    return f"reference: websockets.broadcast; {cpu}; {theirs}"


def _memory_row(count: int, ours: float, reference: float) -> Row:
    ratio = ours / reference
    return Row(
        f"memory for each of {count:,} sockets",
        f"{reference:.1f} KiB",
        f"{ours:.1f} KiB",
        f"{ratio:.2f} x",
        f"≤ {MEMORY_GOAL:.0f} x",
        ok=ratio <= MEMORY_GOAL,
        note="reference: websockets without deflate",
    )


def _failed(count: int, why: str) -> Row:
    return Row(
        f"frames to {count:,} sockets", "", "not measured", "", f"≥ {GOALS[count]} x", ok=False, note=why
    )


def _rate(bursts: Sequence[Burst]) -> float:
    return median(burst.rate for burst in bursts)
