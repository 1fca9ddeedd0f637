"""Signing in and out, for the API and for the form alike."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.engine import Connection
from starlette.responses import Response
from starlette.types import Scope

from queue_server.domain.access import Actor, Kind, SignInRequired, TooManyRequests, WrongPassword
from queue_server.domain.administration import Done
from queue_server.domain.sign_in import (
    LEAST_PASSWORD,
    MOST_PASSWORD,
    OneTimePasswordOver,
    PasswordUnfit,
    Person,
    SignInElsewhere,
)
from queue_server.web.cookies import (
    SESSION_COOKIE,
    is_secure,
    read_cookie,
    set_known_cookie,
    set_session_cookie,
)
from queue_server.web.house import House
from queue_server.web.newcomers import Newcomer, new_known_cookie
from queue_server.web.ports import OpenedSession, StoredAccount
from queue_server.web.security_log import note
from queue_server.web.throttle import Attempt

OIDC: Final = "oidc"
PASSWORD: Final = "password"  # noqa: S105 - how somebody proved who they are


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`cookie` goes to the browser and is nowhere else; so does `known`, the cookie of a known browser."""

    cookie: str
    user: str
    role: str
    site_id: str | None
    clerk_id: str | None
    must_change: bool
    known: tuple[str, str]


async def sign_in(house: House, newcomer: Newcomer, user: str, password: str) -> SignedIn:
    """Check a password and begin a session.

    Raises `WrongPassword`, `TooManyRequests`, `OneTimePasswordOver`. An unknown user takes as long as a wrong
    password: nobody learns who has an account.
    """
    name = house.accounts.normal_user(user)
    try:
        attempt = house.throttle.begin(name, newcomer.address, newcomer.known_to(house.secrets, name))
    except TooManyRequests:
        note("sign_in_has_to_wait", newcomer.scope, warn=True)
        raise
    # PostgreSQL refuses a NUL in any text; nobody has such a name.
    known = "\0" not in name
    account = await house.read(lambda conn: house.accounts.find_account(conn, name)) if known else None
    try:
        await _require_right(house, account, password, attempt)
    except WrongPassword:
        note("sign_in_failed", newcomer.scope, warn=True, account=account.id if account else "unknown")
        raise
    if account is None:
        raise WrongPassword
    now = house.clock()
    if account.one_time_until is not None and account.one_time_until <= now:
        raise OneTimePasswordOver
    provider = house.oidc.provider
    if account.subject is not None and provider is not None and provider.required:
        raise SignInElsewhere
    renewed = await _renewed_hash(house, account, password)

    def first(conn: Connection) -> None:
        if renewed is not None:
            house.accounts.renew_hash(conn, account, renewed)

    return await begin_session(house, newcomer, account, first=first)


async def sign_in_by_directory(house: House, newcomer: Newcomer, person: Person) -> SignedIn:
    """Begin a session for a person whom the town's directory vouches for. Raises `NotAdmittedHere`."""
    provider, now = house.oidc.provider, house.clock()
    sites = house.directory.sites
    account = await house.write(lambda conn: house.admit(conn, provider, person, sites, now))
    house.sessions.invalidate()
    return await begin_session(house, newcomer, account, first=lambda _: None, method=OIDC)


async def _require_right(
    house: House, account: StoredAccount | None, password: str, attempt: Attempt
) -> None:
    password_hash = account.password_hash if account else None
    try:
        right = await house.password_gate.run(lambda: house.accounts.verify_password(password_hash, password))
    except TooManyRequests:
        attempt.unseen()
        raise
    if not right:
        raise WrongPassword
    attempt.right()


async def begin_session(
    house: House,
    newcomer: Newcomer,
    account: StoredAccount,
    *,
    first: Callable[[Connection], None],
    method: str = PASSWORD,
) -> SignedIn:
    """Begin a session for who has proven to own the account; `first` is done in the same transaction.

    The browser's older session ends. Raises WrongPassword when the password was reset, or the account
    disabled, while the password was being judged.
    """
    now, browser = house.clock(), newcomer.browser
    older = read_cookie(newcomer.scope, SESSION_COOKIE)

    def work(conn: Connection) -> OpenedSession:
        if not house.accounts.still_holds(conn, account):
            raise WrongPassword
        first(conn)
        if older:
            house.accounts.close_session_of(conn, older, now)
        opened: OpenedSession = house.accounts.open_session(
            conn, account, now, browser=browser, method=method
        )
        return opened

    opened = await house.write(work)
    if older:
        house.sessions.invalidate()
    note("signed_in", newcomer.scope, account=account.id, method=method)
    known = newcomer.known_to(house.secrets, account.user)
    return SignedIn(
        opened.cookie,
        account.user,
        account.role.value,
        account.site_id,
        account.clerk_id,
        account.must_change and method == PASSWORD,
        new_known_cookie(house.secrets, account.user, known),
    )


def give_cookies(response: Response, scope: Scope, signed_in: SignedIn) -> None:
    """Give the browser its session, and the mark by which it is known next time."""
    secure = is_secure(scope)
    set_session_cookie(response, signed_in.cookie, secure=secure)
    set_known_cookie(response, *signed_in.known, secure=secure)


async def _renewed_hash(house: House, account: StoredAccount, password: str) -> str | None:
    """Hash the password anew when its hash was made with weaker settings: only now it is known."""
    if not house.accounts.needs_rehash(account.password_hash):
        return None
    return await house.password_gate.run(lambda: house.accounts.hash_password(password))


async def change_password(
    house: House, newcomer: Newcomer, actor: Actor, password: str, new: str, *, via: str
) -> SignedIn:
    """Give the actor's account a new password, end all its sessions and begin a new one.

    Raises `WrongPassword`, `PasswordUnfit`, `TooManyRequests`; `SignInRequired` for who has no session.
    """
    session_id = actor.session_id
    if session_id is None:
        raise SignInRequired
    account = await house.read(lambda conn: house.accounts.account_of_session(conn, session_id))
    # Who sits at a session left open guesses against a count of its own.
    attempt = house.throttle.begin(account.user, newcomer.address, session_id)
    await _require_right(house, account, password, attempt)
    await _require_fit(house, account, new, old=password)
    new_hash = await house.password_gate.run(lambda: house.accounts.hash_password(new))
    now = house.clock()

    def first(conn: Connection) -> None:
        about = {"at": now, "act": Done.PASSWORD_CHANGED, "kind": Kind.ACCOUNT.value, "ref": account.user}
        house.audit.note_by(conn, actor, via=via, **about)
        house.accounts.set_password(conn, account.id, new_hash, now)

    begun = await begin_session(house, newcomer, account, first=first)
    house.sessions.invalidate()
    return replace(begun, must_change=False)


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


async def method_of(house: House, actor: Actor) -> str:
    """Return how the actor proved who they are; empty for who has no session."""
    session_id = actor.session_id
    if session_id is None:
        return ""
    return await house.read(lambda conn: house.sign_ins.method_of(conn, session_id))


async def sign_out(house: House, actor: Actor) -> None:
    """End the actor's session, here at once and in other processes within seconds."""
    if actor.session_id is None:
        return
    session_id, now = actor.session_id, house.clock()
    await house.write(lambda conn: house.accounts.close_session(conn, session_id, now))
    house.sessions.invalidate(session_id=session_id)
