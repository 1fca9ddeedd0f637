"""The sample town as it is after its first start on a certain day."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import time_machine

from queue_server.adapters.database import Database
from queue_server.commands.demo_town import prepare
from queue_server.settings import Settings

NOW = datetime(2026, 5, 6, 10, tzinfo=UTC)
"""A Wednesday; the first of May, a holiday, lies in the two weeks before."""
ZONE = ZoneInfo("Europe/Berlin")
WEEKS = 2
SITES = ("rathaus", "buergerzentrum")


def start(data: Path, empty: Path, weeks: int = WEEKS) -> Database:
    """Start the demo on what lies there, else on an empty database; return that, to be disposed of."""
    if not (data / "aufruf.sqlite3").exists():
        shutil.copy(empty, data / "aufruf.sqlite3")
    with time_machine.travel(NOW, tick=False):
        settings = Settings(data=data, demo=True)
        prepare(settings, random_passwords=False, say=lambda line: None, past_weeks=weeks)
    return Database(settings.database_url)
