"""The dependency rule of the house, and the purity of its core; each rule is shown to bite."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.architecture import import_rules as rules
from tests.architecture.source import ROOT

Rule = Callable[[Path], list[str]]
Write = Callable[[dict[str, str]], Path]


@pytest.fixture
def house(tmp_path: Path) -> Write:
    """Write a small house: `house({"queue_server.domain.ticket": "import os"})`."""

    def write(files: dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path.joinpath(*name.split(".")).with_suffix(".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


@pytest.mark.parametrize(
    "rule",
    [
        rules.wrong_imports,
        rules.parts_without_a_place,
        rules.folder_circles,
        rules.unclean_domain,
        rules.clocks_and_dice,
        rules.names_of_the_standard_library,
    ],
)
def test_the_house_keeps(rule: Rule) -> None:
    assert rule(ROOT) == []


@pytest.mark.parametrize(
    ("importer", "statement"),
    [
        ("queue_server.domain.order", "from queue_server.services import counter"),
        ("queue_server.domain.order", "from queue_server import services"),
        ("queue_server.domain.order", "from ..services.counter import call_next"),
        ("queue_server.services.counter", "from queue_server.live.hub import Hub"),
        ("queue_server.services.counter", "import queue_server.adapters.database"),
        ("queue_server.live.hub", "from queue_server.adapters import rows"),
        ("queue_server.live.hub", "def late():\n    from queue_server.web import counter"),
        ("queue_server.adapters.database", "from queue_server.services.counter import call_next"),
        ("queue_server.web.counter", "from queue_server.adapters import database"),
        ("queue_server.web.app_extras", "from queue_server.adapters import database"),
        ("queue_server.web.app", "import kiosk.slip"),
        ("queue_server.cli", "from display import page"),
        ("queue_server.protocol", "from queue_server.domain.ticket import State"),
        ("kiosk.agent", "from queue_server.domain.ticket import State"),
        ("kiosk.agent", "from queue_server import settings"),
        ("kiosk.agent", "from counter_client import client"),
    ],
)
def test_an_import_against_the_direction_is_found(house: Write, importer: str, statement: str) -> None:
    assert len(rules.wrong_imports(house({importer: statement}))) == 1


def test_imports_along_the_direction_are_fine(house: Write) -> None:
    root = house(
        {
            "queue_server.web.app": "import queue_server.adapters.database\nimport queue_server.live",
            "queue_server.web.counter": "from ..live.hub import Hub\nimport queue_server.services",
            "queue_server.live.hub": "from queue_server import protocol\nimport queue_server.domain",
            "queue_server.services.counter": "from queue_server import domain\nfrom ..protocol import B",
            "queue_server.adapters.database": "from queue_server.services.ports import Store\nimport os",
            "queue_server.cli": "from queue_server.web.app import make_app",
            "kiosk.agent": "from queue_server.protocol import PrintJob\nfrom . import slip",
        }
    )
    assert rules.wrong_imports(root) == []
    assert rules.folder_circles(root) == []


def test_a_part_without_a_place_is_found(house: Write) -> None:
    root = house(
        {"queue_server.utils.helpers": "", "queue_server.domain.ticket": "", "queue_server.__init__": ""}
    )
    assert rules.parts_without_a_place(root) == ["queue_server.utils.helpers"]


def test_a_circle_of_folders_is_found_once(house: Write) -> None:
    root = house(
        {
            "queue_server.web.pages": "from queue_server.live.hub import Hub",
            "queue_server.live.hub": "from queue_server.services import counter",
            "queue_server.services.counter": "",
            "queue_server.services.desk": "import queue_server.web.pages",
        }
    )
    assert rules.folder_circles(root) == [
        "queue_server.live -> queue_server.services -> queue_server.web -> queue_server.live"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "import pathlib",
        "from os import path",
        "import sqlalchemy",
        "from logging import getLogger",
        "def rule():\n    print('next')",
        "def rule():\n    return open('rules')",
    ],
)
def test_a_domain_that_reaches_out_is_found(house: Write, text: str) -> None:
    assert len(rules.unclean_domain(house({"queue_server.domain.order": text}))) == 1


@pytest.mark.parametrize("layer", ["domain", "services"])
@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nx = datetime.now",
        "from datetime import datetime as clock\nx = clock.utcnow()",
        "import datetime as dt\nx = dt.date.today()",
        "import datetime\nx = datetime.datetime.now()",
        "import time",
        "from time import monotonic",
        "import os\nx = os.environ.get('HOME')",
        "from os import environ",
        "import os\nx = os.getenv('HOME')",
        "import random",
        "import secrets",
        "from uuid import uuid4",
        "import uuid\nx = uuid.uuid4()",
    ],
)
def test_a_clock_the_environment_and_dice_are_found(house: Write, layer: str, text: str) -> None:
    assert rules.clocks_and_dice(house({f"queue_server.{layer}.order": text}))


def test_handling_a_given_time_is_fine(house: Write) -> None:
    text = "from datetime import datetime, time\nx = datetime.fromisoformat\ndef at(now): return now.time()"
    root = house({"queue_server.domain.order": text, "queue_server.adapters.clock": "import time"})
    assert rules.clocks_and_dice(root) == []


@pytest.mark.parametrize("name", ["queue_server.domain.calendar", "kiosk.queue", "queue_server.http.codes"])
def test_a_name_of_the_standard_library_is_found(house: Write, name: str) -> None:
    assert rules.names_of_the_standard_library(house({name: ""})) == [name]
