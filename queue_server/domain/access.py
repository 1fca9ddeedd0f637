"""Who may do what: one table and one pure function, `may`.

What lives here: actors and things, the table of rights, and the answers; the words of the table stand in
`domain.acts` and are taken from here. What must not: how somebody proves who they are (`adapters.accounts`,
`adapters.tokens`), cookies and headers (`web.sessions`), and the state of the hall: that a counter is taken
is a refusal of the hall.

Two questions are kept apart. *Does the actor see the thing?* Another organisation's or another site's
thing, or another device's, does not exist for them (404): a refusal would tell that it is there. *May
the role do that?* A forbidden act on a visible thing is 403.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from queue_server.domain.acts import Act, Kind, Role
from queue_server.domain.errors import NotFound, Refusal

__all__ = ["ANYBODY", "PUBLIC", "RIGHTS", "THE_SERVER", "Act", "Actor", "Kind", "Role", "Thing"]
__all__ += ["hats", "may", "may_somewhere", "require", "require_somewhere", "sees"]
__all__ += ["Forbidden", "MustChangePassword", "SignInRequired", "TooManyRequests"]
__all__ += ["WrongPassword"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as proven by a session, a token, or a ticket's secret.

    `site_id` None means every site of the organisation; a device always has a site. `ticket_id` is
    set for a visitor who showed the secret of that ticket, `reference` for one who showed that of an
    appointment. `must_change`: the password is the one-time one; the pages ask for a new one first.
    `account_id` is the account behind a session. `leads` are the departments that it leads today, its own
    and those where it stands in.
    """

    role: Role
    organisation_id: str
    site_id: str | None = None
    clerk_id: str | None = None
    device_id: str | None = None
    session_id: str | None = None
    token_id: str | None = None
    ticket_id: str | None = None
    reference: str | None = None
    must_change: bool = False
    account_id: str | None = None
    leads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Thing:
    """What an act is done to. `site_id` None: the thing belongs to the organisation as a whole.

    `also_at` are further sites of the same thing: a department may stand at several.
    """

    kind: Kind
    organisation_id: str
    site_id: str | None
    id: str
    also_at: tuple[str, ...] = ()


NOWHERE: Final = ""
ANYBODY: Final = Actor(Role.VISITOR, NOWHERE)
"""Who has not signed in. Visitors belong to no organisation."""
THE_SERVER: Final = Thing(Kind.SERVER, NOWHERE, None, "")

_EVERYBODY: Final = frozenset(Role)
_ADMINISTRATOR: Final = frozenset({Role.ADMINISTRATOR})
_CLERKS: Final = frozenset({Role.ADMINISTRATOR, Role.CLERK})
_STAFF: Final = _CLERKS | {Role.RECEPTION}
_LEADS: Final = frozenset({Role.ADMINISTRATOR, Role.LEAD})
_AUDITORS: Final = frozenset({Role.ADMINISTRATOR, Role.AUDITOR})
_OPERATIONS: Final = frozenset({Role.ADMINISTRATOR, Role.INTEGRATION})
_GIVERS: Final = _STAFF | {Role.INTEGRATION, Role.KIOSK}
_HOLDERS: Final = _STAFF | {Role.KIOSK, Role.VISITOR}
_WHOLE: Final = frozenset({Kind.ORGANISATION, Kind.SITE})

