"""Facts about the program's own environment: is what it needs there, and can it be loaded?

Imports only the standard library and the rules: it has to run where all else is broken. What it cannot see is
a Python that does not start at all; that is `script/doctor`'s part.
"""

import importlib
import re
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Final

from queue_server.domain.doctor.machine import Environment

_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")
_MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "python-multipart": ("python_multipart",),
    "pyserial": ("serial",),
    "python-escpos": ("escpos",),
    "argon2-cffi": ("argon2",),
    "pillow": ("PIL",),
    "fpdf2": ("fpdf",),
    "tzdata": (),
}
"""Where a package's module is named otherwise; no module: there is only data."""


def environment(
    prefix: Path | None = None,
    packages: Iterable[str] | None = None,
    *,
    load: bool = True,
    from_right: Sequence[str] = (),
) -> Environment:
    """Look at the environment. `packages` are this program's own needs when none are named.

    `from_right`: languages of the visitors that are written from the right.
    """
    wanted = _needed() if packages is None else packages
    missing, broken = [], {}
    for name in wanted:
        try:
            metadata.version(name)
        except metadata.PackageNotFoundError:
            missing.append(name)
            continue
        why = _why_broken(name) if load else ""
        if why:
            broken[name] = why
    runs = ".".join(map(str, sys.version_info[:3]))
    unjoined = tuple(from_right) if load and from_right and not _joins_letters() else ()
    return Environment(_made_with(prefix or Path(sys.prefix)), runs, tuple(missing), broken, unjoined)


def _joins_letters() -> bool:
    """Say whether letters in pictures are joined and run the right way: libraqm with the system's FriBiDi."""
    try:
        from PIL import features
    except ImportError:
        return True  # told as a package that is broken
    return bool(features.check("raqm"))


def _needed() -> list[str]:
    """Return the packages that the program cannot do without, as its own metadata name them."""
    try:
        needs = metadata.requires("aufruf") or ()
    except metadata.PackageNotFoundError:
        return ["aufruf"]
    return [match[0] for need in needs if "extra ==" not in need and (match := _NAME.match(need))]


def _why_broken(name: str) -> str:
    for module in _MODULES.get(name.lower(), (name.lower().replace("-", "_"),)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name == module:
                continue  # named otherwise than its package: it is there, that much is known
            return str(error)
        except Exception as error:  # a library of the system that an upgrade took away, for one
            return f"{type(error).__name__}: {error}"[:200]
    return ""


def _made_with(prefix: Path) -> str:
    """Return the version of Python that the environment was made with; empty when there is none."""
    try:
        lines = (prefix / "pyvenv.cfg").read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    values = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    return values.get("version", values.get("version_info", ""))
