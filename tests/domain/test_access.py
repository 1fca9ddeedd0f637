"""The whole product of roles, acts, kinds and places, beside the few sentences that people would say."""

from dataclasses import replace
from itertools import product

import pytest

from queue_server.domain.access import (
    ANYBODY,
    PUBLIC,
    RIGHTS,
    THE_SERVER,
    Act,
    Actor,
    Forbidden,
    Kind,
    Role,
    SignInRequired,
    Thing,
    hats,
    may,
    may_somewhere,
    require,
    require_somewhere,
    sees,
)
from queue_server.domain.errors import NotFound
from tests.rights import ON_THE_WALL, acts_of, allowed, exists_for

TOWN, OTHER_TOWN = "grimma", "altena"
HERE, THERE = "rathaus", "buergerzentrum"
DEVICES = {Role.KIOSK: Kind.KIOSK, Role.DISPLAY: Kind.DISPLAY}
PLACES = [(TOWN, HERE), (TOWN, THERE), (TOWN, None), (OTHER_TOWN, HERE), (OTHER_TOWN, None)]
THINGS = [
    Thing(kind, organisation, site, name)
    for kind, (organisation, site), name in product(
        [kind for kind in Kind if kind is not Kind.SERVER], PLACES, ["own", "other"]
    )
] + [THE_SERVER, Thing(Kind.DEPARTMENT, TOWN, THERE, "own", (HERE,))]


def an_actor(role: Role, site: str | None = HERE) -> Actor:
    return Actor(
        role,
        TOWN,
        site,
        device_id="own" if role in DEVICES else None,
        ticket_id="own" if role is Role.VISITOR else None,
        reference="own" if role is Role.VISITOR else None,
    )


OWN = frozenset({"own"})
ACTORS = [
    *(an_actor(role) for role in Role),
    *(an_actor(role, None) for role in (Role.ADMINISTRATOR, Role.CLERK, Role.INTEGRATION, Role.AUDITOR)),
    replace(an_actor(Role.LEAD), leads=OWN),
    replace(an_actor(Role.LEAD, None), leads=OWN, clerk_id="anna"),
    replace(an_actor(Role.LEAD), clerk_id="anna"),
    replace(an_actor(Role.CLERK), leads=OWN, clerk_id="anna"),
    replace(an_actor(Role.RECEPTION), leads=OWN),
    replace(an_actor(Role.AUDITOR), leads=OWN),
    replace(an_actor(Role.KIOSK), leads=OWN),
]


def named(actor: Actor) -> str:
    words = (actor.role, actor.site_id, actor.clerk_id, *actor.leads)
    return "-".join(word for word in words if word)


@pytest.mark.parametrize("actor", ACTORS, ids=named)
def test_every_role_sees_only_its_own_place(actor: Actor) -> None:
    """Failure 15: another site's id in a URL gives 404."""
    wrong = [thing for thing in THINGS if sees(actor, thing) != exists_for(actor, thing)]
    assert wrong == []


@pytest.mark.parametrize("actor", ACTORS, ids=named)
def test_every_act_is_allowed_exactly_where_the_sentence_says(actor: Actor) -> None:
    wrong = [
        (act, thing)
        for act, thing in product(Act, THINGS)
        if may(actor, act, thing) != allowed(actor, act, thing)
    ]
    assert wrong == []


@pytest.mark.parametrize("actor", ACTORS, ids=named)
def test_who_may_somewhere_is_let_through_to_a_page_that_leads_there(actor: Actor) -> None:
    assert {act for act in Act if may_somewhere(actor, act)} == acts_of(actor)


@pytest.mark.parametrize("actor", [*ACTORS, ANYBODY], ids=named)
def test_the_refusal_never_betrays_what_the_actor_cannot_see(actor: Actor) -> None:
    """Failure 15: for the unseen, the answer is the same as for what does not exist."""
    for act in Act:
        nothing_there = refusal(actor, act, None) if act not in PUBLIC else None
        for thing in THINGS:
            if may(actor, act, thing):
                require(actor, act, thing)
            elif not sees(actor, thing):
                assert refusal(actor, act, thing) is (nothing_there or refusal(actor, act, None))


def refusal(actor: Actor, act: Act, thing: Thing | None) -> type[Exception]:
    try:  # not pytest.raises: it is asked ten thousand times here
        require(actor, act, thing)
    except (NotFound, Forbidden, SignInRequired) as refused:
        return type(refused)
    raise AssertionError(f"{actor.role} may {act} {thing}")


def test_a_clerk_who_pairs_a_device_is_forbidden_and_not_fooled() -> None:
    clerk = an_actor(Role.CLERK)
    assert refusal(clerk, Act.PAIR_DEVICE, Thing(Kind.SITE, TOWN, HERE, HERE)) is Forbidden
    assert refusal(clerk, Act.PAIR_DEVICE, Thing(Kind.SITE, TOWN, THERE, THERE)) is NotFound


def test_a_display_knows_no_other_display() -> None:
    display = an_actor(Role.DISPLAY)
    assert may(display, Act.REPORT_CALL, Thing(Kind.DISPLAY, TOWN, HERE, "own"))
    assert refusal(display, Act.REPORT_CALL, Thing(Kind.DISPLAY, TOWN, HERE, "other")) is NotFound


def test_a_device_without_a_site_sees_nothing() -> None:
    lost = Actor(Role.KIOSK, TOWN, None, device_id="own")
    assert not [thing for thing in THINGS if sees(lost, thing) and thing is not THE_SERVER]


def test_a_device_without_a_name_is_not_every_device() -> None:
    nameless = replace(an_actor(Role.DISPLAY), device_id=None)
    assert not sees(nameless, Thing(Kind.DISPLAY, TOWN, HERE, "own"))