RIGHTS: Final[Mapping[Act, tuple[frozenset[Kind], frozenset[Role]]]] = {
    # act                     done to                                         by
    Act.SEE_SITE:            (frozenset({Kind.SITE}),                         _EVERYBODY),
    Act.SEE_BOARD:           (frozenset({Kind.SITE}),                         _EVERYBODY),
    Act.SEE_PUBLIC_QUEUE:    (frozenset({Kind.SITE}),                         _EVERYBODY),
    Act.SEE_OFFER:           (frozenset({Kind.SITE}),                         _EVERYBODY),
    Act.BOOK:                (frozenset({Kind.SITE}),                         _EVERYBODY),
    Act.MANAGE_OWN_APPOINTMENT: (frozenset({Kind.APPOINTMENT}),               _HOLDERS),
    Act.CHECK_IN:            (frozenset({Kind.SITE}),                         _STAFF | {Role.KIOSK}),
    Act.SEE_APPOINTMENTS:    (frozenset({Kind.SITE}),                         _STAFF),
    Act.WORK_AT_DESK:        (frozenset({Kind.SITE}),                         _STAFF),
    Act.TAKE_TICKET:         (frozenset({Kind.SITE}),                         _GIVERS),
    Act.MANAGE_OWN_TICKET:   (frozenset({Kind.TICKET}),                       _HOLDERS),
    Act.SEE_TICKET:          (frozenset({Kind.TICKET}),                       _STAFF),
    Act.MANAGE_TICKET:       (frozenset({Kind.TICKET}),                       _STAFF),
    Act.REPRINT:             (frozenset({Kind.TICKET}),                       _STAFF),
    Act.SEE_STAFF_QUEUE:     (frozenset({Kind.SITE}),                         _STAFF),
    Act.SEE_COUNTER:         (frozenset({Kind.COUNTER}),                      _CLERKS),
    Act.OPEN_COUNTER:        (frozenset({Kind.COUNTER}),                      _CLERKS),
    Act.CALL:                (frozenset({Kind.COUNTER}),                      _CLERKS),
    Act.SEE_DISPLAY:         (frozenset({Kind.DISPLAY}),                      _CLERKS | {Role.DISPLAY}),
    Act.REPORT_CALL:         (frozenset({Kind.DISPLAY}),                      frozenset({Role.DISPLAY})),
    Act.SEE_KIOSK:           (frozenset({Kind.KIOSK}),                        _CLERKS | {Role.KIOSK}),
    Act.USE_KIOSK:           (frozenset({Kind.KIOSK}),                        _CLERKS | {Role.KIOSK}),
    Act.PRINT:               (frozenset({Kind.KIOSK}),                        frozenset({Role.KIOSK})),
    Act.MARK_OUT_OF_SERVICE: (frozenset({Kind.DISPLAY, Kind.KIOSK}),          _CLERKS),
    Act.STOP_ISSUING:        (frozenset({Kind.SITE}),                         _STAFF),
    Act.SWITCH_CALL_MODE:    (frozenset({Kind.SITE}),                         _CLERKS),
    Act.RAISE_ALARM:         (frozenset({Kind.SITE, Kind.COUNTER}),           _STAFF),
    Act.PLAN_DEPARTMENT:     (frozenset({Kind.DEPARTMENT}),                   _LEADS),
    Act.SEE_FIGURES:         (_WHOLE | {Kind.DEPARTMENT},                     _LEADS),
    Act.SEE_METRICS:         (frozenset({Kind.SERVER}),                       _OPERATIONS),
    Act.SEE_READY_DETAILS:   (frozenset({Kind.SERVER}),                       _OPERATIONS | {Role.CLERK}),
    Act.SEE_LOG:             (frozenset({Kind.SITE, Kind.TICKET}),            _ADMINISTRATOR),
    Act.SEE_AUDIT_LOG:       (_WHOLE,                                         _AUDITORS),
    Act.SEE_OPERATIONS:      (_WHOLE,                                         _ADMINISTRATOR),
    Act.PAIR_DEVICE:         (_WHOLE | {Kind.DISPLAY, Kind.KIOSK},            _ADMINISTRATOR),
    Act.MANAGE_TOKENS:       (_WHOLE | {Kind.TOKEN},                          _ADMINISTRATOR),
    Act.MANAGE_ACCOUNTS:     (_WHOLE | {Kind.ACCOUNT},                        _ADMINISTRATOR),
    Act.END_SESSIONS:        (_WHOLE | {Kind.ACCOUNT},                        _ADMINISTRATOR),
    Act.CHANGE_SETTINGS:     (_WHOLE,                                         _ADMINISTRATOR),
}  # fmt: skip
"""The one table of rights. Where somebody may do it (own site, own device, own ticket) is `sees`."""

PUBLIC: Final = frozenset({Act.SEE_SITE, Act.SEE_BOARD, Act.SEE_PUBLIC_QUEUE, Act.SEE_OFFER, Act.BOOK})
"""What everybody may at any site: signing in never takes it away. What hangs on the wall, and booking."""

_VISITS: Final = frozenset({Kind.TICKET, Kind.APPOINTMENT})
_LEADING: Final = frozenset({Role.LEAD, Role.CLERK, Role.RECEPTION})
"""Who may lead a department or stand in: an auditor who did would be no auditor."""
_DEVICE_SEES: Final[Mapping[Role, Kind]] = {Role.KIOSK: Kind.KIOSK, Role.DISPLAY: Kind.DISPLAY}


