"""Bring the database to the shape that this version needs. Refuses beside a running server."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa

from queue_server.adapters import schema
from queue_server.adapters.database import Database
from queue_server.commands import noted
from queue_server.commands.alone import alone, put_copy_aside
from queue_server.commands.common import (
    Problem,
    add_place_arguments,
    no_town,
    open_database,
    plainly,
    settings_of,
    too_new,
)
from queue_server.commands.noting import note_everywhere
from queue_server.domain.administration import Done
from queue_server.settings import Settings

PATIENCE_S: Final = 3.0
LOCK_NOT_AVAILABLE: Final = "55P03"
NOTHING_TO_DO: Final = "The database has the newest shape already; nothing to do."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--beside",
        action="store_true",
        help="beside a running server that serves the new shape as well; makes no copy",
    )
    add_place_arguments(parser)


@plainly
def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    with open_database(settings) as database:
        if database.read(schema.current) is None:
            raise Problem(no_town(settings))
        server = noted.running(settings) if args.beside else None
        if server is not None:
            _migrate_beside(server, database)
            return 0
        with alone(settings):
            _migrate(settings, database)
    return 0


def _migrate(settings: Settings, database: Database) -> None:
    before = database.read(schema.current)
    match database.read(schema.fit):
        case schema.Fit.SAME:
            print(NOTHING_TO_DO)
        case schema.Fit.READABLE:
            print(f"A newer version gave the database the shape {before}, which this one serves as well.")
        case schema.Fit.NEWER:
            raise Problem(too_new(database))
        case _:
            print(put_copy_aside(settings, "migrate"))
            schema.upgrade(database)
            old, new = {"shape": before}, {"shape": schema.head()}
            database.write(
                lambda conn: note_everywhere(
                    conn, Done.MIGRATED, "database", "database", before=old, after=new
                )
            )
            print(f"The database went from shape {before} to {schema.head()}.")


def _migrate_beside(server: noted.Noted, database: Database) -> None:
    before = database.read(schema.current)
    if before == schema.head():
        print(NOTHING_TO_DO)
        return
    with _impatiently(database) as connection:
        if schema.fit(connection) is schema.Fit.NEWER:
            raise Problem(too_new(database))
        schema.upgrade_within(connection)
        oldest = schema.readable_from(connection)
        if oldest is None or oldest > server.shape:  # the transaction ends with it: nothing has changed
            raise Problem(f"version {server.version}, which runs, could not serve it any more; stop it first")
        old, new = {"shape": before}, {"shape": schema.head()}
        note_everywhere(connection, Done.MIGRATED, "database", "database", before=old, after=new)
    print(
        f"The database went from shape {before} to {schema.head()}; version {server.version} serves it too."
    )


@contextmanager
def _impatiently(database: Database) -> Iterator[sa.Connection]:
    """Open the migration's transaction; give up when another program keeps a table for long."""
    try:
        with schema.rebuilding(database, PATIENCE_S) as connection:
            yield connection
    except sa.exc.OperationalError as error:
        if getattr(error.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        raise Problem(
            "another program, perhaps pg_dump, keeps a table for itself; nothing was changed:"
            " try again when it is done"
        ) from error
