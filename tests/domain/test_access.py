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
    may,
    require,
    sees,
)
from queue_server.domain.errors import NotFound

TOWN, OTHER_TOWN = "grimma", "altena"
HERE, THERE = "rathaus", "buergerzentrum"
DEVICES = {Role.KIOSK: Kind.KIOSK, Role.DISPLAY: Kind.DISPLAY}
PLACES = [(TOWN, HERE), (TOWN, THERE), (TOWN, None), (OTHER_TOWN, HERE), (OTHER_TOWN, None)]
THINGS = [
    Thing(kind, organisation, site, name)
    for kind, (organisation, site), name in product(
        [kind for kind in Kind if kind is not Kind.SERVER], PLACES, ["own", "other"]
    )
] + [THE_SERVER]


def an_actor(role: Role, site: str | None = HERE) -> Actor:
    return Actor(
        role,
        TOWN,
        site,
        device_id="own" if role in DEVICES else None,
        ticket_id="own" if role is Role.VISITOR else None,
        reference="own" if role is Role.VISITOR else None,
    )


ACTORS = [an_actor(role) for role in Role] + [
    an_actor(role, None) for role in (Role.ADMINISTRATOR, Role.CLERK, Role.INTEGRATION)
]


def exists_for(actor: Actor, thing: Thing) -> bool:
    """The rule in other words than the code's, so that one mistake is not made twice."""
    if thing.kind == Kind.SERVER:
        return True
    same_town = thing.organisation_id == TOWN
    same_site = same_town and thing.site_id == HERE
    match actor.role:
        case Role.VISITOR:
            return same_site and thing.kind in {Kind.TICKET, Kind.APPOINTMENT} and thing.id == "own"
        case Role.DISPLAY:
            return same_site and (
                thing.kind == Kind.SITE or (thing.kind == Kind.DISPLAY and thing.id == "own")
            )
        case Role.KIOSK:
            own = thing.kind == Kind.KIOSK and thing.id == "own"
            return same_site and (own or thing.kind in {Kind.SITE, Kind.TICKET, Kind.APPOINTMENT})
        case _:
            return same_town if actor.site_id is None else same_site


# Written out again on purpose: a change of the table must be made twice, knowingly.
ALLOWED = {
    Role.ADMINISTRATOR: set(Act) - {Act.REPORT_CALL, Act.PRINT},
    Role.CLERK: set(PUBLIC)
    | {Act.TAKE_TICKET, Act.MANAGE_OWN_TICKET, Act.SEE_TICKET, Act.MANAGE_TICKET, Act.REPRINT}
    | {Act.SEE_STAFF_QUEUE, Act.OPEN_COUNTER, Act.CALL, Act.SEE_DISPLAY, Act.SEE_KIOSK}
    | {Act.MARK_OUT_OF_SERVICE, Act.STOP_ISSUING, Act.SWITCH_CALL_MODE, Act.SEE_READY_DETAILS}
    | {Act.CHECK_IN, Act.SEE_APPOINTMENTS, Act.MANAGE_OWN_APPOINTMENT},
    **{role: set(PUBLIC) for role in (Role.LEAD, Role.RECEPTION, Role.AUDITOR)},
    Role.INTEGRATION: PUBLIC | {Act.TAKE_TICKET, Act.SEE_METRICS, Act.SEE_READY_DETAILS},
    Role.KIOSK: PUBLIC
    | {Act.TAKE_TICKET, Act.MANAGE_OWN_TICKET, Act.SEE_KIOSK, Act.PRINT}
    | {Act.CHECK_IN, Act.MANAGE_OWN_APPOINTMENT},
    Role.DISPLAY: PUBLIC | {Act.SEE_DISPLAY, Act.REPORT_CALL},
    Role.VISITOR: PUBLIC | {Act.MANAGE_OWN_TICKET, Act.MANAGE_OWN_APPOINTMENT},
}


@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: f"{actor.role}-{actor.site_id}")
def test_every_role_sees_only_its_own_place(actor: Actor) -> None:
    """Failure 15: another site's id in a URL gives 404."""
    wrong = [thing for thing in THINGS if sees(actor, thing) != exists_for(actor, thing)]
    assert wrong == []


@pytest.mark.parametrize("actor", ACTORS, ids=lambda actor: f"{actor.role}-{actor.site_id}")
def test_every_act_is_allowed_exactly_where_the_sentence_says(actor: Actor) -> None:
    visible = {thing: exists_for(actor, thing) for thing in THINGS}
    wrong = []
    for act in Act:
        kinds, by_role = RIGHTS[act][0], act in ALLOWED[actor.role]
        for thing, exists in visible.items():
            expected = thing.kind in kinds and (act in PUBLIC or (by_role and exists))
            if may(actor, act, thing) != expected:
                wrong.append((act, thing))
    assert wrong == []


@pytest.mark.parametrize("actor", [*ACTORS, ANYBODY], ids=lambda actor: f"{actor.role}-{actor.site_id}")
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
    assert {act for act, (_, roles) in RIGHTS.items() if roles == frozenset(Role)} == PUBLIC


def test_anybody_does_not_match_things_of_no_organisation() -> None:
    nowhere = Thing(Kind.TICKET, "", None, "own")
    assert not sees(replace(ANYBODY, ticket_id="own"), nowhere)


def test_every_act_has_its_line_in_the_table() -> None:
    assert set(RIGHTS) == set(Act)
