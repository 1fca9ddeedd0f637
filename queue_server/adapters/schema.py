"""All tables of the product, and how a database is brought to the newest shape."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy.engine import Connection

from queue_server.adapters.database import Database
from queue_server.adapters.tables import accounts, hall, metadata, settings, visitors

FOLDER: Final = Path(__file__).parent / "migrations"
TABLES: Final = (accounts, hall, settings, visitors)
"""The modules whose import fills `metadata`."""

__all__ = ["TABLES", "current", "head", "knows", "metadata", "revise", "upgrade"]


def upgrade(database: Database) -> None:
    """Bring the database to the newest shape, in one transaction; nothing happens when it has it."""
    with database.writer.begin() as connection:
        command.upgrade(_config(connection), "head")


def current(connection: Connection) -> str | None:
    """Return the revision a database has; None: it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """Return the newest revision that this version of the product knows."""
    return ScriptDirectory(str(FOLDER)).get_current_head()


def knows(revision: str) -> bool:
    """Tell whether this version of the product knows the revision; a newer one's it does not."""
    try:
        return ScriptDirectory(str(FOLDER)).get_revision(revision) is not None
    except CommandError:
        return False


def revise(connection: Connection, message: str) -> None:
    """Write a new migration from what the tables say and the database lacks. For developers."""
    command.revision(_config(connection), message, autogenerate=True)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
