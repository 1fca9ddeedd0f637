"""Signing in with the town's directory, against a real provider on a port of this machine."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import unescape
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx2
import pytest
import sqlalchemy as sa
from oidc_provider_mock import User, run_server_in_thread  # type: ignore[import-untyped]

from queue_server.adapters import accounts, leads
from queue_server.adapters.directory_admission import admit
from queue_server.adapters.oidc.provider import Group, OidcProvider
from queue_server.adapters.tables.accounts import ACCOUNT, LEAD
from queue_server.adapters.tables.operations import AUDIT
from queue_server.domain.access import Role
from queue_server.domain.sign_in import Person
from queue_server.web.limits import UNLIMITED, Limits, Rate
from tests.web.forms import plain
from tests.web.running import HOST, PASSWORD, Town

pytestmark = [  # the provider's own use of its library
    pytest.mark.filterwarnings("ignore:get_jwt_config"),
    pytest.mark.filterwarnings("ignore:authlib.jose module is deprecated"),
]
SESSIONS = "/api/v1/sessions"
BACK = f"{HOST}/sign-in/oidc"
PEOPLE = [
    User(sub="4711", claims={"preferred_username": "anna", "groups": ["Büro", "Kantine"]}),
    User(sub="4712", claims={"preferred_username": "petra.pruefer", "groups": ["Revision"]}),
    User(sub="4713", claims={"preferred_username": "admin", "groups": ["Kantine"]}),
]
GROUPS = """
[[oidc.groups]]
name = "Revision"
role = "auditor"
site = "rathaus"
[[oidc.groups]]
name = "Büro"
role = "clerk"
site = "rathaus"
"""


@contextmanager
def a_provider(**more: Any) -> Iterator[str]:
    """Run a directory; yield its issuer."""
    with run_server_in_thread(user_claims=PEOPLE, require_nonce=True, **more) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with a_provider() as found:
        yield found


def connect(town: Town, issuer: str, more: str = "", groups: str = "") -> None:
    """Write the section and let the server read it. The directory lives in real time, so does the town."""
    file = town.house.settings.connections_file
    file.write_text(
        f'[oidc]\nissuer = "{issuer}"\nclient_id = "aufruf"\nclient_secret = "geheim: %&"\n{more}\n{groups}',
        encoding="utf-8",
    )
    file.chmod(0o600)
    town.house.connections.look()
    assert town.house.connections.health() == "ok"
    town.clock.now = datetime.now(UTC)


@dataclass
class Visit:
    """One browser on its way through the directory."""

    town: Town

    async def set_out(self, after: str = "/counter/rathaus-1") -> str:
        """Press the button; return the address at the directory."""
        page = await self.town.client.get("/sign-in", params={"next": after})
        link = re.search(r'href="(/sign-in/oidc/start[^"]*)"', page.text)
        assert link is not None
        sent = await self.town.client.get(unescape(link[1]))
        assert sent.status_code == 303
        return str(sent.headers["location"])

    async def agree(self, url: str, sub: str = "4711") -> str:
        """Sign in there; return the address of the way back."""
        async with httpx2.AsyncClient() as browser:
            answer = await browser.post(url, data={"sub": sub})
        return str(answer.headers["location"])

    async def sign_in(self, sub: str = "4711", after: str = "/counter/rathaus-1") -> httpx2.Response:
        return await self.town.client.get(await self.agree(await self.set_out(after), sub))

    async def role(self) -> str:
        return str((await self.town.client.get(SESSIONS)).json()["role"])


async def linked(town: Town, user: str = "anna") -> str | None:
    query = sa.select(ACCOUNT.c.subject).where(ACCOUNT.c.user == user)
    found: str | None = await town.house.read(lambda conn: conn.execute(query).scalar())
    return found


async def test_somebody_signs_in_and_comes_to_where_they_wanted(town: Town, issuer: str) -> None:
    connect(town, issuer, "link_by_user = true")
    visit = Visit(town)
    page = await visit.sign_in()
    assert page.status_code == 200
    assert 'content="0; url=/counter/rathaus-1"' in page.text
    cookies = page.headers.get_list("set-cookie")
    assert any("aufruf_session=" in one and "SameSite=strict" in one for one in cookies)
    assert any('aufruf_sign_in=""' in one for one in cookies), "the way back is good once"
    assert (await town.client.get("/counter/rathaus-1")).status_code == 200
    assert "Mit dem Konto der Stadt." in plain((await town.client.get("/account")).text)
    assert await linked(town) == f"{issuer} 4711"


async def test_the_way_there_carries_pkce_state_and_nonce_and_no_secret(town: Town, issuer: str) -> None:
    connect(town, issuer)
    asked = parse_qs(urlsplit(await Visit(town).set_out()).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [BACK]
    assert asked["scope"] == ["openid profile"]
    flow = town.client.cookies["aufruf_sign_in"].partition(".")[0]

    def derived(purpose: str) -> str:
        return urlsafe_b64encode(sha256(f"{purpose}\0{flow}".encode()).digest()).rstrip(b"=").decode()

    challenge = urlsafe_b64encode(sha256(derived("verifier").encode()).digest()).rstrip(b"=").decode()
    assert asked["code_challenge"] == [challenge]
    assert (asked["state"], asked["nonce"]) == ([derived("state")], [derived("nonce")])
    assert flow not in str(asked)
    assert "geheim" not in str(asked)


async def test_an_account_is_linked_by_name_only_where_that_is_wished(town: Town, issuer: str) -> None:
    connect(town, issuer)
    refused = await Visit(town).sign_in()
    assert refused.status_code == 403
    assert "noch kein Konto" in refused.text
    assert await linked(town) is None


async def test_another_person_with_the_name_of_a_linked_account_stays_out(town: Town, issuer: str) -> None:
    connect(town, issuer, "link_by_user = true")
    change = sa.update(ACCOUNT).where(ACCOUNT.c.user == "anna").values(subject=f"{issuer} somebody else")
    await town.house.write(lambda conn: conn.execute(change))
    assert (await Visit(town).sign_in()).status_code == 403


async def test_groups_give_roles_and_a_changed_role_ends_older_sessions(town: Town, issuer: str) -> None:
    connect(town, issuer, "link_by_user = true", GROUPS)
    change = sa.update(ACCOUNT).where(ACCOUNT.c.user == "anna").values(role="administrator")
    await town.house.write(lambda conn: conn.execute(change))
    await town.client.post(SESSIONS, json={"user": "anna", "password": PASSWORD})
    older = town.client.cookies["aufruf_session"]
    town.client.cookies.clear()
    assert (await Visit(town).sign_in()).status_code == 200
    me = (await town.client.get(SESSIONS)).json()
    assert (me["role"], me["site_id"], me["clerk_id"]) == ("clerk", "rathaus", "anna")
    town.client.cookies.clear()
    seen = await town.client.get(SESSIONS, headers={"cookie": f"aufruf_session={older}"})
    assert seen.json()["role"] == "visitor"
    query = sa.select(AUDIT.c.act, AUDIT.c.before, AUDIT.c.after).where(AUDIT.c.actor == "directory")
    rows = await town.house.read(lambda conn: conn.execute(query).all())
    assert [tuple(row) for row in rows] == [
        ("account_changed", {"directory": False}, {"directory": True}),
        ("account_changed", {"role": "administrator", "site": None}, {"role": "clerk", "site": "rathaus"}),
    ]


async def test_a_lead_who_is_moved_leads_nothing_any_more_but_still_stands_in(town: Town) -> None:
    found = await town.house.read(lambda conn: accounts.find_account(conn, "anna"))
    assert found is not None
    groups = (Group("Leitung", Role.LEAD, None, "standesamt"), Group("Büro", Role.CLERK, None, None))
    provider = OidcProvider(
        "https://i.example", "aufruf", "", (), "user", "groups", groups, True, False, False, {}
    )
    now, house = town.clock.now, town.house

    async def signed_in(group: str) -> tuple[str, list[str]]:
        person = Person("i 4711", "anna", frozenset({group}))
        account = await house.write(lambda conn: admit(conn, provider, person, {}, now))
        return account.role.value, sorted(await house.read(lambda conn: leads.led_by(conn, account.id, now)))

    def stands_in(conn: sa.Connection) -> None:
        about = {"organisation_id": found.organisation_id, "account_id": found.id}
        conn.execute(sa.insert(LEAD).values(department_id="kasse", is_deputy=True, **about))

    await house.write(stands_in)
    assert await signed_in("Leitung") == ("lead", ["kasse", "standesamt"])
    assert await signed_in("Büro") == ("clerk", ["kasse"])
    query = sa.select(AUDIT.c.before).where(AUDIT.c.act == "lead_ended", AUDIT.c.actor == "directory")
    assert await town.house.read(lambda conn: conn.execute(query).scalar()) == {"department": "standesamt"}


async def test_a_linked_account_with_a_one_time_password_is_let_in(town: Town, issuer: str) -> None:
    """Who comes by the directory never got the slip of paper."""
    connect(town, issuer, "link_by_user = true")
    change = sa.update(ACCOUNT).where(ACCOUNT.c.user == "anna").values(must_change=True)
    await town.house.write(lambda conn: conn.execute(change))
    assert (await Visit(town).sign_in()).status_code == 200
    assert (await town.client.get("/account")).status_code == 200
    assert (await town.client.get(SESSIONS)).json()["must_change"] is False
    town.client.cookies.clear()
    await town.client.post(SESSIONS, json={"user": "anna", "password": PASSWORD})
    assert (await town.client.get("/account")).headers["location"] == "/password?next=/account"


async def test_who_is_in_no_group_is_refused_with_a_plain_page(town: Town, issuer: str) -> None:
    connect(town, issuer, "link_by_user = true", GROUPS)
    visit = Visit(town)
    refused = await visit.sign_in("4713")
    assert refused.status_code == 403
    assert "keiner Gruppe" in refused.text
    assert await visit.role() == "visitor"
    assert await linked(town, "admin") is None


async def test_an_account_is_made_of_a_group_where_that_is_wished(town: Town, issuer: str) -> None:
    connect(town, issuer, "create = true", GROUPS)
    visit = Visit(town)
    assert (await visit.sign_in("4712", "/account")).status_code == 200
    assert await visit.role() == "auditor"
    town.client.cookies.clear()
    tried = await town.client.post(SESSIONS, json={"user": "petra.pruefer", "password": "irgendeines"})
    assert tried.status_code == 401, "there is no password that fits"
    assert (await visit.sign_in("4711")).status_code == 403, "anna is there already, and not linked"


async def test_a_disabled_account_stays_disabled(town: Town, issuer: str) -> None:
    connect(town, issuer, "link_by_user = true")
    visit = Visit(town)
    assert (await visit.sign_in()).status_code == 200
    found = await town.house.read(lambda conn: accounts.find_account(conn, "anna"))
    assert found is not None
    await town.house.write(lambda conn: accounts.disable_account(conn, found.id, town.clock.now))
    town.client.cookies.clear()
    assert (await visit.sign_in()).status_code == 403


async def test_required_switches_passwords_off_for_linked_accounts_alone(town: Town, issuer: str) -> None:
    connect(town, issuer, "link_by_user = true\nrequired = true")
    await Visit(town).sign_in()
    town.client.cookies.clear()
    answers = [
        await town.client.post(SESSIONS, json={"user": user, "password": password})
        for user, password in (("anna", PASSWORD), ("anna", "falsch"), ("admin", PASSWORD))
    ]
    codes = [answer.json().get("error", {}).get("code", "in") for answer in answers]
    assert codes == ["sign_in_elsewhere", "wrong_password", "in"]


async def test_a_way_back_that_did_not_begin_in_this_browser_leads_nowhere(town: Town, issuer: str) -> None:
    connect(town, issuer, "link_by_user = true")
    visit = Visit(town)
    strangers = await visit.agree(await visit.set_out())
    town.client.cookies.clear()
    assert (await town.client.get(strangers)).status_code == 400, "no browser set out"
    own = await visit.agree(await visit.set_out())
    wrong = re.sub(r"state=[^&]+", "state=nonsense", own)
    refused = await town.client.get(wrong)
    assert refused.status_code == 400
    assert "nicht geklappt" in refused.text
    assert (await town.client.get(own)).status_code == 400, "one try for one way there"
    assert await visit.role() == "visitor"


async def test_a_directory_that_names_itself_must_do_so_on_every_way_back(town: Town, issuer: str) -> None:
    """RFC 9207: else another directory's answer could be slipped under."""
    connect(town, issuer, "link_by_user = true")
    visit = Visit(town)
    back = await visit.agree(await visit.set_out())
    oidc: Any = town.house.oidc
    *known, metadata = oidc._known
    oidc._known = (*known, metadata | {"authorization_response_iss_parameter_supported": True})
    assert "iss=" not in back
    assert (await town.client.get(back)).status_code == 400
    named = await visit.agree(await visit.set_out())
    assert (await town.client.get(f"{named}&iss={quote(issuer, safe='')}")).status_code == 200


