"""Reading our own sources as syntax trees, for the rules beside this file. Imports nothing of ours."""

import ast
import functools
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("queue_server", "display", "counter_client", "kiosk", "sounds")


@dataclass(frozen=True)
class Module:
    """One file of ours. `name` is dotted; `folder` is what holds it, itself when it is an `__init__`."""

    path: Path
    name: str
    folder: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str:
        """Name a place in it as an editor understands it."""
        return f"{self.name.replace('.', '/')}:{getattr(node, 'lineno', 1)}"

    def is_in(self, *packages: str) -> bool:
        return any(self.name == package or self.name.startswith(f"{package}.") for package in packages)


@functools.cache
def modules(root: Path = ROOT) -> tuple[Module, ...]:
    """Read every module of the product below `root`.

    The collector of circles stands aside: millions of nodes come and none goes, and to look through them
    again and again takes three times as long as to read them.
    """
    gc.disable()
    try:
        return tuple(
            _read(path, root) for package in PACKAGES for path in sorted((root / package).rglob("*.py"))
        )
    finally:
        gc.freeze()
        gc.enable()


def _read(path: Path, root: Path) -> Module:
    parts = path.relative_to(root).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    return Module(
        path=path,
        name=".".join(parts[:-1] if is_package else parts),
        folder=".".join(parts[:-1]),
        tree=ast.parse(path.read_text(encoding="utf-8"), str(path)),
    )


def imports(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield each dotted name that is imported, at any depth; `from a import b` as `a.b`."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            yield from ((f"{base}.{alias.name}", node) for alias in node.names)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    above = module.folder.split(".")
    parts = above[: len(above) - node.level + 1] + ([node.module] if node.module else [])
    return ".".join(parts)


def docstrings(tree: ast.Module) -> set[ast.AST]:
    """Collect strings that stand alone: docstrings of modules, classes, functions, and of attributes."""
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    }
