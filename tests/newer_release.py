"""A release after this one: a migration that it brings, and what it would have made of a database."""

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from queue_server.adapters import schema

REVISION = "9001"
MIGRATION = '''"""A later release's shape."""
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{before}"
branch_labels = depends_on = None
OLDEST_READER = "{oldest}"


def upgrade() -> None:
    op.add_column("meta", sa.Column("later", sa.String(10), nullable=True))
    op.add_column("ticket", sa.Column("later", sa.String(10), nullable=False, server_default="no"))
    op.execute("UPDATE compatibility SET readable_from = '{oldest}'")
'''


def a_migration(oldest: str | None = None) -> str:
    """Return the text of the next release's migration; `oldest`: who may still serve what it makes."""
    return MIGRATION.format(before=schema.head(), oldest=oldest or schema.head())


def make_newer(connection: sa.Connection, oldest: str | None = None) -> None:
    """Give the database the shape that only the next release knows."""
    space: dict[str, object] = {}
    exec(a_migration(oldest), space)  # noqa: S102 - our own text
    with Operations.context(MigrationContext.configure(connection)):
        space["upgrade"]()  # type: ignore[operator]
    connection.execute(sa.text(f"UPDATE alembic_version SET version_num = '{REVISION}'"))  # noqa: S608
