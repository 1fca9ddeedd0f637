"""The folder of day sheets: files appear whole, and go after some days.

What must not live here: when one is made, and what stands in it.
"""

import os
import re
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Final

KEPT: Final = timedelta(days=7)
_NAME: Final = re.compile(r"[\w-]+-(\d{4}-\d\d-\d\d)(-names)?\.pdf")


def put(folder: Path, site_id: str, day: date, content: bytes, *, names: bool = False) -> Path:
    """Write a sheet: whoever opens the file while it is written sees the one before, never half of one."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # whatever the server's umask is
    path = folder / f"{site_id}-{day.isoformat()}{'-names' if names else ''}.pdf"
    partial = folder / f".{path.name}.{os.getpid()}.tmp"
    mode = 0o600 if names else 0o644
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(content)
            with suppress(OSError):  # a share that knows no such rights
                os.fchmod(file.fileno(), mode)  # the umask of the server's unit would keep readers out
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path


def prune(folder: Path, today: date) -> list[Path]:
    """Delete sheets of days that are long over, and nothing else that lies there; return which."""
    gone = []
    for path in sorted(folder.glob("*.pdf")):
        match = _NAME.fullmatch(path.name)
        if match and date.fromisoformat(match[1]) < today - KEPT:
            path.unlink(missing_ok=True)
            gone.append(path)
    return gone
