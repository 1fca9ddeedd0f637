"""What the first set-up begins with: the templates and the catalogue that ship with the product.

What must not live here: what is made of them (`domain.first_town`), keeping a town (`adapters.town.store`).
Nothing is kept in memory: it is read for a few pages in the life of a server.
"""

import tomllib
import zoneinfo
from dataclasses import replace
from importlib import resources
from typing import Final

from queue_server.adapters.town.file import load
from queue_server.adapters.town.public_holidays import STATES
from queue_server.domain.town import Town
from queue_server.domain.town_check import check
from queue_server.domain.town_problem import Problem
from queue_server.domain.written_hours import read_hours, write_hours

__all__ = [
    "TEMPLATES",
    "catalogue",
    "problems",
    "read_hours",
    "states",
    "template",
    "whole_catalogue",
    "write_hours",
]

TEMPLATES: Final = ("town-hall", "two-sites", "registry-office", "vehicle-registration")
_AROUND: Final = """
[town]
id = "town"
name = "-"
catalogue = "builtin"
[[sites]]
id = "site"
name = "-"
call_mode = "fetch"
always_open = true
areas = [{{ id = "area", name = "-" }}]
rooms = [{{ name = "1" }}]
counters = [{{ id = "site-1", room = "1" }}]
[[departments]]
id = "office"
name = "-"
phone = "0"
services = {services}
[[clerks]]
user = "all"
name = "-"
"""
"""A town around the whole catalogue: the reader of town files knows how services are read."""


def template(name: str) -> Town:
    """Return one of `TEMPLATES`."""
    return load(_sample(f"begin-{name}.toml"), name)


def catalogue() -> Town:
    """Return a town that has every service of the built-in catalogue that needs no link of the town's."""
    services = tomllib.loads(_sample("services.toml"))["services"]
    keys = [key for key, one in services.items() if one.get("channel") not in {"online", "elsewhere"}]
    return load(_AROUND.format(services=keys), "catalogue")


def whole_catalogue() -> Town:
    """Return a town that has every service of the built-in catalogue; links are the town's to tell."""
    services = tomllib.loads(_sample("services.toml"))["services"]
    linked = [key for key, one in services.items() if one.get("channel") in {"online", "elsewhere"}]
    links = "".join(f'[services.{key}]\nlink = "https://town.example/"\n' for key in linked)
    town = load(_AROUND.format(services=list(services)) + links, "catalogue")
    return replace(town, services=tuple(replace(one, link="") for one in town.services))


def problems(town: Town) -> list[Problem]:
    """Return what is wrong with a town, as a town file would be told."""
    return check(town, zoneinfo.available_timezones(), STATES)


def states() -> tuple[str, ...]:
    """Return the states whose public holidays are known."""
    return tuple(sorted(STATES))


def _sample(name: str) -> str:
    return resources.files("queue_server.samples").joinpath(name).read_text(encoding="utf-8")
