"""What the first set-up holds in memory: what was typed, and the one-time passwords until they are noted.

What must not live here: pages, and anything that outlives the process. A restart voids the link, so it may
forget what was typed behind it: nobody meets a password that a stranger chose.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, Final, Literal, Protocol

from sqlalchemy.engine import Connection

from queue_server.domain.town import Town

Typed = Mapping[str, Sequence[str]]
"""A step's fields as a form sends them: a name may come several times."""
SHOWN_FOR: Final = timedelta(hours=1)


class Links(Protocol):
    """The link and the transaction; the module `adapters.first_run` fits."""

    def state_of(
        self, conn: Connection, secret: str, now: datetime
    ) -> Literal["open", "over", "done", "unknown"]: ...

    def account(self, user: str, password_hash: str, clerk_id: str | None, site_id: str | None) -> Any:
        """Return an account for `make`; without a clerk it is the administrator's."""

    def make(self, conn: Connection, town: Town, people: Sequence[Any], now: datetime) -> None: ...
    def new_password(self) -> str: ...


class Beginning(Protocol):
    """Templates and catalogue; the module `adapters.town.beginning` fits."""

    @property
    def TEMPLATES(self) -> Sequence[str]: ...  # noqa: N802 - a constant of the module

    def template(self, name: str) -> Town: ...
    def catalogue(self) -> Town: ...
    def whole_catalogue(self) -> Town: ...
    def states(self) -> Sequence[str]: ...
    def read_hours(self, text: str) -> Sequence[tuple[time, time]] | None: ...
    def write_hours(self, stretches: Sequence[tuple[time, time]]) -> str: ...


@dataclass(slots=True)
class Draft:
    """What was typed so far, by step; `done` are the steps that were left with everything right."""

    typed: dict[str, Typed] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    versions: dict[str, int] = field(default_factory=dict)
    """How often a step was kept: a page that is older overwrites nothing."""
    sent: dict[str, Typed] = field(default_factory=dict)
    """What was kept last, before anything was filled in: the same once more is a button pressed twice."""
    password_hash: str = field(default="", repr=False)
    password_of: str = ""
    """The user name beside which the password was judged."""

    def keep(self, step: str, typed: Typed) -> None:
        self.typed[step] = self.sent[step] = typed
        self.versions[step] = self.versions.get(step, 0) + 1

    def forget(self, *steps: str) -> None:
        """Let steps begin anew; a page of theirs that is still open somewhere is old from now on."""
        for step in steps:
            self.typed.pop(step, None)
            self.sent.pop(step, None)
            self.done.discard(step)
            self.versions[step] = self.versions.get(step, 0) + 1


@dataclass(frozen=True, slots=True)
class OneTime:
    """A clerk's first password, to be handed over on paper. The hash tells whether it still holds."""

    name: str
    user: str
    password: str = field(repr=False)
    password_hash: str = field(repr=False)


@dataclass(slots=True)
class FirstRun:
    """One for a process."""

    links: Links
    beginning: Beginning
    draft: Draft = field(default_factory=Draft)
    _passwords: tuple[OneTime, ...] = field(default=(), repr=False)
    _made_at: datetime | None = None
    _made_for: str = ""

    def made(self, organisation_id: str, passwords: Sequence[OneTime], now: datetime) -> None:
        """The town is there: forget what was typed, keep the passwords for the page that shows them."""
        self.draft = Draft()
        self._passwords, self._made_at, self._made_for = tuple(passwords), now, organisation_id

    def to_show(self, organisation_id: str, now: datetime) -> tuple[OneTime, ...]:
        """Return the town's passwords that nobody has noted yet; after an hour there are none.

        Other towns may have been added to the same server since: theirs never were here.
        """
        if self._made_at is None or now - self._made_at > SHOWN_FOR:
            self._passwords = ()
        return self._passwords if organisation_id == self._made_for else ()

    def noted(self, organisation_id: str) -> None:
        """They stand on paper now. Another town's word changes nothing."""
        if organisation_id == self._made_for:
            self._passwords = ()
