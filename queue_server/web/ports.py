"""What the web layer needs from the adapters, as protocols; `web.app` fills them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy.engine import Connection

from queue_server.domain.access import Actor, Role
from queue_server.domain.administration import Doer, Done
from queue_server.domain.calendar_entry import CalendarEntry
from queue_server.domain.eras import Eras
from queue_server.domain.estimate_outcomes import Outcome
from queue_server.domain.events import Recorded
from queue_server.domain.figures.gathered import Gathered
from queue_server.domain.figures.period import Period
from queue_server.domain.forecast.arrival_habits import Arrivals
from queue_server.domain.forecast.turnover import Turnovers
from queue_server.domain.missing_documents import Counts
from queue_server.domain.people import NewAccount, NewToken
from queue_server.domain.planned import Course, Planned
from queue_server.domain.sign_in import Person
from queue_server.domain.simulation.demand import Booked
from queue_server.domain.taken_pictures import Arriving
from queue_server.domain.town import Clerk, Service, Site, Town
from queue_server.domain.town_problem import Problem
from queue_server.services.ports import Rescued

T = TypeVar("T")


class Database(Protocol):
    def read(self, work: Callable[[Connection], T]) -> T: ...
    def empty_wal(self) -> bool: ...


class Settlement(Protocol):
    """The towns' set-up, and plain rows beside the queues."""

    @property
    def sites(self) -> Mapping[str, tuple[Town, Site]]: ...

    def reload(self) -> int:
        """Read the set-up anew; return its version."""

    def version(self, connection: Connection) -> int: ...
    def out_of_service(self, connection: Connection) -> Sequence[str]:
        """Return the displays that staff took out of service."""

    def mark_out_of_service(self, connection: Connection, display_id: str, *, out: bool) -> None: ...
    def kiosks_out(self, connection: Connection) -> Mapping[str, str]:
        """Return kiosk → why staff took it out of service."""

    def mark_kiosk(self, connection: Connection, kiosk_id: str, reason: str | None) -> None: ...
    def save_letter_texts(
        self,
        connection: Connection,
        organisation_id: str,
        id_: str,
        texts: Mapping[str, str] | None,
        now: datetime,
    ) -> bool:
        """Keep a new version of a letter's texts, None for the shipped ones; False when nothing is new."""

    def letter_texts_before(
        self, connection: Connection, organisation_id: str, id_: str
    ) -> Sequence[tuple[datetime, Mapping[str, str] | None]]:
        """Return since when which texts held, the newest first; None: the shipped ones."""

    def change_town(
        self, connection: Connection, organisation_id: str, plan: Callable[[Town], Town], now: datetime
    ) -> tuple[Town, Town]:
        """Keep what `plan` makes of the set-up, checked as a town file is; return before and after."""

    def would_lose(
        self, connection: Connection, organisation_id: str, plan: Callable[[Town], Town], now: datetime
    ) -> Sequence[Any]:
        """Return the appointments that `plan` would leave in the air: `site_id`, `reference`, `starts_at`."""

    @property
    def states(self) -> Collection[str]:
        """Return the states whose public holidays are known."""

    def moments(
        self,
        connection: Connection,
        organisation_id: str,
        most: int,
        below: datetime | None = None,
        site_id: str | None = None,
    ) -> Sequence[datetime]:
        """Return when the set-up changed, the newest first; `site_id`: when nothing but that site did."""

    def around(
        self, connection: Connection, organisation_id: str, at: datetime
    ) -> tuple[Town | None, Town | None]:
        """Return the town before and after the change of that moment."""

    def problems(self, town: Town) -> Sequence[Problem]:
        """Return every mistake of a set-up."""

    @property
    def eras(self) -> Mapping[str, Eras]:
        """Site id → its set-up of today and those that are planned to follow."""

    @property
    def unfit(self) -> Mapping[str, Sequence[Planned]]:
        """Organisation → what is planned there and no longer fits."""

    def course(self, connection: Connection, organisation_id: str) -> Course:
        """Return how a town's set-up goes on: today's, and that from each day on which something begins."""

    def planned(self, connection: Connection, organisation_id: str) -> Sequence[Planned]:
        """Return the changes that have not begun, the next first."""

    def plan_change(
        self,
        connection: Connection,
        organisation_id: str,
        plan: Callable[[Town], Town],
        starts: date,
        actor: str,
        now: datetime,
    ) -> Planned | None:
        """Keep what `plan` makes of the set-up of a later day, to begin then; checked as `change_town` does.

        None when it changes nothing.
        """

    def would_lose_from(
        self,
        connection: Connection,
        organisation_id: str,
        plan: Callable[[Town], Town],
        starts: date,
        now: datetime,
    ) -> Sequence[Any]:
        """Return as `would_lose` the appointments that `plan`, beginning then, would leave in the air."""

    def rescue_to_change(self, connection: Connection, organisation_id: str, id_: str) -> Rescued | None:
        """Return a day rescue; nobody else changes it, or a set-up, before this transaction ends."""

    def keep_rescue(self, connection: Connection, organisation_id: str, rescued: Rescued) -> None:
        """Keep that a day rescue has begun, or that it is undone, in the commit that changes the set-up."""

    def withdraw(self, connection: Connection, organisation_id: str, id_: str, now: datetime) -> Planned:
        """Give up what was planned."""

    def put_off(
        self, connection: Connection, organisation_id: str, id_: str, starts: date, now: datetime
    ) -> Planned:
        """Let what was planned begin on another day."""

    def due_moments(self, connection: Connection) -> Sequence[datetime]:
        """Return when what is planned begins, the next first; they hold as long as `version` does."""

    def apply_due(self, connection: Connection, now: datetime) -> Sequence[Planned]:
        """Do what is planned for the days that have come; return what was done."""

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction of its own; only in the writer's thread."""


