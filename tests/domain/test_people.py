"""What an account or a token may be, and how far an administrator reaches."""

import pytest

from queue_server.domain.access import Actor, Role
from queue_server.domain.people import (
    Flaw,
    NewAccount,
    NewToken,
    flaw_of_lead,
    flaw_of_token,
    out_of_reach,
    settled_account,
)
from queue_server.domain.town import Department, Town
from tests.domain.town_builders import a_clerk, a_site, a_town

HERE, THERE = "hall", "castle"
TOWN: Town = a_town(
    sites=(a_site(HERE), a_site(THERE)),
    departments=(
        Department("office", {"de": "Bürgerbüro"}, (HERE,)),
        Department("taxes", {"de": "Steueramt"}, (HERE, THERE)),
    ),
    clerks=(
        a_clerk("anna", id="a", site_ids=(HERE,)),
        a_clerk("bernd", id="b", site_ids=(HERE, THERE)),
    ),
)
ANYWHERE = Actor(Role.ADMINISTRATOR, TOWN.id)
OF_HERE = Actor(Role.ADMINISTRATOR, TOWN.id, HERE)


@pytest.mark.parametrize(
    ("wish", "settled"),
    [
        (NewAccount(" Anna ", Role.CLERK), NewAccount("anna", Role.CLERK, HERE, "a")),
        (NewAccount("bernd", Role.CLERK), NewAccount("bernd", Role.CLERK, None, "b")),
        (NewAccount("b2", Role.CLERK, THERE, "b"), NewAccount("b2", Role.CLERK, THERE, "b")),
        (NewAccount("chef", Role.ADMINISTRATOR), NewAccount("chef", Role.ADMINISTRATOR)),
        (NewAccount("anna", Role.RECEPTION), NewAccount("anna", Role.RECEPTION)),
    ],
)
def test_an_account_gets_the_clerk_of_its_name_and_the_clerks_only_site(
    wish: NewAccount, settled: NewAccount
) -> None:
    assert settled_account(TOWN, wish) == settled


@pytest.mark.parametrize(
    ("wish", "flaw"),
    [
        (NewAccount("anna meier", Role.CLERK), Flaw.USER_MISSPELT),
        (NewAccount("", Role.AUDITOR), Flaw.USER_MISSPELT),
        (NewAccount("k", Role.KIOSK), Flaw.ROLE_UNKNOWN),
        (NewAccount("anna", Role.CLERK, "nowhere"), Flaw.SITE_UNKNOWN),
        (NewAccount("anna", Role.CLERK, THERE), Flaw.CLERK_ELSEWHERE),
        (NewAccount("carl", Role.CLERK), Flaw.CLERK_MISSING),
        (NewAccount("carl", Role.CLERK, None, "c"), Flaw.CLERK_UNKNOWN),
        (NewAccount("rita", Role.RECEPTION, None, "a"), Flaw.CLERK_AT_NO_COUNTER),
        (NewAccount("vera", Role.LEAD), Flaw.DEPARTMENT_MISSING),
        (NewAccount("vera", Role.LEAD, None, None, ("gone",)), Flaw.DEPARTMENT_UNKNOWN),
        (NewAccount("petra", Role.AUDITOR, None, None, ("office",)), Flaw.DEPARTMENT_NOT_LED),
    ],
)
def test_what_an_account_cannot_be_is_told_at_its_field(wish: NewAccount, flaw: Flaw) -> None:
    assert settled_account(TOWN, wish) is flaw
    assert flaw.field in {"user", "role", "site", "clerk", "department"}


def test_who_only_reads_and_who_may_everything_leads_nothing() -> None:
    found = {role: flaw_of_lead(TOWN, role, "office") for role in Role}
    assert {role for role, flaw in found.items() if flaw is None} == {Role.LEAD, Role.CLERK, Role.RECEPTION}


@pytest.mark.parametrize(
    ("wish", "flaw"),
    [
        (NewToken(Role.INTEGRATION), None),
        (NewToken(Role.ADMINISTRATOR, HERE, "a"), None),
        (NewToken(Role.CLERK, THERE, "b"), None),
        (NewToken(Role.DISPLAY, HERE, None, "hall-display"), None),
        (NewToken(Role.KIOSK, HERE, None, "hall-kiosk"), None),
        (NewToken(Role.KIOSK, HERE, None, "hall-display"), Flaw.DEVICE_UNKNOWN),
        (NewToken(Role.KIOSK, THERE, None, "hall-kiosk"), Flaw.DEVICE_UNKNOWN),
        (NewToken(Role.DISPLAY, HERE), Flaw.DEVICE_MISSING),
        (NewToken(Role.DISPLAY, None, None, "hall-display"), Flaw.SITE_MISSING),
        (NewToken(Role.CLERK, None, "a"), Flaw.SITE_MISSING),
        (NewToken(Role.CLERK, HERE), Flaw.CLERK_MISSING),
        (NewToken(Role.CLERK, THERE, "a"), Flaw.CLERK_ELSEWHERE),
        (NewToken(Role.CLERK, HERE, "c"), Flaw.CLERK_UNKNOWN),
        (NewToken(Role.INTEGRATION, "nowhere"), Flaw.SITE_UNKNOWN),
        (NewToken(Role.RECEPTION, HERE), Flaw.ROLE_UNKNOWN),
    ],
)
def test_a_token_stands_for_what_there_is(wish: NewToken, flaw: Flaw | None) -> None:
    assert flaw_of_token(TOWN, wish) is flaw


@pytest.mark.parametrize(
    ("who", "site_id", "departments", "flaw"),
    [
        (ANYWHERE, None, ("office", "taxes"), None),
        (OF_HERE, HERE, ("office",), None),
        (OF_HERE, None, (), Flaw.SITE_OUT_OF_REACH),
        (OF_HERE, THERE, (), Flaw.SITE_OUT_OF_REACH),
        (OF_HERE, HERE, ("taxes",), Flaw.DEPARTMENT_OUT_OF_REACH),
    ],
)
def test_a_sites_administrator_raises_nobody_above_themselves(
    who: Actor, site_id: str | None, departments: tuple[str, ...], flaw: Flaw | None
) -> None:
    """Failure 15. A department at two sites is planned at both by its lead: that is more than one site."""
    assert out_of_reach(TOWN, who, site_id, departments) is flaw
