"""Reading connections.toml for a command: each mistake is named with its line.

What must not live here: using the connections.
"""

import argparse
from collections.abc import Callable
from typing import TypeVar

from queue_server.adapters.connections import Connections, ConnectionsProblem, load_connections
from queue_server.adapters.town.messages import describe
from queue_server.adapters.town.source import TownFileError
from queue_server.commands.common import Problem, complain, settings_of
from queue_server.web.texts import load_texts

S = TypeVar("S")


def section_of(args: argparse.Namespace, name: str, pick: Callable[[Connections], S | None]) -> S:
    """Return a section; raises `Problem` when the file cannot be used, or lacks it."""
    path = settings_of(args).connections_file
    try:
        found = load_connections(path)
    except ConnectionsProblem as problem:
        raise Problem(str(problem)) from None
    except TownFileError as error:
        texts = load_texts(["en"])["en"]
        for one in error.problems:
            complain(describe(one, texts))
        raise Problem(f"{path.name} cannot be used") from None
    section = pick(found)
    if section is None:
        raise Problem(
            f"there is no section [{name}] in {path}; docs/operators/connections.md says how it looks"
        )
    return section
