"""Makes the files of a release; `script/release` sets up what this needs.

The parts come from the lock files, what they are under and what needs what from the installed packages: the
development environment holds exactly what is locked.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parents[1]
EXTRAS: Final = ("speech", "postgres", "print-usb")
"""What a town may install; all of it is locked, so that an update needs to ask nobody."""
BUILD_TOOLS: Final = ("hatchling", "editables", "uv")
BLOCK: Final = re.compile(r"(?m)^(?=\S)")
PINNED: Final = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)")
TASK: Final = "**What you must do.**"
Lock = dict[str, list[str]]
"""Name → its blocks of a lock file: one for each version that some Python takes."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--to", type=Path, metavar="DIR", help="where to (default: dist/VERSION, made anew)")
    args = parser.parse_args()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    untold = sections_without_task((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    if untold:
        print(f"CHANGELOG.md: these do not open with {TASK} {', '.join(untold)}", file=sys.stderr)
        return 1
    folder = args.to or ROOT / "dist" / version
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    build(folder, ("wheel", "sdist"))
    locked = lock_of_release()
    lock_text = "".join(block for name in sorted(locked) for block in locked[name])
    (folder / f"aufruf-{version}.lock").write_text(lock_text, encoding="utf-8")
    parts = bill_of_materials(version, locked, lock_text)
    (folder / f"aufruf-{version}.cdx.json").write_text(f"{json.dumps(parts, indent=1)}\n", encoding="utf-8")
    shutil.copy(ROOT / "script" / "Containerfile", folder)
    write_sums(folder)
    for file in sorted(folder.iterdir()):
        print(f"{file.stat().st_size:>9} {file.name}")
    return 0


def sections_without_task(changelog: str) -> list[str]:
    """Return the headings after which a reader does not first learn what to do."""
    found = re.findall(r"(?m)^(##+ .*)\n+(?=(.*)$)", changelog)
    return [title for title, first in found if not first.startswith((TASK, "##"))]


def build(folder: Path, targets: Iterable[str]) -> None:
    """Build with the commit's own time, so that the same commit gives the same bytes."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(committed_at())}
    words = [word for target in targets for word in ("-t", target)]
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", *words, "-d", str(folder)],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )


def committed_at() -> int:
    if "SOURCE_DATE_EPOCH" in os.environ:
        return int(os.environ["SOURCE_DATE_EPOCH"])
    said = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return int(said.stdout)


def lock_of_release() -> Lock:
    """Return what a town may install, from both lock files: they agree where they overlap."""
    small, large = read_lock("server.lock"), read_lock("dev.lock")
    product = closure([f"aufruf[{','.join(EXTRAS)}]"])
    tools = closure(BUILD_TOOLS) - product
    wanted = ((small.keys() | product) - tools) & large.keys()
    return {name: large[name] for name in wanted}


def read_lock(name: str) -> Lock:
    lock: Lock = {}
    for block in BLOCK.split((ROOT / "script" / name).read_text(encoding="utf-8")):
        if found := PINNED.match(block):
            lock.setdefault(canonicalize_name(found[1]), []).append(block)
    return lock


def closure(wanted: Iterable[str]) -> set[str]:
    """Return the names of these requirements and of all that they need, without Aufruf itself."""
    return asked_for(wanted).keys() - {"aufruf"}


def asked_for(wanted: Iterable[str]) -> dict[str, set[str]]:
    """Return each package that is needed, and the extras with which somebody asks for it."""
    waiting = [Requirement(text) for text in wanted]
    asked: dict[str, set[str]] = {}
    while waiting:
        one = waiting.pop()
        name = canonicalize_name(one.name)
        known = asked.get(name)
        if known is None or not one.extras <= known:
            asked[name] = (known or set()) | one.extras
            waiting += needed_by(one.name, asked[name])
    return asked


def needed_by(name: str, extras: Iterable[str] = ()) -> list[Requirement]:
    """Return what an installed package needs on this machine."""
    try:
        texts = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []  # locked for another Python
    told = [Requirement(text) for text in texts]
    chosen = ["", *extras]
    return [
        one
        for one in told
        if one.marker is None or any(one.marker.evaluate({"extra": extra}) for extra in chosen)
    ]


def is_installed(name: str) -> bool:
    """Tell whether this environment has it; what is locked for another Python it has not."""
    return next(iter(metadata.distributions(name=name)), None) is not None


def bill_of_materials(version: str, locked: Lock, lock_text: str) -> dict[str, Any]:
    """Return the parts as CycloneDX 1.6, the form that security scanners read."""
    product = {
        "type": "application",
        "bom-ref": f"pkg:pypi/aufruf@{version}",
        "name": "aufruf",
        "version": version,
        "licenses": [{"license": {"id": "MIT"}}],
        "purl": f"pkg:pypi/aufruf@{version}",
    }
    pins = sorted({pin for blocks in locked.values() for block in blocks for pin in PINNED.findall(block)})
    asked = asked_for([f"aufruf[{','.join(EXTRAS)}]"])
    references = {canonicalize_name(name): f"pkg:pypi/{canonicalize_name(name)}@{at}" for name, at in pins}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, version + lock_text)}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(committed_at(), UTC).isoformat().replace("+00:00", "Z"),
            "component": product,
        },
        "components": [component(name, at) for name, at in pins],
        "dependencies": [
            depends(product["purl"], needed_by("aufruf", EXTRAS), references),
            *(
                depends(references[name], needed_by(name, asked.get(name, ())), references)
                for name in sorted(references)
            ),
        ],
    }


def component(name: str, version: str) -> dict[str, Any]:
    purl = f"pkg:pypi/{canonicalize_name(name)}@{version}"
    told = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    licence = licence_of(name)
    return told | ({"licenses": [licence]} if licence else {})


def licence_of(name: str) -> dict[str, Any] | None:
    """Return what a package says it is under, in its own words."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    if told.get("License-Expression"):
        return {"expression": told["License-Expression"]}
    classifiers = [one for one in told.get_all("Classifier") or [] if one.startswith("License :: OSI")]
    words = (told.get("License") or "").strip().partition("\n")[0]
    said = words or (classifiers[0].rpartition(" :: ")[2] if classifiers else "")
    return {"license": {"name": said[:120]}} if said else None


def depends(ref: str, needed: Iterable[Requirement], references: dict[str, str]) -> dict[str, Any]:
    known = {canonicalize_name(one.name) for one in needed} & references.keys()
    return {"ref": ref, "dependsOn": sorted(references[name] for name in known)}


def write_sums(folder: Path) -> None:
    sums = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    lines = (f"{sums[name]}  {name}\n" for name in sorted(sums))
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
