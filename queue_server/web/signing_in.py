"""Signing in and out, for the API and for the form alike."""

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from queue_server.domain.access import Actor, SignInRequired, WrongPassword
from queue_server.domain.sign_in import (
    LEAST_PASSWORD,
    MOST_PASSWORD,
    OneTimePasswordOver,
    PasswordUnfit,
)
from queue_server.web.house import House
from queue_server.web.ports import OpenedSession, StoredAccount


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`cookie` goes to the browser and is nowhere else."""

    cookie: str
    user: str
    role: str
    site_id: str | None
    clerk_id: str | None
    must_change: bool


async def sign_in(house: House, address: str, user: str, password: str) -> SignedIn:
    """Check a password and begin a session. Raises `WrongPassword`, `TooManyRequests`.

    An unknown user takes as long as a wrong password: nobody learns who has an account.
    """
    name = house.accounts.normal_user(user)
    house.limits.check_sign_in(address, name)
    # PostgreSQL refuses a NUL in any text; nobody has such a name.
    known = "\0" not in name
    account = await house.read(lambda conn: house.accounts.find_account(conn, name)) if known else None
    password_hash = account.password_hash if account else None
    right = await house.password_gate.run(lambda: house.accounts.verify_password(password_hash, password))
    if account is None or not right:
        raise WrongPassword
    now = house.clock()
    if account.one_time_until is not None and account.one_time_until <= now:
        raise OneTimePasswordOver
    renewed = await _renewed_hash(house, account, password)

    def work(conn: Connection) -> OpenedSession:
        if renewed is not None:
            house.accounts.renew_hash(conn, account, renewed)
        opened: OpenedSession = house.accounts.open_session(conn, account, now)
        return opened

    return _signed_in(account, await house.write(work), must_change=account.must_change)


async def _renewed_hash(house: House, account: StoredAccount, password: str) -> str | None:
    """Hash the password anew when its hash was made with weaker settings: only now it is known."""
    if not house.accounts.needs_rehash(account.password_hash):
        return None
    return await house.password_gate.run(lambda: house.accounts.hash_password(password))


async def change_password(house: House, address: str, actor: Actor, password: str, new: str) -> SignedIn:
    """Give the actor's account a new password, end all its sessions and begin a new one.

    Raises `WrongPassword`, `PasswordUnfit`, `TooManyRequests`; `SignInRequired` for who has no session.
    """
    session_id = actor.session_id
    if session_id is None:
        raise SignInRequired
    account = await house.read(lambda conn: house.accounts.account_of_session(conn, session_id))
    house.limits.check_sign_in(address, account.user)
    right = house.accounts.verify_password
    if not await house.password_gate.run(lambda: right(account.password_hash, password)):
        raise WrongPassword
    await _require_fit(house, account, new, old=password)
    new_hash = await house.password_gate.run(lambda: house.accounts.hash_password(new))
    now = house.clock()

    def work(conn: Connection) -> OpenedSession:
        house.accounts.set_password(conn, account.id, new_hash, now)
        opened: OpenedSession = house.accounts.open_session(conn, account, now)
        return opened

    opened = await house.write(work)
    house.sessions.invalidate()
    return _signed_in(account, opened, must_change=False)


async def _require_fit(house: House, account: StoredAccount, new: str, *, old: str) -> None:
    """Refuse a password that is easy to guess, or the old one. Raises `PasswordUnfit`."""
    names = [account.user, account.id, *_names_around(house, account)]
    weak = "same" if new == old else await house.password_gate.run(lambda: house.weakness(new, names))
    if weak is not None:
        raise PasswordUnfit(reason=weak, least=LEAST_PASSWORD, most=MOST_PASSWORD)


def _names_around(house: House, account: StoredAccount) -> list[str]:
    """Return what a stranger reads on the door: the names of the town and its sites."""
    return [
        name
        for town, site in house.directory.sites.values()
        if town.id == account.organisation_id
        for name in (town.id, site.id, *town.name.values(), *site.name.values())
    ]


def _signed_in(account: StoredAccount, opened: OpenedSession, *, must_change: bool) -> SignedIn:
    return SignedIn(
        opened.cookie, account.user, account.role.value, account.site_id, account.clerk_id, must_change
    )


async def sign_out(house: House, actor: Actor) -> None:
    """End the actor's session, here at once and in other processes within seconds."""
    if actor.session_id is None:
        return
    session_id, now = actor.session_id, house.clock()
    await house.write(lambda conn: house.accounts.close_session(conn, session_id, now))
    house.sessions.invalidate(session_id=session_id)
