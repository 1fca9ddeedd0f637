"""The press that makes town, accounts and passwords: one transaction, then the server runs as any other.

What must not live here: the steps before (`pages`), and the page after it (`web.page_first_steps`).
"""

from starlette.responses import RedirectResponse, Response

from queue_server.web.first_draft import OneTime
from queue_server.web.first_run.answers import town_of
from queue_server.web.first_run.desk import ACCOUNT, Desk
from queue_server.web.newcomers import Newcomer
from queue_server.web.pages import PageCall
from queue_server.web.signing_in import begin_session, give_cookies

AFTER = "/admin/first-steps"


async def make(call: PageCall, desk: Desk) -> Response:
    """Make everything, sign the administrator in and lead to what comes next."""
    house = call.house
    first_run, town = house.first_run, town_of(desk)
    links, draft, now = first_run.links, desk.draft, house.clock()
    people = [links.account(desk.one(ACCOUNT, "user"), draft.password_hash, None, None)]
    passwords = []
    for clerk in town.clerks:
        word = links.new_password()
        hashed = await house.password_gate.run(lambda word=word: house.accounts.hash_password(word))  # type: ignore[misc]
        passwords.append(OneTime(clerk.name, clerk.user, word, hashed))
        people.append(links.account(clerk.user, hashed, clerk.id, clerk.site_ids[0]))
    await house.write(lambda conn: links.make(conn, town, people, now))
    first_run.made(town.id, passwords, now)
    await house.renew_settings()
    return await _signed_in(call, people[0].user)


async def _signed_in(call: PageCall, user: str) -> Response:
    house, scope = call.house, call.request.scope
    account = await house.read(lambda conn: house.accounts.find_account(conn, user))
    opened = await begin_session(house, Newcomer(scope), account, first=lambda _: None)
    response = RedirectResponse(AFTER, status_code=303)
    give_cookies(response, scope, opened)
    return response