def hats(actor: Actor) -> frozenset[Role]:
    """Return the roles somebody has in one: a lead may be a clerk, a clerk may stand in for a lead."""
    found = {actor.role}
    if actor.role is Role.LEAD and actor.clerk_id is not None:
        found.add(Role.CLERK)
    if actor.role in _LEADING and actor.leads:
        found.add(Role.LEAD)
    return frozenset(found)


def sees(actor: Actor, thing: Thing) -> bool:
    """Tell whether the thing exists for this actor: own organisation, own site, own device, own visit."""
    if thing.kind is Kind.SERVER:
        return True
    if actor.organisation_id != thing.organisation_id or not actor.organisation_id:
        return False
    if actor.role is Role.VISITOR:
        return _is_own_visit(actor, thing)
    if actor.role in _DEVICE_SEES:
        return _device_sees(actor, thing)
    if thing.kind is Kind.DEPARTMENT and actor.role is not Role.ADMINISTRATOR:
        return actor.role in _LEADING and thing.id in actor.leads
    return actor.site_id is None or actor.site_id in (thing.site_id, *thing.also_at)


def may(actor: Actor, act: Act, thing: Thing) -> bool:
    """Tell whether the actor may do that to this thing. False also for an act that does not fit the kind."""
    kinds, roles = RIGHTS[act]
    if thing.kind not in kinds:
        return False
    if act in PUBLIC:
        return True
    return bool(_in_force(actor, thing) & roles) and sees(actor, thing)


def may_somewhere(actor: Actor, act: Act) -> bool:
    """Tell whether there is any thing the actor could do that to: for pages that lead to such things."""
    return act in PUBLIC or bool(hats(actor) & RIGHTS[act][1])


def require(actor: Actor, act: Act, thing: Thing | None) -> None:
    """Refuse what `may` forbids. `thing` None: there is none by that name.

    Raises SignInRequired for a visitor, whether or not the thing exists; NotFound for what the actor
    cannot see; Forbidden otherwise.
    """
    if thing is not None and may(actor, act, thing):
        return
    if actor.role is Role.VISITOR and Role.VISITOR not in RIGHTS[act][1]:
        raise SignInRequired
    if thing is None or not sees(actor, thing):
        raise NotFound
    raise Forbidden(act=act.value)


def require_somewhere(actor: Actor, act: Act) -> None:
    """Refuse who could do that to nothing at all. Raises SignInRequired for a visitor, else Forbidden."""
    if may_somewhere(actor, act):
        return
    raise SignInRequired if actor.role is Role.VISITOR else Forbidden(act=act.value)


def _in_force(actor: Actor, thing: Thing) -> frozenset[Role]:
    """Return the hats that count for this thing: a lead leads departments, and no site or organisation."""
    return hats(actor) if thing.kind is Kind.DEPARTMENT else hats(actor) - {Role.LEAD}


def _is_own_visit(actor: Actor, thing: Thing) -> bool:
    # Ids count within their site, so the site has to fit too.
    owned = {Kind.TICKET: actor.ticket_id, Kind.APPOINTMENT: actor.reference}.get(thing.kind)
    return owned is not None and (thing.site_id, thing.id) == (actor.site_id, owned)


def _device_sees(actor: Actor, thing: Thing) -> bool:
    if actor.site_id is None or thing.site_id != actor.site_id:
        return False
    if thing.kind is _DEVICE_SEES[actor.role]:
        return actor.device_id is not None and thing.id == actor.device_id
    return thing.kind is Kind.SITE or (thing.kind in _VISITS and actor.role is Role.KIOSK)


class SignInRequired(Refusal):
    """Nobody has signed in, or the session or token is no longer valid."""

    code = "sign_in_required"


class WrongPassword(Refusal):
    """The name or the password is wrong; which of them is not told."""

    code = "wrong_password"


class MustChangePassword(Refusal):
    """The session began with a one-time password: a new one comes before anything else."""

    code = "must_change_password"


class Forbidden(Refusal):
    """The role may not do `act` to this thing, which it may see."""

    code = "forbidden"


class TooManyRequests(Refusal):
    """Come back in `retry_after_s` whole seconds; the web says so in `Retry-After` too."""

    code = "too_many_requests"