async def test_signing_in_by_the_directory_is_counted_by_address(town: Town, issuer: str) -> None:
    connect(town, issuer, "link_by_user = true")
    visit = Visit(town)
    back = await visit.agree(await visit.set_out())
    town.house.limits = Limits(replace(UNLIMITED, directory=Rate(1, 1)))
    assert (await town.client.get(back)).status_code == 200
    assert (await town.client.get("/sign-in/oidc/start")).status_code == 429


async def test_a_code_is_good_once(town: Town, issuer: str) -> None:
    connect(town, issuer, "link_by_user = true")
    visit = Visit(town)
    back = await visit.agree(await visit.set_out())
    flow = town.client.cookies["aufruf_sign_in"]
    assert (await town.client.get(back)).status_code == 200
    town.client.cookies.clear()
    again = await town.client.get(back, headers={"cookie": f"aufruf_sign_in={flow}"})
    assert again.status_code == 400
    assert await visit.role() == "visitor"


async def test_a_token_of_another_sign_in_is_refused_by_its_nonce(town: Town, issuer: str) -> None:
    connect(town, issuer, "link_by_user = true")
    visit = Visit(town)
    url = await visit.set_out()
    other = re.sub(r"nonce=[^&]+", "nonce=anothers", url)
    assert (await town.client.get(await visit.agree(other))).status_code == 400


