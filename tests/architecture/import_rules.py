"""Who may import whom, and what the core may not touch: each rule lists the places that break it."""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.architecture.source import PACKAGES, ROOT, Module, imports, modules

DOMAIN = "queue_server.domain"
SERVICES = "queue_server.services"
LIVE = "queue_server.live"
PROTOCOL = "queue_server.protocol"
SETTINGS = "queue_server.settings"

EVERYTHING = ("queue_server",)
# The longest name that fits a module decides. A part of the server that is not listed here has no place
# in the design yet, and is refused until it gets one.
MAY_IMPORT: Mapping[str, tuple[str, ...]] = {
    "queue_server.domain": (DOMAIN,),
    # The wire messages import nothing, so that the pictures which the services draw may be those.
    "queue_server.services": (SERVICES, DOMAIN, PROTOCOL),
    "queue_server.live": (LIVE, SERVICES, DOMAIN, PROTOCOL),
    "queue_server.adapters": ("queue_server.adapters", f"{SERVICES}.ports", DOMAIN),
    "queue_server.web": ("queue_server.web", LIVE, SERVICES, DOMAIN, PROTOCOL, SETTINGS),
    "queue_server.web.app": EVERYTHING,
    "queue_server.web.workers": EVERYTHING,  # its other half: what works beside the requests
    "queue_server.cli": EVERYTHING,
    "queue_server.commands": EVERYTHING,  # the subcommands of the command line
    "queue_server.protocol": (),
    "queue_server.settings": (),
    "queue_server.samples": (),
    "display": ("display", PROTOCOL),
    "counter_client": ("counter_client", PROTOCOL),
    "kiosk": ("kiosk", PROTOCOL),
    "sounds": ("sounds", PROTOCOL),
}

TOGETHER = {f"queue_server.web.{name}" for name in ("app", "routes", "workers")}
"""What puts the web together from its folders, and is imported by none of them."""

# What the domain may use of the standard library: nothing here reads a file, a clock or the weather.
PURE = frozenset(
    (
        *(
            "__future__",
            "abc",
            "array",
            "bisect",
            "collections",
            "contextlib",
            "copy",
            "dataclasses",
            "datetime",
        ),
        *(
            "decimal",
            "difflib",
            "enum",
            "fractions",
            "functools",
            "hashlib",
            "heapq",
            "itertools",
            "math",
            "operator",
            "re",
        ),
        *("statistics", "string", "textwrap", "types", "typing", "unicodedata", "zoneinfo"),
    )
)
IMPURE = (
    *("time", "random", "secrets", "os.environ", "os.getenv", "os.urandom", "uuid.uuid1", "uuid.uuid4"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
)
DOING = frozenset(("open", "print", "input", "exec", "eval", "__import__", "breakpoint"))


def within(name: str, *packages: str) -> bool:
    """Say whether the dotted `name` is one of `packages` or lies in one."""
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def wrong_imports(root: Path = ROOT) -> list[str]:
    """Imports of ours that go against the direction of the house."""
    return [
        f"{module.at(node)} imports {name}"
        for module in modules(root)
        for name, node in imports(module)
        if within(name, *PACKAGES) and not _is_allowed(module, name)
    ]


def _is_allowed(module: Module, name: str) -> bool:
    place = max((place for place in MAY_IMPORT if module.is_in(place)), key=len, default=None)
    if place is None:  # a package's own __init__, or a part without a place
        return False
    # `from queue_server import protocol` and `from queue_server.protocol import Call` name the same module.
    return within(name, *MAY_IMPORT[place])


def parts_without_a_place(root: Path = ROOT) -> list[str]:
    """Modules of the server that the table above does not know."""
    return [
        module.name
        for module in modules(root)
        if module.name != "queue_server" and not any(module.is_in(place) for place in MAY_IMPORT)
    ]


def folder_circles(root: Path = ROOT) -> list[str]:
    """Folders that import each other, directly or round about, each circle once.

    Modules that lie directly in the package (cli, settings, protocol) count as folders of their own:
    the command line imports all, and all may import the wire messages. So does what puts the web together.
    """
    known = {module.name: _room(module) for module in modules(root)}
    edges: dict[str, set[str]] = {}
    for module in modules(root):
        for name, _ in imports(module):
            target = known.get(name) or known.get(name.rpartition(".")[0])
            if target and target != known[module.name]:
                edges.setdefault(known[module.name], set()).add(target)
    return sorted({_name_circle(path) for start in edges for path in _ways_back(start, edges)})


def _room(module: Module) -> str:
    if module.folder == "queue_server" or module.name in TOGETHER:
        return module.name
    return module.folder


def _ways_back(start: str, edges: Mapping[str, set[str]]) -> Iterator[list[str]]:
    ways = [[start]]
    seen = set()
    while ways:
        way = ways.pop()
        for target in edges.get(way[-1], ()):
            if target == start:
                yield way
            elif target not in seen:
                seen.add(target)
                ways.append([*way, target])


def _name_circle(way: list[str]) -> str:
    first = way.index(min(way))
    turned = way[first:] + way[:first]
    return " -> ".join([*turned, turned[0]])


def unclean_domain(root: Path = ROOT) -> list[str]:
    """What the domain imports or calls beyond calculating."""
    return [each for module in modules(root) if module.is_in(DOMAIN) for each in _reaching_out(module)]


def _reaching_out(module: Module) -> Iterator[str]:
    for name, node in imports(module):
        if not within(name, DOMAIN) and name.partition(".")[0] not in PURE:
            yield f"{module.at(node)} imports {name}"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in DOING:
            yield f"{module.at(node)} calls {node.func.id}"


def clocks_and_dice(root: Path = ROOT) -> list[str]:
    """Where domain or services read the clock, the environment, or chance; all three are arguments there."""
    return [
        f"{module.at(node)} uses {name}"
        for module in modules(root)
        if module.is_in(DOMAIN, SERVICES)
        for name, node in _names_used(module)
        if within(name, *IMPURE)
    ]


def _names_used(module: Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield imported names and whole dotted chains, each written as if nothing had been renamed."""
    origin = {}
    for name, node in imports(module):
        yield name, node
        assert isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names:
            if isinstance(node, ast.ImportFrom) and name.endswith(f".{alias.name}"):
                origin[alias.asname or alias.name] = name
            elif isinstance(node, ast.Import) and alias.name == name:
                origin[alias.asname or name.partition(".")[0]] = (
                    name if alias.asname else name.partition(".")[0]
                )
    for found in ast.walk(module.tree):
        if isinstance(found, ast.Attribute) and (chain := _chain(found)):
            head, _, rest = chain.partition(".")
            if head in origin:
                yield f"{origin[head]}.{rest}", found


def _chain(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (base := _chain(node.value)):
        return f"{base}.{node.attr}"
    return None


def names_of_the_standard_library(root: Path = ROOT) -> list[str]:
    """Modules of ours that are called like one of the standard library's."""
    own = {(part, module.name) for module in modules(root) for part in module.name.split(".")}
    return sorted(name for part, name in own if part in sys.stdlib_module_names)