class Exchange(Protocol):
    """Files that towns exchange; the module `adapters.exchange` fits."""

    def town_file(self, town: Town, say: Callable[[str], str]) -> str: ...
    def services_file(self, town: Town, say: Callable[[str], str]) -> bytes: ...
    def packed_town(self, conn: Connection, town: Town, say: Callable[[str], str]) -> Any:
        """Return a set-up with the pictures that it names."""

    def pack(self, packed: Any) -> bytes:
        """Return a set-up with its pictures as a zip."""

    def read_town(
        self, raw: bytes, name: str, say: Callable[[str], str]
    ) -> tuple[Town | None, Any, Sequence[Any]]:
        """Return the town of a file and what came with it (`toml`, `names`, `bodies`), or its mistakes.

        A mistake has `line`, `column`, `code`, `text`, `quote`.
        """

    def look_at(
        self, packed: Any, arriving: Arriving, own_count: int, say: Callable[[str], str]
    ) -> tuple[Mapping[str, bytes], Sequence[Any]]:
        """Return small sights (WebP) of the pictures that are new, id → bytes, or what is wrong with them."""

    def take_pictures(
        self,
        conn: Connection,
        organisation_id: str,
        arriving: Arriving,
        bodies: Mapping[str, bytes],
        now: datetime,
    ) -> Sequence[Any] | None:
        """Keep what a file brings; return what was done (`act`, `id`, `before`, `after`), None: too many."""

    def read_services(
        self, raw: bytes, name: str, town: Town, says: Sequence[Callable[[str], str]]
    ) -> tuple[Town | None, Sequence[Any]]:
        """Return `town` with the services of a table, or its mistakes."""

    def fingerprint(self, town: Town) -> str:
        """Return a mark of a set-up: equal for equal ones."""

    def in_use(self, conn: Connection, old: Town, new: Town, now: datetime) -> Sequence[Any]:
        """Return what is in use and would go: `what`, `id`, `blocks`, `reason`, `n`."""

    def without_account(self, conn: Connection, town: Town) -> Sequence[Clerk]:
        """Return the clerks who cannot sign in yet."""


class Pictures(Protocol):
    """Pictures for displays, and the logo; the module `adapters.pictures` fits."""

    def drawn_anew(self, raw: bytes, *, is_logo: bool = False) -> tuple[str, bytes] | str:
        """Return a sent picture's media type and bytes, without all that is no picture; else why not."""

    def add(
        self, conn: Connection, organisation_id: str, picture: tuple[str, bytes], name: str, now: datetime
    ) -> str | None:
        """Keep a picture; return its id, None when there are too many. The same one is kept once."""

    def rename(self, conn: Connection, organisation_id: str, id_: str, name: str) -> str | None:
        """Say anew what a picture shows; return what was said, None when there is none such."""

    def remove(self, conn: Connection, organisation_id: str, id_: str) -> Sequence[str] | None:
        """Take a picture away, unless it is used; return by what ("" is the logo), None for no picture."""

    def body(self, conn: Connection, id_: str) -> tuple[str, bytes] | None:
        """Return media type and bytes of a picture of any town."""


