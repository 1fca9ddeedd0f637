"""The rights, written out a second time on purpose: a change of the table must be made twice, knowingly.

The rule stands here in other words than the code's, so that one mistake is not made twice. The tests of the
table (`tests/domain/test_access.py`) and the walk over all addresses (`tests/web/test_route_walk.py`) ask
here.
"""

from collections.abc import Mapping
from typing import Final

from queue_server.domain.access import Act, Actor, Kind, Role, Thing

ON_THE_WALL: Final = {Act.SEE_SITE, Act.SEE_BOARD, Act.SEE_PUBLIC_QUEUE, Act.SEE_OFFER, Act.BOOK}
AT_THE_DESK: Final = (
    {Act.TAKE_TICKET, Act.MANAGE_OWN_TICKET, Act.SEE_TICKET, Act.MANAGE_TICKET, Act.REPRINT}
    | {Act.CHECK_IN, Act.SEE_APPOINTMENTS, Act.WORK_AT_DESK, Act.MANAGE_OWN_APPOINTMENT}
    | {Act.SEE_STAFF_QUEUE, Act.STOP_ISSUING, Act.RAISE_ALARM}
)
AT_A_COUNTER: Final = {
    Act.SEE_COUNTER,
    Act.OPEN_COUNTER,
    Act.CALL,
    Act.SWITCH_CALL_MODE,
    Act.SEE_READY_DETAILS,
} | {Act.SEE_DISPLAY, Act.SEE_KIOSK, Act.USE_KIOSK, Act.MARK_OUT_OF_SERVICE}
LEADING: Final = {Act.PLAN_DEPARTMENT, Act.SEE_FIGURES}
ALLOWED: Final[Mapping[Role, set[Act]]] = {
    Role.ADMINISTRATOR: set(Act) - {Act.REPORT_CALL, Act.PRINT},
    Role.LEAD: ON_THE_WALL,
    Role.CLERK: ON_THE_WALL | AT_THE_DESK | AT_A_COUNTER,
    Role.RECEPTION: ON_THE_WALL | AT_THE_DESK,
    Role.AUDITOR: ON_THE_WALL | {Act.SEE_AUDIT_LOG},
    Role.INTEGRATION: ON_THE_WALL | {Act.TAKE_TICKET, Act.SEE_METRICS, Act.SEE_READY_DETAILS},
    Role.KIOSK: ON_THE_WALL
    | {Act.TAKE_TICKET, Act.MANAGE_OWN_TICKET, Act.SEE_KIOSK, Act.USE_KIOSK, Act.PRINT}
    | {Act.CHECK_IN, Act.MANAGE_OWN_APPOINTMENT},
    Role.DISPLAY: ON_THE_WALL | {Act.SEE_DISPLAY, Act.REPORT_CALL},
    Role.VISITOR: ON_THE_WALL | {Act.MANAGE_OWN_TICKET, Act.MANAGE_OWN_APPOINTMENT},
}
"""What each role may at its own place; what a lead may in a department is `LEADING`."""

WHOLE: Final = {
    Act.SEE_FIGURES,
    Act.SEE_AUDIT_LOG,
    Act.SEE_OPERATIONS,
    Act.CHANGE_SETTINGS,
    Act.PAIR_DEVICE,
} | {Act.MANAGE_TOKENS, Act.MANAGE_ACCOUNTS, Act.END_SESSIONS}
FITS: Final[Mapping[Kind, set[Act]]] = {
    Kind.SERVER: {Act.SEE_METRICS, Act.SEE_READY_DETAILS},
    Kind.ORGANISATION: WHOLE,
    Kind.SITE: WHOLE
    | ON_THE_WALL
    | {Act.CHECK_IN, Act.SEE_APPOINTMENTS, Act.TAKE_TICKET, Act.SEE_STAFF_QUEUE, Act.STOP_ISSUING}
    | {Act.SWITCH_CALL_MODE, Act.WORK_AT_DESK, Act.RAISE_ALARM, Act.SEE_LOG},
    Kind.COUNTER: {Act.SEE_COUNTER, Act.OPEN_COUNTER, Act.CALL, Act.RAISE_ALARM},
    Kind.DISPLAY: {Act.SEE_DISPLAY, Act.REPORT_CALL, Act.MARK_OUT_OF_SERVICE, Act.PAIR_DEVICE},
    Kind.KIOSK: {Act.SEE_KIOSK, Act.USE_KIOSK, Act.PRINT, Act.MARK_OUT_OF_SERVICE, Act.PAIR_DEVICE},
    Kind.DEPARTMENT: LEADING,
    Kind.TICKET: {Act.MANAGE_OWN_TICKET, Act.SEE_TICKET, Act.MANAGE_TICKET, Act.REPRINT, Act.SEE_LOG},
    Kind.APPOINTMENT: {Act.MANAGE_OWN_APPOINTMENT},
    Kind.ACCOUNT: {Act.MANAGE_ACCOUNTS, Act.END_SESSIONS},
    Kind.TOKEN: {Act.MANAGE_TOKENS},
}
"""What is done to a kind of thing; anything else is refused to everybody."""


def exists_for(actor: Actor, thing: Thing) -> bool:
    """Tell whether an actor may know of a thing: of its own town, its own place, its own visit."""
    if thing.kind == Kind.SERVER:
        return True
    if not actor.organisation_id or thing.organisation_id != actor.organisation_id:
        return False
    same_site = actor.site_id is not None and actor.site_id in [thing.site_id, *thing.also_at]
    match actor.role:
        case Role.VISITOR if thing.kind == Kind.TICKET:
            return same_site and thing.id == actor.ticket_id
        case Role.VISITOR if thing.kind == Kind.APPOINTMENT:
            return same_site and thing.id == actor.reference
        case Role.VISITOR:
            return False
        case Role.DISPLAY:
            own = thing.kind == Kind.DISPLAY and thing.id == actor.device_id
            return same_site and (thing.kind == Kind.SITE or own)
        case Role.KIOSK:
            own = thing.kind == Kind.KIOSK and thing.id == actor.device_id
            return same_site and (own or thing.kind in {Kind.SITE, Kind.TICKET, Kind.APPOINTMENT})
        case Role.LEAD | Role.CLERK | Role.RECEPTION if thing.kind == Kind.DEPARTMENT:
            return thing.id in actor.leads
        case Role.AUDITOR | Role.INTEGRATION if thing.kind == Kind.DEPARTMENT:
            return False
        case _:
            return actor.site_id is None or same_site


def acts_of(actor: Actor) -> set[Act]:
    """Return what somebody may somewhere: a lead who is a clerk may what clerks may, a deputy may lead."""
    found = set(ALLOWED[actor.role])
    if actor.role == Role.LEAD:
        found |= LEADING | (ALLOWED[Role.CLERK] if actor.clerk_id else set())
    if actor.role in {Role.CLERK, Role.RECEPTION} and actor.leads:
        found |= LEADING
    return found


def allowed(actor: Actor, act: Act, thing: Thing) -> bool:
    """Say again, in other words, what `may` says."""
    if act not in FITS[thing.kind]:
        return False
    if act in ON_THE_WALL:
        return True
    if act in LEADING and thing.kind != Kind.DEPARTMENT and actor.role != Role.ADMINISTRATOR:
        return False
    return act in acts_of(actor) and exists_for(actor, thing)
