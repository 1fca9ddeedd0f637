"""Bring the database to the shape that this version needs. Refuses beside a running server."""

import argparse

from queue_server.adapters import schema
from queue_server.adapters.database import Database
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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_place_arguments(parser)


@plainly
def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    with open_database(settings) as database:
        if database.read(schema.current) is None:
            raise Problem(no_town(settings))
        with alone(settings):
            _migrate(settings, database)
    return 0


def _migrate(settings: Settings, database: Database) -> None:
    before = database.read(schema.current)
    match database.read(schema.fit):
        case schema.Fit.SAME:
            print("The database has the newest shape already; nothing to do.")
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
