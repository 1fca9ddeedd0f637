"""The messages on the wire: what the server sends to its devices, and what they say back.

The one module of the server that clients (display, kiosk, counter client) may import, so it needs
nothing but the standard library. It describes; it computes nothing. Pictures go over WebSocket,
commands over HTTP. Every picture is whole: one frame makes a screen right.

Times on the wire are ages in milliseconds (`age_ms`), measured when the frame was encoded: devices
have wrong clocks. Numbers are `int`; ids are `str`, but a ticket's id is the `int` sequence number of
the event that began it.
"""

from typing import Final, Literal, NotRequired, TypedDict

VERSION: Final = 1

DISPLAY_SOCKET: Final = "/live/displays/{id}"
COUNTER_SOCKET: Final = "/live/counters/{id}"
KIOSK_SOCKET: Final = "/live/kiosks/{id}"
SITE_SOCKET: Final = "/live/sites/{id}"
COUNTER_ALARM_SOCKET: Final = "/live/counters/{id}/alarms"
DESK_ALARM_SOCKET: Final = "/live/sites/{id}/alarms"

SHOWN_WITHIN_S: Final = 2.0
"""A call that no display has shown by then makes the server say "fetch the visitor"."""
SOUND_LATE_S: Final = 2.0
"""So long after its announced start may a sound begin before it counts as missing."""
SPEAK_UNTIL_AGE_S: Final = 60.0
"""An older call is shown and not sounded, counted from when the display received it."""
PROBE_FROM: Final = 1_000_000_000_000
"""Calls of tests and rehearsals have sequence numbers from here on; no hall ever comes so far."""
HEARTBEAT_S: Final = 2.0
"""The server sends `{"beat": …}` at least so often; a device greys out after 5 s of silence."""

CallKind = Literal["call", "recall", "join"]


class CallEntry(TypedDict):
    """One summons. `seq` is its identity: a recall has a new one. `open` until service starts or ends."""

    seq: int
    key: str
    number: int
    room: str
    room_id: str
    counter_id: str
    area_id: str | None
    floor: str
    kind: CallKind
    open: bool
    age_ms: int
    language: NotRequired[str]
    """The visitor's own, only for displays and only where the site wants calls spoken in it."""


class WaitRange(TypedDict):
    """An estimate in whole minutes, never an input to the order."""

    from_min: int
    to_min: int


BeforeClosing = Literal["likely", "unsure", "unlikely"]


class Wait(WaitRange):
    """A wait, and whether it ends before the doors close; null where that goes without saying."""

    before_closing: BeforeClosing | None


class Board(TypedDict):
    """What one display may show: calls that match its filter, newest first; no concern, no name.

    `next_free`: when somebody could come who books now (ISO 8601 on the site's clock); None where nobody can.
    """

    site_id: str
    site: dict[str, str]
    calls: list[CallEntry]
    waiting_count: int
    wait: WaitRange | None
    open_counter_count: int
    issuing: bool
    call_mode: Literal["screen", "fetch"]
    next_free: str | None
    config_version: int
    program: NotRequired[str]


class Frame(TypedDict):
    """What a display receives. `announce` holds the calls since the `since` of this connection's last frame.

    A client adopts `(epoch, seq)`; after a break it reconnects with them. An unknown epoch brings
    `announce: []`.
    """

    epoch: str
    seq: int
    board: Board
    announce: list[CallEntry]


class Probe(TypedDict):
    """A picture that is none of the hall's, sent as `{"probe": Probe}`: a display's test, or a rehearsal.

    Its frame has an epoch of its own; a client says clearly that it is a probe, reports its calls as
    always, and keeps the position of the last real frame. The next real frame ends it.
    """

    kind: Literal["test", "rehearsal"]
    chime_only: bool
    frame: Frame


class Beat(TypedDict):
    """Sent in quiet times, so that a device knows that the server lives."""

    beat: int


ReportKind = Literal["received", "shown", "queued", "started", "blocked", "failed"]


