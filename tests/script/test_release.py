"""What a release holds: every file, every locked part, checksums that fit; and the same bytes each time."""

import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from queue_server.adapters.installing import release

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)
PACKAGES = ("queue_server", "display", "counter_client", "kiosk", "sounds")


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("releasing", ROOT / "script" / "releasing.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RELEASING = load()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "dist"
    words = [sys.executable, str(ROOT / "script" / "releasing.py"), "--to", str(folder)]
    subprocess.run(words, check=True, capture_output=True)
    return folder


def the(made: Path, pattern: str) -> Path:
    (found,) = made.glob(pattern)
    return found


def parts(made: Path) -> dict[str, Any]:
    return dict(json.loads(the(made, "*.cdx.json").read_text(encoding="utf-8")))


def pins(made: Path) -> set[tuple[str, str]]:
    return set(PIN.findall(the(made, "*.lock").read_text(encoding="utf-8")))


def test_the_wheel_holds_every_file_of_the_product(made: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z", *PACKAGES], cwd=ROOT, check=True, capture_output=True, text=True
    )
    tracked = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    with zipfile.ZipFile(the(made, "*.whl")) as wheel:
        packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert len(tracked) > 400
    assert tracked - packed == set()
    assert {name.partition("/")[0] for name in packed} == set(PACKAGES)


def test_the_same_commit_gives_the_same_bytes(made: Path, tmp_path: Path) -> None:
    RELEASING.build(tmp_path, ["wheel"])
    assert the(tmp_path, "*.whl").read_bytes() == the(made, "*.whl").read_bytes()


def test_the_checksums_fit(made: Path) -> None:
    lines = (made / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    told = {name: said for said, _, name in (line.partition("  ") for line in lines)}
    files = {file.name: file for file in made.iterdir() if file.name != "SHA256SUMS"}
    assert told == {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in files.items()}
    assert {Path(name).suffix for name in told} == {".whl", ".gz", ".lock", ".json", ""}


def test_an_update_takes_it(made: Path) -> None:
    looked = release.look_at(the(made, "*.whl"))
    assert looked.is_compared
    assert looked.lock == the(made, "*.lock")


def test_the_lock_has_what_a_town_may_install_and_nothing_else(made: Path) -> None:
    names = {name for name, _ in pins(made)}
    assert {
        "starlette",
        "sqlmodel",
        "pyttsx3",
        "espeakng-loader",
        "psycopg",
        "psycopg-binary",
        "pyusb",
    } <= names
    assert names & {"hatchling", "pathspec", "uv", "editables", "pytest", "mypy", "aufruf"} == set()
    small = set(PIN.findall((ROOT / "script" / "server.lock").read_text(encoding="utf-8")))
    tools = {name for name, _ in small} - names
    needed = {"packaging", "pathspec", "pluggy", "tomlkit", "trove-classifiers"}  # by hatchling
    assert tools <= {"hatchling", "editables", "uv", *needed}
    blocks = re.split(r"(?m)^(?=\S)", the(made, "*.lock").read_text(encoding="utf-8"))[1:]
    assert [block for block in blocks if "--hash=sha256:" not in block] == []


def test_the_list_of_parts_names_every_locked_package(made: Path) -> None:
    told = parts(made)
    assert {(one["name"], one["version"]) for one in told["components"]} == pins(made)
    assert (told["bomFormat"], told["specVersion"], told["version"]) == ("CycloneDX", "1.6", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", told["serialNumber"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", told["metadata"]["timestamp"])
    for one in told["components"]:
        assert one.keys() <= {"type", "bom-ref", "name", "version", "purl", "licenses"}
        assert one["purl"] == one["bom-ref"]


def test_the_list_of_parts_says_who_needs_whom(made: Path) -> None:
    told = parts(made)
    needs = {one["ref"]: set(one["dependsOn"]) for one in told["dependencies"]}
    references = {one["bom-ref"] for one in told["components"]}
    product = told["metadata"]["component"]["bom-ref"]
    assert needs.keys() == references | {product}
    assert set.union(*needs.values()) <= references
    reached, waiting = set(), [product]
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            waiting += needs[one]
    unneeded = {ref.removeprefix("pkg:pypi/").partition("@")[0] for ref in references - reached}
    assert {name for name in unneeded if RELEASING.is_installed(name)} == set()  # others: for another Python


def test_licences_are_told(made: Path) -> None:
    """One of the parts does not say its own: its speech is GPL, which is why it is an extra."""
    silent = {
        one["name"]
        for one in parts(made)["components"]
        if "licenses" not in one and RELEASING.is_installed(one["name"])
    }
    assert silent <= {"espeakng-loader"}


def test_the_changelog_opens_with_what_to_do() -> None:
    assert RELEASING.sections_without_task((ROOT / "CHANGELOG.md").read_text(encoding="utf-8")) == []
    forgotten = "# Changelog\n\n## 1.2.0\n* Nice things.\n\n## 1.1.0\n**What you must do.** Nothing.\n"
    assert RELEASING.sections_without_task(forgotten) == ["## 1.2.0"]


def test_the_image_is_made_of_the_release_and_runs_as_nobody_special() -> None:
    text = (ROOT / "script" / "Containerfile").read_text(encoding="utf-8")
    steps = [line.split()[0] for line in text.splitlines() if re.match(r"[A-Z]+ ", line)]
    assert steps.index("USER") < steps.index("ENTRYPOINT")
    assert "--require-hashes" in text
    assert '"--data", "/data/town"' in text
    assert "/healthz" in text