@pytest.mark.parametrize("wish", ["client_id = aufruf2", "issuer"])
async def test_a_token_for_somebody_else_is_refused(town: Town, issuer: str, wish: str) -> None:
    """The audience and the issuer are those of connections.toml at the time of coming back."""
    connect(town, issuer, "link_by_user = true")
    visit = Visit(town)
    back = await visit.agree(await visit.set_out())
    client = town.house.oidc
    before = client._settings  # type: ignore[attr-defined]
    provider = before()
    metadata = client._known[2]  # type: ignore[attr-defined]
    if wish == "issuer":
        other = replace(provider, issuer="https://evil.example")
        client._known = (other.issuer, town.clock.now.timestamp(), metadata)  # type: ignore[attr-defined]
    else:
        other = replace(provider, client_id="somebody-else")
    judged = client._judged  # type: ignore[attr-defined]

    async def as_other(_: Any, *rest: Any) -> Any:
        return await judged(other, *rest)

    client._judged = as_other  # type: ignore[attr-defined]
    assert (await town.client.get(back)).status_code == 400
    assert await visit.role() == "visitor"


async def test_an_expired_token_is_refused(town: Town) -> None:
    with a_provider(access_token_max_age=timedelta(seconds=-120)) as issuer:
        connect(town, issuer, "link_by_user = true")
        assert (await Visit(town).sign_in()).status_code == 400


