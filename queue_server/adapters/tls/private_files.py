"""Writing keys and certificates: whole or not at all, and a key not for a moment readable by others."""

import os
import tempfile
from pathlib import Path


def write_private(file: Path, content: bytes) -> None:
    """Put a file in its place that only its owner may read."""
    _write(file, content, 0o600)


def write_public(file: Path, content: bytes) -> None:
    _write(file, content, 0o644)


def _write(file: Path, content: bytes, mode: int) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # mode 600
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fchmod(out.fileno(), mode)
            os.fsync(out.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