class AudioHealth(TypedDict):
    """The state of a display's sound. `unlocked` false: the browser waits for a press."""

    unlocked: bool
    output: bool
    volume: NotRequired[float]


class CallReport(TypedDict):
    """A display's word on a call, sent over its socket as `{"report": CallReport}`.

    `starts_in_ms` belongs to `queued`: when the sound of this call will begin.
    """

    call: int
    kind: ReportKind
    starts_in_ms: NotRequired[int]
    detail: NotRequired[str]


class DisplayHealth(TypedDict):
    """Sent as `{"health": DisplayHealth}` on connecting and whenever it changes."""

    audio: AudioHealth
    page_version: NotRequired[str]
    visible: NotRequired[bool]


class CallStatus(TypedDict):
    """What the clerk reads about the running call."""

    seq: int
    assigned_count: int
    shown_count: int
    sound: Literal["none", "waiting", "queued", "started", "blocked", "failed", "late"]
    starts_in_ms: int | None
    fetch: bool
    reason: Literal["", "fetch_mode", "no_display", "not_shown", "not_sounded", "needs"]


class PublicEntry(TypedDict):
    """One waiting visitor in the public queue. Match the key, never the number."""

    key: str
    number: int
    ahead: int
    from_min: int
    to_min: int
    before_closing: NotRequired[BeforeClosing]
    """Only where it does not go without saying."""


class PublicQueue(TypedDict):
    """The picture that all phones of a site share: numbers, order, ranges; no concern."""

    site_id: str
    waiting: list[PublicEntry]
    away: list[str]
    called: list[CallEntry]
    missed: list[str]
    serving: list[str]
    open_counter_count: int
    call_mode: Literal["screen", "fetch"]


class PhoneFrame(TypedDict):
    """What the status page receives. A key that is in none of the lists has ended."""

    epoch: str
    seq: int
    queue: PublicQueue


class ServiceCount(TypedDict):
    """One service of a concern."""

    id: str
    count: int


class StaffTicket(TypedDict):
    """A ticket as clerks see it. `needs` are visitor's data: sent to staff only, never logged."""

    id: int
    number: int
    state: str
    origin: str
    services: list[ServiceCount]
    persons: int
    language: str
    expected_min: int
    area_id: str | None
    waiting_ms: int
    due_in_ms: int
    due_reason: str
    adjustment: str | None
    appointed: str | None
    counter_id: str | None
    bound_counter_id: str | None
    joined: list[int]
    needs: list[str]
    state_age_ms: int


class CounterEntry(TypedDict):
    """Another counter of the site, as its colleagues see it.

    `attended` false: it is open, and its clerk's page and commands have been gone for a quarter of an hour.
    """

    id: str
    room: str
    name: str
    state: Literal["closed", "open", "paused"]
    clerk: str | None
    number: int | None
    ticket_state: str | None
    attended: bool


class Today(TypedDict):
    """The counter's figures of the business day."""

    served_count: int
    no_show_count: int
    waiting_count: int
    longest_wait_ms: int


class CounterPicture(TypedDict):
    """All a clerk must know, for one counter.

    `call_age_ms` counts from the last call or recall. `undo_number` is the visit that an undo brings back
    to the counter, when the same press ended it. Each notice has a `code`, and a `device` or a `count`.
    """

    counter_id: str
    site_id: str
    state: Literal["closed", "open", "paused"]
    clerk_id: str | None
    current: StaffTicket | None
    call: CallStatus | None
    call_age_ms: int | None
    recalled: bool
    undo_ms: int
    undo_number: int | None
    waiting: list[StaffTicket]
    waiting_for_others: list[StaffTicket]
    parked: list[StaffTicket]
    missed: list[StaffTicket]
    away: list[StaffTicket]
    counters: list[CounterEntry]
    today: Today
    issuing: bool
    call_mode: Literal["screen", "fetch"]
    fetch_hint: dict[str, str]
    notices: list[dict[str, str]]
    config_version: int
    program: NotRequired[str]