class Sealer(Protocol):
    """Secrets that are computed, never stored."""

    def seal(self, kind: str, ref: str, version: int) -> str: ...
    def open_seal(self, kind: str, token: str) -> tuple[str, int] | None: ...


class Speech(Protocol):
    """Spoken clips, rendered ahead of time."""

    @property
    def available(self) -> bool: ...
    @property
    def version(self) -> str:
        """A name that changes when the voice does: clips may be cached for ever under it."""

    def prepare(self, sites: Iterable[Site]) -> None:
        """Render what is known at set-up: rooms."""

    def number_drawn(self, site: Site, number: int, language: str = "") -> None: ...
    async def number(self, language: str, number: int) -> Path | None: ...
    async def room(self, language: str, room: str) -> Path | None: ...
    def reads(self, language: str) -> bool:
        """Tell whether pages can be read aloud in a language, as far as is known by now."""

    def why_silent(self, language: str) -> str:
        """Tell why no call is spoken in a language: `words` for want of words, `voice` of a voice.

        Empty: it is spoken, speech is switched off, or nobody knows yet.
        """

    async def read(self, language: str, text: str) -> Path | None:
        """Give a text as sound, numbers digit by digit.

        It is kept: the caller sees to it that nobody's data are in it.
        """

    def health(self) -> Mapping[str, Any]: ...


