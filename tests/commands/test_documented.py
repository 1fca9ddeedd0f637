"""The operators' guide names every command and every option: an IT person reads it, not our code."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from queue_server.cli import build_parser

DOCS = Path(__file__).parents[2] / "docs" / "operators"
GUIDE = "\n".join(page.read_text(encoding="utf-8") for page in sorted(DOCS.glob("*.md")))
FOR_US_ALONE = {"--help", "--version", "--until-stdin-closes"}
"""What programs of ours say to each other, or what every command has."""


def parsers(parser: argparse.ArgumentParser, name: str = "aufruf") -> Iterator[tuple[str, set[str]]]:
    """Yield every command, verbs included, with its long options."""
    long = {flag for action in parser._actions for flag in action.option_strings if flag.startswith("--")}
    yield name, long - FOR_US_ALONE
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for verb, below in action.choices.items():
                yield from parsers(below, f"{name} {verb}")


COMMANDS = dict(parsers(build_parser()))


def test_there_are_commands() -> None:
    assert {"aufruf serve", "aufruf token create", "aufruf counter"} <= COMMANDS.keys()


@pytest.mark.parametrize("command", sorted(COMMANDS.keys() - {"aufruf"}))
def test_the_guide_names_a_command_and_its_options(command: str) -> None:
    first = " ".join(command.split()[:2])
    assert re.search(rf"{first}\b", GUIDE), command
    for verb in command.split()[2:]:
        assert re.search(rf"\b{verb}\b", GUIDE), command
    missing = {flag for flag in COMMANDS[command] if flag not in GUIDE}
    assert missing == set(), f"{command} has options that no page of docs/operators tells"
