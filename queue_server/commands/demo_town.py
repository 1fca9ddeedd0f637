"""Makes the sample town's database: set-up, accounts, device tokens. Twice changes nothing."""

import dataclasses
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from queue_server.adapters import accounts, schema, tokens
from queue_server.adapters.database import Database
from queue_server.adapters.rows.stream_rows import StreamRows
from queue_server.adapters.server_key import ensure_key_file, one_time_password
from queue_server.adapters.town import store as town_store
from queue_server.adapters.town.file import sample_town
from queue_server.domain.access import Role
from queue_server.domain.town import Town
from queue_server.settings import Settings

DEMO_PASSWORD: Final = "rathaus"  # noqa: S105 - shown on the start page; refused by `serve`
ADMINISTRATOR: Final = "admin"
LATER_SERVICE: Final = "postal-vote"
"""Papers for a vote to come: nobody can book them yet, and visitors read from when."""


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)


@dataclass(frozen=True, slots=True)
class ReadyTown:
    """What the demo needs to know of its town: settings with the password, tokens of its helpers."""

    settings: Settings
    kiosk_tokens: dict[str, str]
    visitors_token: str


def prepare(
    settings: Settings, *, random_passwords: bool, say: Callable[[str], None], past_weeks: int = 0
) -> ReadyTown:
    """Bring the demo's database to life; says what takes long. A new town gets a simulated past.

    So does one whose first start was killed: its past is all there, or none of it, and tokens come last.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    (settings.data / "demo").touch()
    secrets = ensure_key_file(settings.key_file)
    database = Database(settings.database_url)
    try:
        if database.read(schema.fit) is schema.Fit.NEWER:
            sys.exit(
                f"aufruf: a newer version of Aufruf made {settings.data}; delete it, or choose another --data"
            )
        schema.upgrade_apart(database, meanwhile=_import_what_follows)
        now, sample = datetime.now(UTC), sample_town()
        before = database.read(town_store.load_towns).get(sample.id)
        town = _with_later_service(_with_additions(sample, before), before, now)
        database.write(lambda conn: town_store.save_town(conn, town, now))
        password = one_time_password() if random_passwords else DEMO_PASSWORD
        if random_passwords or not database.read(lambda conn: accounts.list_accounts(conn, town.id)):
            say("Making the sample town …")
            password_hash = accounts.hash_password(password)
            database.write(lambda conn: _accounts(conn, town, password_hash, now))
        if past_weeks and database.read(lambda conn: _is_new(conn, town)):
            say(f"Simulating its past: {past_weeks} weeks of visits that never were …")
            from queue_server.commands.demo_past import write_past  # only a first start needs it

            write_past(database, past_weeks, now, secrets.derive("contact"))
        if random_passwords:
            say(f"Password of all demo accounts, for this run: {password}")
        kiosk_tokens, visitors_token = database.write(lambda conn: _tokens(conn, town, now))
    finally:
        database.dispose()
    shown = "" if random_passwords else password
    return ReadyTown(dataclasses.replace(settings, demo_password=shown), kiosk_tokens, visitors_token)


def _import_what_follows() -> None:
    """Import on this core what a first start needs, while the child at the tables has the other one."""
    import queue_server.commands.demo_past
    import queue_server.web.app  # noqa: F401


def _is_new(conn: Connection, town: Town) -> bool:
    """Say whether no start came to its end yet, and nobody has done anything here: not a day, not a token."""
    lived = any(StreamRows.read(conn, site.id).seq for site in town.sites)
    return not lived and not tokens.were_made(conn, town.id)


def _with_additions(sample: Town, before: Town | None) -> Town:
    """Return the sample town with what `aufruf token create` made: tokens stand for those devices, clerks."""
    if before is None:
        return sample
    known = {site.id: site for site in before.sites}
    sites = tuple(
        dataclasses.replace(
            site,
            displays=_and_more(site.displays, known[site.id].displays),
            kiosks=_and_more(site.kiosks, known[site.id].kiosks),
        )
        if site.id in known
        else site
        for site in sample.sites
    )
    return dataclasses.replace(sample, sites=sites, clerks=_and_more(sample.clerks, before.clerks))


def _with_later_service(town: Town, before: Town | None, now: datetime) -> Town:
    """Let one service be bookable only from a Monday to come, and stay with that Monday until it is there."""
    today = now.astimezone(ZoneInfo(town.sites[0].time_zone)).date()
    known = {service.id: service.bookable_from for service in before.services} if before else {}
    kept = known.get(LATER_SERVICE)
    opens = kept if kept and kept > today else today + timedelta(days=21 - today.weekday())
    services = tuple(
        dataclasses.replace(one, bookable_from=opens) if one.id == LATER_SERVICE else one
        for one in town.services
    )
    return dataclasses.replace(town, services=services)


def _and_more(ours: tuple[T, ...], stored: tuple[T, ...]) -> tuple[T, ...]:
    ids = {one.id for one in ours}
    return ours + tuple(one for one in stored if one.id not in ids)


def _accounts(conn: Connection, town: Town, password_hash: str, now: datetime) -> None:
    there = {account.user: account for account in accounts.list_accounts(conn, town.id)}
    people: list[tuple[str, Role, str | None, str | None]] = [(ADMINISTRATOR, Role.ADMINISTRATOR, None, None)]
    people += [
        (c.user, Role.CLERK, c.site_ids[0] if len(c.site_ids) == 1 else None, c.id) for c in town.clerks
    ]
    for user, role, site_id, clerk_id in people:
        if user in there:
            accounts.set_password(conn, there[user].id, password_hash, now)
            continue
        accounts.create_account(
            conn,
            organisation_id=town.id,
            user=user,
            role=role,
            password_hash=password_hash,
            site_id=site_id,
            clerk_id=clerk_id,
            must_change=False,
            now=now,
        )


def _tokens(conn: Connection, town: Town, now: datetime) -> tuple[dict[str, str], str]:
    """Return kiosk id → a new token for its agent, and one for the visitors; earlier runs' are revoked."""
    label = "demo agent"
    for old in tokens.list_tokens(conn, town.id):
        if old.label == label:
            tokens.revoke_token(conn, town.id, old.id, now)
    visitors = tokens.create_token(conn, organisation_id=town.id, role=Role.INTEGRATION, label=label, now=now)
    kiosks = {
        kiosk.id: tokens.create_token(
            conn,
            organisation_id=town.id,
            role=Role.KIOSK,
            site_id=site.id,
            device_id=kiosk.id,
            label=label,
            now=now,
        )
        for site in town.sites
        for kiosk in site.kiosks
    }
    return kiosks, visitors
