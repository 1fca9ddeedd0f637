"""Signing in and out, for the API and for the form alike."""

from dataclasses import dataclass

from queue_server.domain.access import Actor, WrongPassword
from queue_server.web.house import House


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`cookie` goes to the browser and is nowhere else."""

    cookie: str
    user: str
    role: str
    site_id: str | None
    clerk_id: str | None


async def sign_in(house: House, address: str, user: str, password: str) -> SignedIn:
    """Check a password and begin a session. Raises `WrongPassword`, `TooManyRequests`.

    An unknown user takes as long as a wrong password: nobody learns who has an account.
    """
    name = house.accounts.normal_user(user)
    house.limits.check_sign_in(address, name)
    account = await house.read(lambda conn: house.accounts.find_account(conn, name))
    password_hash = account.password_hash if account else None
    right = await house.password_gate.run(lambda: house.accounts.verify_password(password_hash, password))
    if account is None or not right:
        raise WrongPassword
    now = house.clock()
    opened = await house.write(lambda conn: house.accounts.open_session(conn, account, now))
    return SignedIn(opened.cookie, account.user, account.role.value, account.site_id, account.clerk_id)


async def sign_out(house: House, actor: Actor) -> None:
    """End the actor's session, here at once and in other processes within seconds."""
    if actor.session_id is None:
        return
    session_id, now = actor.session_id, house.clock()
    await house.write(lambda conn: house.accounts.close_session(conn, session_id, now))
    house.sessions.invalidate(session_id=session_id)
