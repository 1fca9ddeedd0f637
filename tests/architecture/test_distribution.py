"""What is handed out: the right libraries, locked; and a product that speaks of itself alone."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.architecture.source import ROOT

# Put together here, because this file is searched too.
FOREIGN = (
    *("/" + "work/", "/" + "root/", "/tmp/" + "bash_jobs", "/" + "home/"),
    *("pypi" + ".org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian.org"),
)
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)(?:\s*;\s*(.+?))?\s*\\$", re.MULTILINE)
BUILD_TOOLS = ("hatchling", "editables", "uv")


def foreign_words(files: Iterator[tuple[str, bytes]]) -> list[str]:
    """Paths of somebody's machine and hosts of package registries, in anything that is tracked."""
    return [f"{name}: {word}" for name, content in files for word in FOREIGN if word.encode() in content]


def tracked() -> Iterator[tuple[str, bytes]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in listed.decode().split("\0")[:-1]:
        if (ROOT / name).is_file():  # a file that is being removed is tracked until the commit
            yield name, (ROOT / name).read_bytes()


def test_the_product_speaks_of_itself_alone() -> None:
    assert foreign_words(tracked()) == []


@pytest.mark.parametrize("word", FOREIGN)
def test_a_foreign_word_is_found(word: str) -> None:
    files = iter([("README.md", f"see {word}notes".encode()), ("LICENSE", b"MIT")])
    assert foreign_words(files) == [f"README.md: {word}"]


def test_escpos_comes_from_python_escpos() -> None:
    """Two other projects on the index install a module of the same name."""
    assert set(metadata.packages_distributions()["escpos"]) == {"python-escpos"}


def pins(lock: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, version, _ in PINNED.findall((ROOT / "script" / lock).read_text(encoding="utf-8")):
        found.setdefault(name, set()).add(version)
    return found


def asked_for(extras: set[str]) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = list(project["dependencies"])
    for extra in extras:
        texts += project["optional-dependencies"][extra]
    return [Requirement(text) for text in texts]


def not_locked(wanted: list[Requirement], locked: dict[str, set[str]]) -> list[str]:
    return [
        str(requirement)
        for requirement in wanted
        if requirement.name != "aufruf"
        and not any(requirement.specifier.contains(version) for version in locked.get(requirement.name, ()))
    ]


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("server.lock", {"speech"}), ("dev.lock", {"speech", "postgres", "print-usb", "dev"})],
)
def test_the_lock_holds_what_the_project_asks_for(lock: str, extras: set[str]) -> None:
    """After a change of pyproject.toml, `script/lock` writes both anew."""
    wanted = [*asked_for(extras), *map(Requirement, BUILD_TOOLS)]
    assert not_locked(wanted, pins(lock)) == []


def test_a_lock_that_lags_behind_is_found() -> None:
    wanted = [Requirement("babel>=3"), Requirement("starlette"), Requirement("added>=1")]
    assert not_locked(wanted, {"babel": {"2.18.0"}, "starlette": {"1.10.0"}}) == ["babel>=3", "added>=1"]


def test_either_lock_may_be_installed_over_the_other() -> None:
    small, large = pins("server.lock"), pins("dev.lock")
    assert {name: versions for name, versions in small.items() if large.get(name) != versions} == {}


@pytest.mark.parametrize("lock", ["server.lock", "dev.lock"])
def test_every_pin_has_hashes_and_no_host(lock: str) -> None:
    text = (ROOT / "script" / lock).read_text(encoding="utf-8")
    entries = re.split(r"(?m)^(?=\S)", text)[1:]
    assert len(entries) > 40
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_a_file_outside_the_repository_is_not_shipped_by_mistake() -> None:
    assert {Path(name).parts[0] for name, _ in tracked()} & {
        "data",
        "build",
        "dist",
        ".venv",
        "uv.lock",
    } == set()
