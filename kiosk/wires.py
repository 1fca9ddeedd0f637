"""The lines to printers: open, send, receive, let go. TCP by asyncio, USB and serial in threads.

Knows no ESC/POS (`transport`) and no deadlines but the one for connecting.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Protocol

from kiosk.target import Target

CHUNK = 1024


class Wire(Protocol):
    """A line to a printer. Errors are `OSError`."""

    async def send(self, data: bytes) -> None:
        """Hand over all bytes; returns when the system has taken them."""

    async def receive(self) -> bytes:
        """Give what has come in, at least one byte; none at all means that the other side has ended."""

    def drop(self) -> None:
        """Let go at once; what was not sent yet is thrown away."""

    async def close(self) -> None:
        """Let go in order; what was handed over is still delivered."""


async def open_wire(target: Target) -> Wire:
    """Open the line to a printer; raises `OSError`. The caller limits the time."""
    if target.kind == "tcp":
        reader, writer = await asyncio.open_connection(target.host, target.port)
        return TcpWire(reader, writer)
    port = await asyncio.to_thread(_open_serial if target.kind == "serial" else _open_usb, target)
    return ThreadWire(port)


class TcpWire:
    """A raw port, usually 9100."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        writer.transport.set_write_buffer_limits(
            high=0
        )  # drain() waits until the system has taken everything

    async def send(self, data: bytes) -> None:
        for at in range(0, len(data), CHUNK):
            self._writer.write(data[at : at + CHUNK])
            await self._writer.drain()

    async def receive(self) -> bytes:
        return await self._reader.read(CHUNK)

    def drop(self) -> None:
        self._writer.transport.abort()

    async def close(self) -> None:
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await self._writer.wait_closed()


class BlockingPort(Protocol):
    """What USB and serial libraries offer. `read` waits a fraction of a second and may give nothing."""

    def write(self, data: bytes) -> object: ...
    def read(self) -> bytes: ...
    def close(self) -> None: ...


class ThreadWire:
    """A line behind a blocking library: each call in a thread, in portions, so that none holds up the end."""

    def __init__(self, port: BlockingPort) -> None:
        self._port = port
        self._reading: asyncio.Task[bytes] | None = None

    async def send(self, data: bytes) -> None:
        for at in range(0, len(data), CHUNK):
            await asyncio.to_thread(self._port.write, data[at : at + CHUNK])

    async def receive(self) -> bytes:
        # a caller that gives up leaves the thread reading; what it still gets belongs to the next caller
        while True:
            self._reading = self._reading or asyncio.create_task(asyncio.to_thread(self._port.read))
            try:
                data = await asyncio.shield(self._reading)
            finally:
                if self._reading.done():
                    self._reading = None
            if data:
                return data

    def drop(self) -> None:
        if self._reading:
            self._reading.add_done_callback(lambda task: task.cancelled() or task.exception())
        with suppress(OSError):
            self._port.close()

    async def close(self) -> None:
        await asyncio.to_thread(self.drop)


class _Port:
    """Two functions of a library as a port."""

    def __init__(
        self, write: Callable[[bytes], object], read: Callable[[], bytes], close: Callable[[], object]
    ) -> None:
        self.write = write
        self.read = read
        self._close = close

    def close(self) -> None:
        self._close()


def _open_serial(target: Target) -> BlockingPort:
    serial = _library("serial")
    line = serial.Serial(str(target.path), target.baud, timeout=0.2, write_timeout=10)
    return _Port(line.write, lambda: bytes(line.read(max(1, line.in_waiting))), line.close)


def _open_usb(target: Target) -> BlockingPort:
    core, util = _library("usb.core"), _library("usb.util")
    try:
        vendor, product = (int(part, 16) for part in target.host.split(":"))
    except ValueError:
        raise OSError(f"usb://{target.host}: two hexadecimal numbers are needed, vendor:product") from None
    device = core.find(idVendor=vendor, idProduct=product)
    if device is None:
        raise OSError(f"no USB device {target.host}")
    with suppress(NotImplementedError):
        if device.is_kernel_driver_active(0):
            device.detach_kernel_driver(0)
    points = {util.endpoint_direction(point.bEndpointAddress): point for point in device[0][(0, 0)]}
    try:
        outward, inward = points[util.ENDPOINT_OUT], points[util.ENDPOINT_IN]
    except KeyError:
        raise OSError(f"USB device {target.host} cannot be written to and read from") from None

    def read() -> bytes:
        try:
            return bytes(inward.read(64, timeout=200))
        except core.USBTimeoutError:
            return b""

    return _Port(
        lambda data: outward.write(data, timeout=10_000), read, lambda: util.dispose_resources(device)
    )


def _library(name: str) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError:
        raise OSError(f"{name} is not installed: pip install 'aufruf[print-usb]'") from None