class CounterFrame(TypedDict):
    """What the counter page receives; whole, like every picture."""

    epoch: str
    seq: int
    counter: CounterPicture


class AlarmPlace(TypedDict):
    """Where help is needed, or comes from: a counter, or the desk (all empty).

    `name` tells a counter from others in its room; empty where it is the only one.
    """

    counter_id: str
    room: str
    name: str
    floor: str


class AlarmPhones(TypedDict):
    """What became of the text messages to chosen phones; all 0: there are none."""

    count: int
    sent_count: int
    failed_count: int


class AlarmEntry(TypedDict):
    """A staff alarm that runs, as one place learns of it.

    `told`: `raised` here (stay silent), `near` in the same room (show it), `far` (show and sound it).
    `raised` is the time on the site's clock. `reached_count`: other places whose page or client is connected.
    """

    id: str
    place: AlarmPlace
    told: Literal["raised", "near", "far"]
    test: bool
    raised: str
    age_ms: int
    going: list[AlarmPlace]
    reached_count: int
    phones: AlarmPhones


class AlarmFrame(TypedDict):
    """Sent at once to counters and desks when an alarm begins, changes or ends, and on connecting. Whole."""

    alarms: list[AlarmEntry]


class FreeTimes(TypedDict):
    """Appointments that are free whatever one comes for: some of today, and the first of a later day.

    ISO 8601 on the site's clock.
    """

    today: list[str]
    next: str | None


class KioskPicture(TypedDict):
    """What the kiosk page and its agent know about the hall. `free` is None where nothing can be booked.

    `instead`: the names of other kiosks in the same area, while this one is out of service.
    """

    kiosk_id: str
    site_id: str
    giving: bool
    reason: Literal["", "stopped", "closed", "queue_full", "past_closing", "out_of_service"]
    waiting_count: int
    wait: WaitRange | None
    free: FreeTimes | None
    printer: str
    config_version: int
    instead: NotRequired[list[str]]
    program: NotRequired[str]


class SlipLine(TypedDict):
    label: str
    value: str


class Slip(TypedDict):
    """The printed paper, ready in the visitor's language. The agent knows no texts of its own.

    `time` is an appointed time, printed large below the number; `time_caption` stands above it.
    `logo`: the path of the town's logo on this server (`/pictures/…`); print without it when it fails.
    """

    number: str
    headline: str
    lines: list[SlipLine]
    qr: str | None
    qr_caption: str
    header: list[str]
    footer: list[str]
    mark: str | None
    language: str
    direction: Literal["ltr", "rtl"]
    paper: Literal[58, 80]
    time: NotRequired[str]
    time_caption: NotRequired[str]
    logo: NotRequired[str]


class PrintJob(TypedDict):
    """Offered once. `attempt` rises only when a person asks for a reprint."""

    id: str
    ticket_id: int
    attempt: int
    slip: Slip


class PrintReport(TypedDict):
    """The agent's word on a job, sent as `{"print": PrintReport}`.

    `refused`: nothing was sent, the job may be offered again. `unknown`: bytes left, no word came
    back; only a person reprints. `sent`: a printer that cannot confirm.
    """

    job: str
    attempt: int
    state: Literal["printed", "refused", "unknown", "sent"]
    code: str | None
    detail: NotRequired[str]


class GivenNumber(TypedDict):
    """A number on a slip of the last 24 h, told as `{"given": [GivenNumber, …]}` when the epoch is another.

    `epoch` is that of the frame in which the job came, `age_s` how long ago that was.
    """

    epoch: str
    ticket_id: int
    number: int
    age_s: int


class KioskFrame(TypedDict):
    """What kiosk page and agent receive. Jobs go to the agent only (`?agent=1`)."""

    epoch: str
    seq: int
    kiosk: KioskPicture
    jobs: NotRequired[list[PrintJob]]


class ErrorBody(TypedDict):
    """The inside of the one error shape `{"error": {"code", "message", …}}`."""

    code: str
    message: str
    request_id: NotRequired[str]
