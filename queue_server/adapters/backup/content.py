"""What is in a backup: the database, the connections to other systems, and a list that says so.

The key file is not: whoever finds a backup must not find the key in it. Clerks' calendars are not: they
are others' files. What must not live here: how it is sealed.
"""

import gzip
import json
import os
import shutil
import tarfile
from dataclasses import dataclass
from io import BufferedReader, BytesIO
from pathlib import Path
from typing import IO, Final, cast

from queue_server.adapters.backup.copying import Counts
from queue_server.adapters.backup.sealed_file import BadBackup, Header, Opening, Sealing

DATABASE: Final = "database.sqlite3"
CONNECTIONS: Final = "connections.toml"
LIST: Final = "content.json"
_KNOWN: Final = frozenset({DATABASE, CONNECTIONS, LIST})
_BUFFER: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An opened backup: where its files lie, and what they should hold."""

    header: Header
    folder: Path
    counts: Counts

    @property
    def database(self) -> Path:
        return self.folder / DATABASE

    @property
    def connections(self) -> Path | None:
        file = self.folder / CONNECTIONS
        return file if file.exists() else None


def pack(target: IO[bytes], key: bytes, header: Header, files: dict[str, Path], counts: Counts) -> None:
    """Write the files, packed and sealed, behind a header."""
    sealing = Sealing(target, key, header)
    # Level 1: four times smaller already, and a core is busy for a short while only.
    with (
        gzip.GzipFile("", "wb", 1, cast("IO[bytes]", sealing), mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w|") as archive,
    ):
        _add_list(archive, counts)
        for name, path in files.items():
            archive.add(path, name, recursive=False)
    sealing.finish()


def unpack(source: IO[bytes], key: bytes, folder: Path) -> Unpacked:
    """Open a backup into a folder, down to its last byte. Raises `BadBackup` when any of it is not right."""
    opening = Opening(source, key)
    try:
        with (
            gzip.GzipFile(fileobj=cast("IO[bytes]", BufferedReader(opening, _BUFFER)), mode="rb") as packed,
            tarfile.open(fileobj=packed, mode="r|") as archive,
        ):
            for member in archive:
                _extract(archive, member, folder)
        opening.finish()
        words = json.loads((folder / LIST).read_text())
        counts = {str(name): int(count) for name, count in words["counts"].items()}
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, ValueError, KeyError, FileNotFoundError) as error:
        raise BadBackup("its content cannot be read") from error
    unpacked = Unpacked(opening.header, folder, counts)
    if not unpacked.database.exists():
        raise BadBackup("there is no database in it")
    return unpacked


def _add_list(archive: tarfile.TarFile, counts: Counts) -> None:
    data = json.dumps({"counts": dict(counts)}).encode()
    info = tarfile.TarInfo(LIST)
    info.size = len(data)
    archive.addfile(info, BytesIO(data))


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    source = archive.extractfile(member)
    if source is None or member.name not in _KNOWN:
        return  # a later version's: this one has no use for it
    handle = os.open(folder / member.name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with source, os.fdopen(handle, "wb") as target:
        shutil.copyfileobj(source, target, _BUFFER)
