"""What goes out over the API, beside the pictures of `protocol`: OpenAPI is made of both.

A type here is a promise to integrators: a test drives every route and holds its answers against it.
"""

from typing import Literal, NotRequired, TypedDict

from queue_server.protocol import Board, PublicQueue, Wait

InWords = dict[str, str]
"""A text in several languages: `{"de": …, "en": …}`."""


class Health(TypedDict):
    """The process answers."""

    status: Literal["ok"]


class Outbox(TypedDict):
    """Letters of the own sites: late, how long the oldest is so, given up, held back after a restore.

    `mail`: they leave by SMTP, lie in the spool, wait as the connections cannot be read, or stay in the demo.
    """

    late_count: int
    oldest_s: int
    failed_count: int
    held_count: int
    mail: Literal["smtp", "spool", "unusable", "demo"]


class Backup(TypedDict):
    """How old the newest backup is; null: there is none. `error`: why the last try made none."""

    age_s: int | None
    error: str


class Forgetting(TypedDict):
    """Whether it is written down beside the backups who was erased ("ok" or the kind of trouble), and what
    the last privacy audit found; null before the first since the start.
    """

    journal: str
    audit_findings: int | None
    audited_at: str | None


class Readiness(TypedDict):
    """All but `status` is for staff, administrators and integrations."""

    status: Literal["ready", "not_ready"]
    database: NotRequired[str]
    speech: NotRequired[dict[str, object]]
    printers: NotRequired[dict[str, str]]
    displays: NotRequired[dict[str, bool]]
    calendars: NotRequired[dict[str, str]]
    connections: NotRequired[str]
    outbox: NotRequired[Outbox]
    backup: NotRequired[Backup]
    forgetting: NotRequired[Forgetting]
    epoch: NotRequired[str]


class Session(TypedDict):
    """Who has signed in. With `must_change`, `POST /api/v1/sessions/password` comes before anything else."""

    user: str
    role: str
    site_id: str | None
    clerk_id: str | None
    must_change: bool


class WhoAmI(TypedDict):
    """Whom the cookie or token stands for."""

    role: str
    site_id: str | None
    clerk_id: str | None
    device_id: str | None
    must_change: bool


class SiteInShort(TypedDict):
    """A building with one queue. `call_mode`: called by screen and sound, or fetched by the clerk."""

    id: str
    name: InWords
    town: InWords
    address: str
    phone: str
    time_zone: str
    languages: list[str]
    call_mode: Literal["screen", "fetch"]


class Sites(TypedDict):
    """Every site of the server."""

    sites: list[SiteInShort]


class TalkPerson(TypedDict):
    """Somebody to whom visitors come for a talk."""

    id: str
    name: str


class DocumentIf(TypedDict):
    """A document that is needed only when the answer to the question is `when`."""

    document: InWords
    question: InWords
    when: Literal["yes", "no"]


class Service(TypedDict):
    """What a visitor may come for. `walk_in`, `appointment`: how, at this site.

    `talk_with`: to whom one comes, for a talk with a certain person; else nobody is named. `leika` is its key
    in the German catalogue of public services (LeiKa), empty for none. `combines`: with what else it may be
    asked for in one visit.
    """

    id: str
    name: InWords
    minutes: int
    further_minutes: int
    included: int
    max_count: int
    documents: list[InWords]
    documents_if: list[DocumentIf]
    channel: Literal["here", "online", "phone", "elsewhere"]
    link: str
    admission: Literal["appointment", "walk_in", "both", "none"]
    walk_in: bool
    appointment: bool
    area_id: str | None
    leika: str
    combines: Literal["any", "department", "category", "alone"]
    talk_with: list[TalkPerson]


class Category(TypedDict):
    """Services that belong together, in the order of the town's list."""

    id: str
    name: InWords
    services: list[Service]


class Area(TypedDict):
    """A place where people wait."""

    id: str
    name: InWords
    hint: InWords


class Counter(TypedDict):
    """Where visitors are served; the room is what is shown and spoken."""

    id: str
    name: str
    room: str
    area_id: str | None


class Device(TypedDict):
    """A display or a kiosk."""

    id: str
    name: str


class SiteDetails(SiteInShort):
    """A site with all that is offered. Counters and devices are for staff."""

    categories: list[Category]
    areas: list[Area]
    counters: NotRequired[list[Counter]]
    displays: NotRequired[list[Device]]
    kiosks: NotRequired[list[Device]]


class SiteBoard(Board):
    """The whole site's board at a place in its stream."""

    epoch: str
    seq: int


class SiteQueue(PublicQueue):
    """The public queue at a place in its stream."""

    epoch: str
    seq: int


TicketState = Literal[
    "waiting", "away", "called", "serving", "parked", "no_show", "finished", "cancelled", "expired"
]


class Ticket(TypedDict):
    """A visit. `status_url` holds its secret: show it to its holder only. `wait` null: no counter is open."""

    id: int
    number: int
    key: str
    state: TicketState
    area_id: str | None
    status_url: str
    ahead: int
    wait: Wait | None


class OwnVisit(TypedDict):
    """A visit as its holder sees it at a kiosk. `ahead` while waiting, `room` while called to one."""

    number: int
    state: TicketState
    language: str
    area_id: str | None
    ahead: int | None
    wait: Wait | None
    room: str | None


class Estimate(TypedDict):
    """What taking a number now would mean; null while no open counter can serve the concern."""

    ahead: int | None
    wait: Wait | None


class NextAdmitted(TypedDict):
    """When the next may come without an appointment; null: that is nowhere in sight."""

    next: str | None


class KioskQuote(Estimate):
    """`later`: times of today at which one may come instead of waiting, none before the wait is over.

    `not_admitted`: no number is given out for this now.
    """

    later: list[str]
    not_admitted: NextAdmitted | None


class BookedAtKiosk(TypedDict):
    """A booked time. Its slip, with the manage link, is printed; `come_at` is when to come, not earlier."""

    id: int
    number: int
    starts_at: str
    come_at: str
    area_id: str | None


class Reason(TypedDict):
    """Why a ticket stands where it stands: it is due in `due_in_min`, by the rule `due_reason`."""

    number: int
    arrived_min: int
    due_in_min: int
    due_reason: str
    adjustment: str | None
    early: bool


class Order(Reason):
    """A ticket's place: `before` has the nearest who come first there, `before_count` counts all of them."""

    state: TicketState
    before: list[Reason]
    before_count: int


class Reprinted(TypedDict):
    """The same number again; `attempt` counts its slips."""

    id: int
    number: int
    attempt: int


class Issuing(TypedDict):
    """Whether kiosks give out numbers."""

    issuing: bool


class CallMode(TypedDict):
    """How the site calls from now on."""

    call_mode: Literal["screen", "fetch"]


class DisplayService(TypedDict):
    """Whether calls wait for this display's word."""

    id: str
    out_of_service: bool


class CounterState(TypedDict):
    """A counter after opening, pausing, closing or undoing."""

    id: str
    state: Literal["closed", "open", "paused"]
    room: str
    clerk: str | None
    ticket: int | None
    seq: int


class Visit(TypedDict):
    """A visit after an act at a counter. For a call, `seq` is the call's identity on the displays."""

    ticket: int
    number: int
    state: TicketState
    counter: str
    room: str
    seq: int
