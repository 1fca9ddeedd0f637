"""Which columns the audit leaves alone, and why: the one list of where people's data may stand.

What is not listed is searched; so a new column is covered by itself, and `docs/privacy.md` has to name the
tables of the first two lists (a test holds both).
"""

from collections.abc import Mapping
from typing import Final

BELONGS: Final[Mapping[str, str]] = {
    "booked_person": "the one place for who booked; searched for rows that should be gone instead",
    "visitor_data": "the one place for walk-ins' needs; searched for rows that should be gone instead",
}
"""Tables that hold visitors' data while it is needed."""

STAFF: Final[Mapping[str, str]] = {
    "setting_version.body": "the town's set-up: offices' addresses and telephones, clerks' names",
    "account.user": "the name by which somebody of the staff signs in; may be an office's mail address",
    "account.password_hash": "a salted hash of a staff password; random signs look like anything",
    "overrule.by": "the user name of who lifted a limit",
    "audit_log.actor": "the user name of who did an administrative act",
    "rescue.made_by": "the user name of who moved a day's appointments",
    "rescue.body": "ids, references and numbers of five-minute cells, which may look like telephones",
    "day_figures.body": "counts and minutes of a whole day, which may look like telephones",
    "sheet_letter.mailbox": "the town's own mailbox for its monthly sheet, as its set-up names it",
    "day_durations.body": "ids of services and counters, and minutes, which may look like telephones",
    "helper.name": "the name of an institution that books for others",
    "calendar_copy.href": "an address in a clerk's own calendar, which may name the clerk's account",
    "calendar_copy.etag": "a calendar server's mark of a version; random signs look like anything",
    "pairing.user_agent": "the kind of browser a device has; full of version numbers, gone after ten minutes",
}
"""Columns with contacts of staff and offices, or nothing that anybody typed."""

MADE_HERE: Final = frozenset(
    (
        *("id", "organisation_id", "site_id", "area_id", "clerk_id", "kiosk_id", "device_id", "account_id"),
        *("counter_id", "bound_counter_id", "last_counter_id", "replaces_site", "session_ref", "claimed_by"),
        *("hash", "code_hash", "secret_hash", "contact_hash", "fingerprint", "client", "key", "dedupe_key"),
        *("ref", "before", "after"),
    )
)
"""Names of columns that hold ids and hashes we make ourselves, and what the audit log says of a set-up. They
are searched for erased people, but not for what only looks like a telephone: of random digits some always do.
"""
