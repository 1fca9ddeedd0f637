"""What is refused before anything is installed."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from queue_server.adapters.installing.release import BadRelease, find, look_at


def a_wheel(folder: Path, *, name: str = "aufruf", version: str = "1.2.0", python: str = ">=3.11") -> Path:
    wheel = folder / f"aufruf-{version}-py3-none-any.whl"
    told = f"Metadata-Version: 2.4\nName: {name}\nVersion: {version}\nRequires-Python: {python}\n\nText.\n"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{name}-{version}.dist-info/METADATA", told)
    return wheel


def write_sums(*files: Path) -> None:
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (files[0].parent / "SHA256SUMS").write_text("".join(lines))


def test_a_whole_wheel_is_taken(tmp_path: Path) -> None:
    wheel = a_wheel(tmp_path)
    assert look_at(wheel).version == "1.2.0"
    assert (look_at(wheel).is_compared, look_at(wheel).lock) == (False, None)
    lock = tmp_path / "aufruf-1.2.0.lock"
    lock.write_text("babel==2.18.0\n")
    write_sums(wheel, lock)
    assert (look_at(wheel).is_compared, look_at(wheel).lock) == (True, lock)
    assert find("1.2.0", tmp_path) == wheel


def test_another_checksum_is_refused(tmp_path: Path) -> None:
    wheel, lock = a_wheel(tmp_path), tmp_path / "aufruf-1.2.0.lock"
    lock.write_text("babel==2.18.0\n")
    write_sums(wheel, lock)
    lock.write_text("bable==2.18.0\n")
    with pytest.raises(BadRelease, match=r"aufruf-1.2.0.lock is damaged or changed"):
        look_at(wheel)
    write_sums(lock)
    with pytest.raises(BadRelease, match=r"does not name aufruf-1\.2\.0-py3-none-any\.whl"):
        look_at(wheel)


def test_a_newer_python_is_asked_for_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadRelease, match=r"1.2.0 needs Python 4.0, here is 3\."):
        look_at(a_wheel(tmp_path, python=">=4.0"))


def test_another_product_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRelease, match="is not Aufruf"):
        look_at(a_wheel(tmp_path, name="other"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half of it"])
def test_what_is_no_wheel_is_refused(tmp_path: Path, content: bytes) -> None:
    wheel = tmp_path / "aufruf-1.2.0-py3-none-any.whl"
    wheel.write_bytes(content)
    with pytest.raises(BadRelease, match="cannot be read"):
        look_at(wheel)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadRelease, match="there is no file"):
        look_at(tmp_path / "aufruf-1.2.0-py3-none-any.whl")
    with pytest.raises(BadRelease, match=r"there is no aufruf-1.2.0-….whl in"):
        find("1.2.0", tmp_path)