def test_a_ticket_of_the_same_id_at_another_site_is_a_stranger() -> None:
    holder = an_actor(Role.VISITOR)
    assert may(holder, Act.MANAGE_OWN_TICKET, Thing(Kind.TICKET, TOWN, HERE, "own"))
    assert refusal(holder, Act.MANAGE_OWN_TICKET, Thing(Kind.TICKET, TOWN, THERE, "own")) is NotFound


def test_a_visitor_is_asked_to_sign_in_whether_or_not_the_thing_exists() -> None:
    counter = Thing(Kind.COUNTER, TOWN, HERE, "c1")
    assert refusal(ANYBODY, Act.CALL, counter) is SignInRequired
    assert refusal(ANYBODY, Act.CALL, None) is SignInRequired


def test_signing_in_takes_nothing_away() -> None:
    there = Thing(Kind.SITE, TOWN, THERE, THERE)
    for act in PUBLIC:
        assert may(ANYBODY, act, there)
        assert may(an_actor(Role.CLERK), act, there)


def test_the_public_acts_are_those_of_visitors_on_the_wall() -> None:
    assert {act for act, (_, roles) in RIGHTS.items() if roles == frozenset(Role)} == PUBLIC == ON_THE_WALL


def test_anybody_does_not_match_things_of_no_organisation() -> None:
    nowhere = Thing(Kind.TICKET, "", None, "own")
    assert not sees(replace(ANYBODY, ticket_id="own"), nowhere)


def test_every_act_has_its_line_in_the_table() -> None:
    assert set(RIGHTS) == set(Act)


def department(name: str, site: str = HERE, *also: str) -> Thing:
    return Thing(Kind.DEPARTMENT, TOWN, site, name, also)


def test_a_lead_plans_the_own_department_and_knows_no_other() -> None:
    lead = replace(an_actor(Role.LEAD), leads=frozenset({"standesamt"}))
    assert may(lead, Act.PLAN_DEPARTMENT, department("standesamt"))
    assert refusal(lead, Act.PLAN_DEPARTMENT, department("gewerbeamt")) is NotFound
    elsewhere = replace(department("standesamt"), organisation_id=OTHER_TOWN)
    assert refusal(lead, Act.PLAN_DEPARTMENT, elsewhere) is NotFound


def test_figures_of_a_department_are_not_those_of_the_whole_site() -> None:
    lead = replace(an_actor(Role.LEAD), leads=frozenset({"standesamt"}))
    assert may(lead, Act.SEE_FIGURES, department("standesamt"))
    assert refusal(lead, Act.SEE_FIGURES, Thing(Kind.SITE, TOWN, HERE, HERE)) is Forbidden


def test_who_stands_in_for_a_lead_stays_a_clerk() -> None:
    deputy = replace(an_actor(Role.CLERK), leads=frozenset({"standesamt"}))
    assert may(deputy, Act.PLAN_DEPARTMENT, department("standesamt"))
    assert may(deputy, Act.CALL, Thing(Kind.COUNTER, TOWN, HERE, "c1"))
    assert hats(deputy) == {Role.CLERK, Role.LEAD}


def test_a_lead_calls_only_as_a_clerk() -> None:
    counter = Thing(Kind.COUNTER, TOWN, HERE, "c1")
    assert refusal(an_actor(Role.LEAD), Act.CALL, counter) is Forbidden
    assert may(replace(an_actor(Role.LEAD), clerk_id="anna"), Act.CALL, counter)


def test_a_department_at_two_sites_is_known_to_both_administrators() -> None:
    both = department("buergerbuero", THERE, HERE)
    assert may(an_actor(Role.ADMINISTRATOR), Act.PLAN_DEPARTMENT, both)
    assert refusal(an_actor(Role.ADMINISTRATOR), Act.PLAN_DEPARTMENT, department("x", THERE)) is NotFound


def test_a_site_administrator_rules_the_site_and_not_the_town() -> None:
    of_the_site, of_the_town = an_actor(Role.ADMINISTRATOR), an_actor(Role.ADMINISTRATOR, None)
    town, account = Thing(Kind.ORGANISATION, TOWN, None, TOWN), Thing(Kind.ACCOUNT, TOWN, None, "a")
    for act, thing in ((Act.CHANGE_SETTINGS, town), (Act.MANAGE_TOKENS, town), (Act.END_SESSIONS, account)):
        assert may(of_the_town, act, thing)
        assert refusal(of_the_site, act, thing) is NotFound
    assert may(of_the_site, Act.MANAGE_ACCOUNTS, Thing(Kind.ACCOUNT, TOWN, HERE, "b"))


def test_the_reception_has_the_desk_and_no_counter() -> None:
    reception = an_actor(Role.RECEPTION)
    assert may(reception, Act.SEE_APPOINTMENTS, Thing(Kind.SITE, TOWN, HERE, HERE))
    assert refusal(reception, Act.OPEN_COUNTER, Thing(Kind.COUNTER, TOWN, HERE, "c1")) is Forbidden


def test_an_auditor_reads_the_log_and_changes_nothing() -> None:
    assert acts_of(an_actor(Role.AUDITOR)) - PUBLIC == {Act.SEE_AUDIT_LOG}
    assert may(an_actor(Role.AUDITOR, None), Act.SEE_AUDIT_LOG, Thing(Kind.ORGANISATION, TOWN, None, TOWN))


def test_a_page_that_leads_somewhere_asks_strangers_to_sign_in_and_refuses_the_rest() -> None:
    require_somewhere(an_actor(Role.CLERK), Act.CALL)
    with pytest.raises(SignInRequired):
        require_somewhere(ANYBODY, Act.CALL)
    with pytest.raises(Forbidden):
        require_somewhere(an_actor(Role.AUDITOR), Act.CALL)