class StoredAccount(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def organisation_id(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def site_id(self) -> str | None: ...
    @property
    def clerk_id(self) -> str | None: ...
    @property
    def password_hash(self) -> str: ...
    @property
    def must_change(self) -> bool: ...
    @property
    def one_time_until(self) -> datetime | None: ...
    @property
    def subject(self) -> str | None: ...


class OpenedSession(Protocol):
    @property
    def cookie(self) -> str: ...
    @property
    def session_id(self) -> str: ...


class Accounts(Protocol):
    """Accounts and sessions; the module `adapters.accounts` fits."""

    def normal_user(self, user: str) -> str: ...
    def find_account(self, conn: Connection, user: str) -> Any: ...
    def verify_password(self, password_hash: str | None, password: str) -> bool: ...
    def open_session(
        self,
        conn: Connection,
        account: Any,
        now: datetime,
        *,
        browser: str = "",
        method: str = "password",
    ) -> Any: ...
    def still_holds(self, conn: Connection, account: Any) -> bool: ...
    def close_session_of(self, conn: Connection, cookie: str, now: datetime) -> None: ...
    def account_of_session(self, conn: Connection, session_id: str) -> Any: ...
    def hash_password(self, password: str) -> str: ...
    def needs_rehash(self, password_hash: str) -> bool: ...
    def renew_hash(self, conn: Connection, account: Any, password_hash: str) -> None: ...
    def set_password(self, conn: Connection, account_id: str, password_hash: str, now: datetime) -> None: ...
    def close_session(self, conn: Connection, session_id: str, now: datetime) -> None: ...


class ShownSignIn(Protocol):
    """A browser that is signed in, as its owner sees it."""

    @property
    def id(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def last_seen_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def browser(self) -> str: ...
    @property
    def method(self) -> str: ...


class SignIns(Protocol):
    """The sign-ins of one account; the module `adapters.sign_ins` fits."""

    def method_of(self, conn: Connection, session_id: str) -> str: ...
    def sign_ins_of(self, conn: Connection, account_id: str, now: datetime) -> Sequence[ShownSignIn]: ...
    def end_sign_in(self, conn: Connection, account_id: str, session_id: str, now: datetime) -> bool: ...
    def end_others(self, conn: Connection, account_id: str, but: str | None, now: datetime) -> int: ...


class Oidc(Protocol):
    """The town's own directory; `adapters.oidc.client.OidcClient` fits."""

    @property
    def provider(self) -> Any:
        """Return the section of the connections, None for none; `button` and `required` matter here."""

    async def sign_in_url(self, *, back: str, state: str, nonce: str, verifier: str) -> str: ...
    async def names_itself(self) -> bool: ...
    async def redeem(self, code: str, *, back: str, nonce: str, verifier: str) -> Person: ...
    async def sign_out_url(self, *, after: str) -> str | None: ...


class Admit(Protocol):
    """Finds the account of a person of the directory; `adapters.directory_admission.admit` fits."""

    def __call__(
        self,
        conn: Connection,
        provider: Any,
        person: Person,
        sites: Mapping[str, tuple[Town, Site]],
        now: datetime,
    ) -> StoredAccount: ...


class Audit(Protocol):
    """Writes administrative acts down; the module `adapters.audit` fits."""

    def note_by(
        self,
        conn: Connection,
        by: Actor,
        *,
        via: str,
        at: datetime,
        act: Done,
        kind: str,
        ref: str,
        site_id: str | None = None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> None:
        """Call it in the transaction that does the act. Nothing of a visitor, no secret."""

    def doer_of(self, conn: Connection, by: Actor, via: str) -> Doer:
        """Return how the log names an actor."""


class AuditLine(Protocol):
    """One administrative act as it was written down."""

    @property
    def id(self) -> int: ...
    @property
    def site_id(self) -> str | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def actor(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def via(self) -> str: ...
    @property
    def act(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def ref(self) -> str: ...
    @property
    def before(self) -> Mapping[str, Any] | None: ...
    @property
    def after(self) -> Mapping[str, Any] | None: ...


class AuditLines(Protocol):
    """Reads administrative acts; the module `adapters.audit_lines` fits."""

    def lines(
        self,
        conn: Connection,
        organisation_id: str,
        most: int,
        *,
        site_id: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        act: str = "",
        words: str = "",
        below: int | None = None,
    ) -> Sequence[AuditLine]: ...


class ToldEstimates(Protocol):
    """Reads what became of the waits that were told, and who came; `adapters.told_estimates` fits."""

    def of_day(
        self, connection: Connection, site_id: str, day: date
    ) -> tuple[Sequence[Outcome], Sequence[Outcome]]: ...
    def forget(self, connection: Connection, now: datetime, zones: Mapping[str, str]) -> int: ...
    def arrivals(self, connection: Connection, site_id: str, day: date) -> Arrivals: ...
    def turnovers(self, connection: Connection, site_id: str, day: date) -> Turnovers: ...


class DayLog(Protocol):
    """Reads a site's log of one day; `adapters.day_log` fits."""

    def of_day(self, connection: Connection, site_id: str, day: date) -> Sequence[Recorded]: ...


class RecordedDays(Protocol):
    """Reads days as they can be lived through again; `adapters.simulated_day` fits."""

    def log_of(self, connection: Connection, site_id: str, on: date) -> Sequence[Recorded]: ...
    def book_of(self, connection: Connection, site_id: str, on: date) -> Sequence[Booked]: ...


class MissingDocuments(Protocol):
    """Reads what clerks noted, and what it is compared with; `adapters.missing_documents` fits."""

    def counts(
        self, connection: Connection, site_ids: Collection[str], first: date, last: date
    ) -> Counts: ...
    def visits(
        self, connection: Connection, site_ids: Collection[str], first: date, last: date
    ) -> Mapping[tuple[str, str], int]: ...
    def versions(
        self, connection: Connection, organisation_id: str, service_ids: Collection[str]
    ) -> Sequence[Service]: ...


class Tokens(Protocol):
    """Tokens of devices; the module `adapters.tokens` fits."""

    def create_token(
        self,
        conn: Connection,
        *,
        organisation_id: str,
        role: Role,
        now: datetime,
        site_id: str | None = None,
        device_id: str | None = None,
        clerk_id: str | None = None,
        label: str = "",
    ) -> str: ...
    def list_tokens(
        self, conn: Connection, organisation_id: str, site_id: str | None = None
    ) -> Sequence[Any]:
        """List the valid tokens of the organisation or of one site."""

    def revoke_token(self, conn: Connection, organisation_id: str, id: str, now: datetime) -> bool: ...  # noqa: A002


class People(Protocol):
    """What is done to accounts and tokens, with its audit lines; the module `adapters.people` fits."""

    def one_time_password(self) -> str: ...
    def every_account(self, conn: Connection, organisation_id: str) -> Sequence[Any]: ...
    def account(self, conn: Connection, organisation_id: str, id_: str) -> Any: ...
    def every_lead(self, conn: Connection, organisation_id: str) -> Sequence[Any]: ...
    def leads_of(self, conn: Connection, account_id: str) -> frozenset[str]: ...
    def every_token(self, conn: Connection, organisation_id: str, site_id: str | None) -> Sequence[Any]: ...
    def tokens_of(self, conn: Connection, account: Any) -> Sequence[Any]: ...
    def make_account(
        self,
        conn: Connection,
        note: Any,
        organisation_id: str,
        new: NewAccount,
        password_hash: str,
        now: datetime,
    ) -> str: ...
    def reset_password(
        self, conn: Connection, note: Any, account: Any, password_hash: str, now: datetime
    ) -> None: ...
    def disable_account(
        self, conn: Connection, note: Any, account: Any, now: datetime, within: str | None = None
    ) -> int: ...
    def is_last_administrator(self, conn: Connection, account: Any) -> bool: ...
    def change_account(
        self, conn: Connection, note: Any, account: Any, new: NewAccount, now: datetime
    ) -> None: ...
    def enable_account(
        self, conn: Connection, note: Any, account: Any, password_hash: str, now: datetime
    ) -> None: ...
    def end_sessions(self, conn: Connection, note: Any, account: Any, now: datetime) -> int: ...
    def name_lead(
        self,
        conn: Connection,
        note: Any,
        organisation_id: str,
        account_id: str,
        user: str,
        department_id: str,
        *,
        is_deputy: bool = False,
        until: date | None = None,
    ) -> None: ...
    def end_lead(self, conn: Connection, note: Any, account: Any, department_id: str) -> bool: ...
    def make_token(
        self, conn: Connection, note: Any, organisation_id: str, new: NewToken, now: datetime
    ) -> str: ...
    def revoke_token(self, conn: Connection, note: Any, token: Any, now: datetime) -> bool: ...


class Helpers(Protocol):
    """Trusted helpers; the module `adapters.helpers` fits."""

    def has_helpers(self, conn: Connection, organisation_id: str) -> bool: ...


class Pairings(Protocol):
    """Devices that ask to be paired; the module `adapters.pairing` fits."""

    def open_pairing(
        self, conn: Connection, *, organisation_id: str, address: str, user_agent: str, now: datetime
    ) -> Any: ...
    def list_pairings(self, conn: Connection, organisation_id: str, now: datetime) -> Sequence[Any]: ...
    def claim_pairing(
        self,
        conn: Connection,
        *,
        organisation_id: str,
        code: str,
        role: Role,
        site_id: str,
        device_id: str,
        now: datetime,
    ) -> None: ...
    def pairing_state(self, conn: Connection, secret: str, now: datetime) -> Any: ...
    def collect_pairing(self, conn: Connection, secret: str, now: datetime) -> Any: ...


class Backlog(Protocol):
    """How a site's letters stand."""

    @property
    def late_count(self) -> int: ...
    @property
    def oldest_due_at(self) -> datetime | None: ...
    @property
    def failed_count(self) -> int: ...
    @property
    def held_count(self) -> int: ...


class ShownLetter(Protocol):
    """A letter as staff see it, without a contact."""

    @property
    def id(self) -> int: ...
    @property
    def channel(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def first_due_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def tries(self) -> int: ...
    @property
    def last_error(self) -> str: ...
    @property
    def reference(self) -> str: ...
    @property
    def starts_at(self) -> datetime | None: ...


class Letters(Protocol):
    """The outbox, as staff and who watches over it ask; the module `adapters.post.desk_letters` fits."""

    def backlogs(self, connection: Connection, now: datetime) -> Mapping[str, Backlog]: ...
    def letters_of(
        self, connection: Connection, site_id: str, state: str, now: datetime
    ) -> Sequence[ShownLetter]: ...
    def mail_troubles(
        self, connection: Connection, site_id: str, ids: Sequence[int]
    ) -> Mapping[int, str]: ...
    def phone_troubles(
        self, connection: Connection, site_id: str, ids: Sequence[int]
    ) -> Mapping[int, str]: ...
    def send_again(self, connection: Connection, letter_id: int, site_id: str, now: datetime) -> bool: ...
    def send_all_again(self, connection: Connection, site_id: str, now: datetime) -> int: ...
    def drop(self, connection: Connection, letter_id: int, site_id: str) -> bool: ...
    def is_holding(self, connection: Connection, site_id: str) -> bool: ...
    def release(self, connection: Connection, site_id: str) -> int: ...
    def discard(self, connection: Connection, site_id: str) -> int: ...


class SheetLetter(Protocol):
    """What became of a monthly sheet for one of the town's mailboxes."""

    @property
    def mailbox(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def last_error(self) -> str: ...


class SheetLetters(Protocol):
    """Monthly sheets on their way; the module `adapters.post.sheet_letters` fits."""

    def letters_of(
        self, connection: Connection, organisation_id: str, month: str
    ) -> Sequence[SheetLetter]: ...
    def send_again(
        self,
        connection: Connection,
        organisation_id: str,
        month: str,
        mailboxes: Sequence[str],
        now: datetime,
    ) -> int: ...


class InterpreterOrders(Protocol):
    """What the desk has to see to for interpreters; `adapters.rows.order_rows.OrderRows` fits."""

    def count_open(self, connection: Connection, site_id: str, now: datetime) -> int: ...


class SheetPapers(Protocol):
    """Who draws a monthly sheet; `adapters.daysheet.month_paper.SheetChild` does."""

    async def draw(self, words: Mapping[str, Any]) -> bytes:
        """Return the PDF of what `web.sheet_words` says. Raises OSError, which says why there is none."""


class ClerkCalendars(Protocol):
    """Clerks' own calendars, as who watches over them asks."""

    def health(self) -> Mapping[str, str]:
        """Return for each clerk with a calendar "ok", or what is wrong with it."""

    def unknown(self) -> frozenset[str]:
        """Return the clerks whose times are not offered, because a calendar was not read for long."""

    def calendar(self, clerk_id: str) -> Any:
        """Return the calendar that a clerk's appointments are written into; None for none."""

    def mailbox(self, clerk_id: str) -> str:
        """Return where a clerk's appointments are sent who has no such calendar; empty for none."""

    def listings(self) -> Mapping[str, Any]:
        """Return what was seen in the calendars that are written, by clerk: `read_at` and `etags`."""

    @property
    def is_linked(self) -> bool:
        """Say whether there is any calendar that `read_again` would read."""

    async def read_again(self, clerk_ids: Collection[str]) -> None:
        """Read these clerks' calendars anew; it takes two seconds at most."""


class Connections(Protocol):
    """The file of connections to other systems; `adapters.connections.ConnectionsFile` fits."""

    @property
    def now(self) -> Any:
        """Return the last good version: an `adapters.connections.Connections`, for the adapters' own."""

    @property
    def unusable(self) -> bool:
        """Tell whether there never was a good version: what it would connect must wait."""

    def alarm_phones(self, site_id: str) -> tuple[str, ...]:
        """Return the telephones that a staff alarm at this site reaches."""

    def look(self) -> bool:
        """Read the file again when it changed; tell whether a good version came."""

    def health(self) -> str:
        """Return "none", "ok", or what is wrong with it, without anything secret."""


class Sms(Protocol):
    """The way out for text messages; `adapters.post.sms_outgoing` is one."""

    @property
    def limit_per_day(self) -> int | None:
        """Return how many the town pays for on one day; None when they cost nothing."""

    @property
    def is_connected(self) -> bool:
        """Tell whether a message gets where it shall: to a gateway, or in the demo to its folder."""

    def mobile(self, phone: str) -> str | None:
        """Return the number as gateways take it; None when it takes no text messages."""

    async def send(self, to: str, text: str, id_: str, at: datetime) -> None: ...


class Calendar(Protocol):
    """Calendar files; the module `adapters.calendars.calendar_file` fits."""

    def write_calendar(
        self, entries: Iterable[CalendarEntry], method: str = "PUBLISH", name: str = ""
    ) -> bytes: ...


class Feeds(Protocol):
    """Which addresses of clerks' feeds are open; the module `adapters.calendars.feeds` fits."""

    SEAL: str

    def version_of(self, connection: Connection, clerk_id: str) -> int | None: ...


class Copies(Protocol):
    """Appointments as calendars show them, and what stands there; `adapters.calendars.copies` fits."""

    def planned_of(
        self, connection: Connection, clerk_id: str, site_ids: Sequence[str], first: date, until: date
    ) -> Sequence[Any]: ...
    def troubled(self, connection: Connection, site_id: str) -> Sequence[Any]: ...


class Figures(Protocol):
    """What was counted of each day."""

    def is_counted(self, connection: Connection, site_id: str, period: Period) -> bool:
        """Say whether every day of a period that is still in the log has its figures."""

    def gather(
        self,
        connection: Connection,
        zones: Mapping[str, tzinfo],
        period: Period,
        services: Collection[str] | None,
        now: datetime,
    ) -> Gathered:
        """Return the figures of some sites for a period; of some services, or of all."""
