"""Remake today's rows and the figures of the days before from the log. Refuses beside a running server."""

import argparse

import sqlalchemy as sa

from queue_server.adapters.checking import STREAM, BrokenLog, check_database
from queue_server.adapters.rebuilding import rebuild_figures, rebuild_site
from queue_server.commands.alone import alone, put_copy_aside
from queue_server.commands.check import report
from queue_server.commands.common import Problem, add_place_arguments, open_place, plainly, settings_of
from queue_server.commands.noting import note_everywhere
from queue_server.domain.administration import Done


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_place_arguments(parser)


@plainly
def run(args: argparse.Namespace) -> int:
    with alone(settings_of(args)), open_place(args) as place:
        print(put_copy_aside(place.settings, "rebuild"))
        try:
            rebuilt = place.database.write(_rebuild)
        except BrokenLog as broken:
            raise Problem(f"{broken}; nothing was changed. Restore a backup") from broken
        for site_id, (ticket_count, day_count) in rebuilt.items():
            print(f"{site_id}: {ticket_count} tickets written anew, {day_count} days counted anew")
        return report(check_database(place.database))


def _rebuild(connection: sa.Connection) -> dict[str, tuple[int, int]]:
    sites = connection.execute(sa.select(STREAM.c.site_id).order_by(STREAM.c.site_id)).scalars().all()
    rebuilt = {id_: (rebuild_site(connection, id_), rebuild_figures(connection, id_)) for id_ in sites}
    note_everywhere(connection, Done.REBUILT, "database", "database")
    return rebuilt