async def test_a_clock_a_little_off_keeps_nobody_out_and_one_far_off_does(town: Town, issuer: str) -> None:
    connect(town, issuer, "link_by_user = true")
    visit = Visit(town)
    town.clock.forward(seconds=-30)
    assert (await visit.sign_in()).status_code == 200
    town.clock.forward(hours=2)
    assert (await visit.sign_in()).status_code == 400


async def test_while_the_directory_is_down_passwords_still_work(town: Town) -> None:
    with a_provider() as issuer:
        connect(town, issuer)
    asked = await town.client.get("/sign-in/oidc/start")
    assert asked.status_code == 503
    assert "gerade nicht möglich" in asked.text
    assert 'name="password"' in asked.text
    answer = await town.client.post(SESSIONS, json={"user": "anna", "password": PASSWORD})
    assert answer.status_code == 201


async def test_saying_no_at_the_directory_leads_back_to_the_form(town: Town, issuer: str) -> None:
    connect(town, issuer)
    visit = Visit(town)
    url = await visit.set_out()
    async with httpx2.AsyncClient() as browser:
        answer = await browser.post(url, data={"action": "deny"})
    location = str(answer.headers["location"])
    page = await town.client.get(location)
    assert page.status_code == 400
    assert 'name="password"' in page.text


@pytest.mark.parametrize("away", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_the_way_back_leads_to_our_own_pages_alone(town: Town, issuer: str, away: str) -> None:
    connect(town, issuer, "link_by_user = true")
    page = await Visit(town).sign_in(after=away)
    assert page.status_code == 200
    assert "evil" not in page.text
    assert 'content="0; url=/counter"' in page.text


async def test_signing_out_tells_the_directory_too(town: Town, issuer: str) -> None:
    connect(town, issuer, "link_by_user = true")
    visit = Visit(town)
    await visit.sign_in()
    token = re.search(r'name="csrf" value="([^"]+)"', (await town.client.get("/account")).text)
    assert token is not None
    page = await town.client.post("/sign-out", data={"csrf": token[1]})
    assert page.status_code == 200
    away = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert away is not None
    url = urlsplit(unescape(away[1]))
    assert f"{url.scheme}://{url.netloc}" == issuer
    assert parse_qs(url.query)["post_logout_redirect_uri"] == [f"{HOST}/sign-in"]
    assert await visit.role() == "visitor"


async def test_without_a_directory_there_is_no_button_and_no_address(town: Town) -> None:
    assert "oidc" not in (await town.client.get("/sign-in")).text
    for path in ("/sign-in/oidc/start", "/sign-in/oidc"):
        assert (await town.client.get(path)).status_code == 404
