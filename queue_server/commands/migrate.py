"""Bring the database to the shape that this version needs. Refuses beside a running server."""

import argparse

from alembic.util.exc import CommandError

from queue_server.adapters import schema
from queue_server.commands.alone import alone, put_copy_aside
from queue_server.commands.common import (
    Problem,
    add_place_arguments,
    no_town,
    open_database,
    plainly,
    settings_of,
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_place_arguments(parser)


@plainly
def run(args: argparse.Namespace) -> int:
    settings = settings_of(args)
    with open_database(settings) as database, alone(settings):
        before = database.read(schema.current)
        if before is None:
            raise Problem(no_town(settings))
        if before == schema.head():
            print("The database has the newest shape already; nothing to do.")
            return 0
        print(put_copy_aside(settings, "migrate"))
        try:
            schema.upgrade(database)
        except CommandError as error:
            # Alembic finds no way from a shape that it does not know.
            raise Problem(
                f"the database has the shape {before}, which a newer version of Aufruf made; "
                "install that version"
            ) from error
        print(f"The database went from shape {before} to {schema.head()}.")
    return 0
