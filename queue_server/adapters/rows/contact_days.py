"""Rows of `contact_day`: how many bookings one contact has made today.

The same row is the lock under which a contact's bookings are counted: two processes that book for one
contact at two sites would else count the same and both go on.
"""

from collections.abc import Sequence
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.rows.inserting import insert_into
from queue_server.adapters.tables.fairness import ContactDay

DAY = table(ContactDay)


class ContactDays:
    """Locks, counts and erases."""

    @staticmethod
    def lock(
        connection: Connection, organisation_id: str, day: date, hashes: Sequence[str], erase_after: datetime
    ) -> int:
        """Return the most that one of them has made on the day. Until the end of the transaction nobody
        else gets past this for the same contact.
        """
        return _add(connection, organisation_id, day, hashes, erase_after, 0)

    @staticmethod
    def count(
        connection: Connection, organisation_id: str, day: date, hashes: Sequence[str], erase_after: datetime
    ) -> None:
        """Count one booking for each of them."""
        _add(connection, organisation_id, day, hashes, erase_after, 1)

    @staticmethod
    def forget(connection: Connection, now: datetime) -> int:
        """Erase the days that are over; return how many rows."""
        return connection.execute(sa.delete(DAY).where(DAY.c.erase_after <= now)).rowcount


def _add(
    connection: Connection,
    organisation_id: str,
    day: date,
    hashes: Sequence[str],
    erase_after: datetime,
    more: int,
) -> int:
    found = [0]
    # In one order for everybody, so that nobody waits for who waits for them.
    for one in sorted(set(hashes)):
        row = {"organisation_id": organisation_id, "day": day, "contact_hash": one}
        statement = insert_into(DAY, connection.dialect.name).values(
            **row, made=more, erase_after=erase_after
        )
        counted = statement.on_conflict_do_update(
            index_elements=list(DAY.primary_key), set_={"made": DAY.c.made + more}
        )
        found.append(connection.execute(counted.returning(DAY.c.made)).scalar_one())
    return max(found)
