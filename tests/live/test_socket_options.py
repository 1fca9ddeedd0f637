"""The start-up proof: against the class as it is, and against what an update of uvicorn may bring."""

import logging
import resource
from pathlib import Path

import pytest
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from queue_server.live.frames import encode_text_frame
from queue_server.live.socket_options import (
    FAST_PATH,
    PLAIN,
    raise_file_limit,
    socket_options,
    why_unfit,
)
from queue_server.live.socket_protocol import SocketProtocol


class WritesNonsense(SocketProtocol):
    def write_ready(self, frame: bytes) -> None:
        super().write_ready(encode_text_frame(b"nonsense"))


class WritesNothing(SocketProtocol):
    def write_ready(self, frame: bytes) -> None:
        """As if uvicorn had renamed what we write to."""
        raise AttributeError("transport")


class HasNoDoor(WebSocketsSansIOProtocol):
    """As if uvicorn no longer asked us to start the application."""


class Parent:
    """As if uvicorn had renamed its hooks: our overrides would never be called."""


class Orphan(Parent):
    pass


def test_the_fast_path_works_with_the_uvicorn_installed_here(caplog: pytest.LogCaptureFixture) -> None:
    assert why_unfit() is None
    assert socket_options()["ws"] == FAST_PATH
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_the_proof_works_inside_a_running_loop_too() -> None:
    assert why_unfit() is None


@pytest.mark.parametrize(
    "protocol", ["WritesNonsense", "WritesNothing", "HasNoDoor", "Orphan", "NeverHeardOf"]
)
def test_a_protocol_that_does_not_keep_its_word_is_replaced_with_a_warning(
    protocol: str, caplog: pytest.LogCaptureFixture
) -> None:
    options = socket_options(f"{__name__}:{protocol}")
    assert options["ws"] == PLAIN
    assert any("fast path" in record.message for record in caplog.records)


def test_a_module_that_cannot_be_imported_does_not_stop_the_start() -> None:
    assert "ModuleNotFoundError" in (why_unfit("queue_server.live.gone:SocketProtocol") or "")


def test_nothing_but_the_proof_imports_the_inside_of_uvicorn() -> None:
    sources = Path(__file__).parents[2].glob("queue_server/**/*.py")
    leaning = {path.name for path in sources if "websockets_sansio_impl" in path.read_text()}
    assert leaning == {"socket_protocol.py"}


def test_deflate_is_off_and_sigterm_has_a_limit_on_both_paths() -> None:
    for options in (socket_options(), socket_options("gone:Gone")):
        assert options["ws_per_message_deflate"] is False
        assert options["timeout_graceful_shutdown"] == 1


def test_the_file_limit_is_raised_and_never_lowered() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        wanted = before[0] + 1
        reached = raise_file_limit(wanted)
        assert reached == (wanted if before[1] > before[0] else before[0])
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == reached
        assert raise_file_limit(64) == reached
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
