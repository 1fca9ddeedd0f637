"""Rows about text messages: who wants none any more, and how many a town has sent today.

What lives here: statements on `opt_out` and `sms_day`. What must not: whom a message goes to, and sending it.
Of a number only its keyed hash is known here.
"""

from datetime import date, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows.base import table
from queue_server.adapters.rows.inserting import insert_into
from queue_server.adapters.tables.messages import OptOut, SmsDay
from queue_server.adapters.tables.visitors import BookedPerson

OPT_OUT, SMS_DAY, PERSON = table(OptOut), table(SmsDay), table(BookedPerson)
KEPT: Final = timedelta(days=31)
"""So long a day's count stays: staff compare it with the gateway's bill."""


def opt_out(connection: Connection, organisation_id: str, contact_hash: str, now: datetime) -> None:
    """Note that a number wants no text messages; twice is once."""
    values = {"organisation_id": organisation_id, "contact_hash": contact_hash, "at": now}
    connection.execute(insert_into(OPT_OUT, connection.dialect.name).values(values).on_conflict_do_nothing())


def opt_in(connection: Connection, organisation_id: str, contact_hash: str) -> None:
    """Take that back."""
    connection.execute(sa.delete(OPT_OUT).where(_is(organisation_id, contact_hash)))


def is_opted_out(connection: Connection, organisation_id: str, contact_hash: str) -> bool:
    query = sa.select(OPT_OUT.c.at).where(_is(organisation_id, contact_hash))
    return connection.execute(query).first() is not None


def take_one(connection: Connection, organisation_id: str, day: date, most: int) -> bool:
    """Count one message of a day before it is sent; False, and nothing, when the day has its `most`.

    Two processes cannot both take the last one: the row is changed where it stands.
    """
    values = {"organisation_id": organisation_id, "day": day, "sent": 0}
    connection.execute(insert_into(SMS_DAY, connection.dialect.name).values(values).on_conflict_do_nothing())
    same = (SMS_DAY.c.organisation_id == organisation_id) & (SMS_DAY.c.day == day)
    done = connection.execute(
        sa.update(SMS_DAY).where(same, SMS_DAY.c.sent < most).values(sent=SMS_DAY.c.sent + 1)
    )
    return done.rowcount == 1


def give_back(connection: Connection, organisation_id: str, day: date) -> None:
    """Count one less: the gateway did not take it, so it costs nothing."""
    same = (SMS_DAY.c.organisation_id == organisation_id) & (SMS_DAY.c.day == day)
    connection.execute(sa.update(SMS_DAY).where(same, SMS_DAY.c.sent > 0).values(sent=SMS_DAY.c.sent - 1))


def mark_number(connection: Connection, site_id: str, appointment_id: int, trouble: str) -> None:
    """Note why no text message arrives at this contact."""
    same = (PERSON.c.site_id == site_id) & (PERSON.c.appointment_id == appointment_id)
    connection.execute(sa.update(PERSON).where(same).values(phone_trouble=trouble))


def forget(connection: Connection, now: datetime) -> int:
    """Remove the counts of days long past; return how many."""
    return connection.execute(sa.delete(SMS_DAY).where(SMS_DAY.c.day < (now - KEPT).date())).rowcount


def _is(organisation_id: str, contact_hash: str) -> sa.ColumnElement[bool]:
    return (OPT_OUT.c.organisation_id == organisation_id) & (OPT_OUT.c.contact_hash == contact_hash)
