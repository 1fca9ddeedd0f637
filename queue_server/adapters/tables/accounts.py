"""The tables of who may come in: accounts, sessions, tokens of devices and programs, pairings.

What lives here: columns and the constraints that hold whatever code writes. What must not: reading and
writing (`adapters.accounts`, `adapters.tokens`, `adapters.pairing`). No row holds a password, a cookie
or a token: only their hashes. An address and a user agent stand in `pairing` alone, for ten minutes.
"""

from datetime import date, datetime
from typing import Final

from sqlalchemy import CheckConstraint, Column, Table
from sqlmodel import Field, SQLModel

from queue_server.adapters.tables import enum_type, metadata
from queue_server.domain.access import Role


class AccountRow(SQLModel, table=True):
    """A person who signs in. `user` is unique on the server, for the sign-in names no organisation.

    `subject` is who it is at the town's own directory (issuer and subject); an account without a password
    has an empty `password_hash`, which nothing fits. A one-time password works until `one_time_until`.
    """

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint(
            "role IN ('administrator', 'lead', 'clerk', 'reception', 'auditor')", name="signs_in"
        ),
    )

    id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True)
    user: str = Field(unique=True)
    role: Role = Field(sa_column=Column(enum_type(Role), nullable=False))
    password_hash: str
    site_id: str | None = None
    clerk_id: str | None = None
    must_change: bool = True
    created_at: datetime
    disabled_at: datetime | None = None
    subject: str | None = Field(default=None, unique=True, max_length=400)
    signed_in_at: datetime | None = None
    one_time_until: datetime | None = None


class LeadRow(SQLModel, table=True):
    """Who leads a department, and who stands in: `is_deputy`, until the end of `valid_until` if it is set."""

    __tablename__ = "department_lead"

    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", primary_key=True)
    department_id: str = Field(primary_key=True, max_length=40)
    organisation_id: str = Field(index=True, max_length=40)
    is_deputy: bool = False
    valid_until: date | None = None


class SessionRow(SQLModel, table=True):
    """One sign-in on one browser. `hash` is the SHA-256 of the cookie.

    `browser` is what its owner recognises it by ("Firefox, Windows"), never the whole user agent; `method` is
    how its owner proved who they are: `password` or `oidc`.
    """

    __tablename__ = "session"

    id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True)
    hash: str = Field(unique=True)
    account_id: str = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime = Field(index=True)
    revoked_at: datetime | None = None
    browser: str = Field(default="", max_length=60)
    method: str = Field(default="password", max_length=12)


class TokenRow(SQLModel, table=True):
    """The lasting key of a device or a program. `hash` is the SHA-256 of the whole token.

    `last_used_on` is a day and no time: enough to find what nobody uses, too little to watch a person.
    """

    __tablename__ = "token"
    __table_args__ = (
        CheckConstraint("role <> 'visitor'", name="no_visitor"),
        CheckConstraint(
            "role NOT IN ('kiosk', 'display') OR (site_id IS NOT NULL AND device_id IS NOT NULL)",
            name="device",
        ),
        CheckConstraint("role <> 'clerk' OR clerk_id IS NOT NULL", name="clerk"),
    )

    id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True)
    hash: str = Field(unique=True)
    role: Role = Field(sa_column=Column(enum_type(Role), nullable=False))
    site_id: str | None = None
    device_id: str | None = None
    clerk_id: str | None = None
    label: str = ""
    created_at: datetime
    revoked_at: datetime | None = None
    last_used_on: date | None = None


class PairingRow(SQLModel, table=True):
    """A device that asks to be let in. The code is read off its screen, the secret stays in its browser."""

    __tablename__ = "pairing"

    id: str = Field(primary_key=True)
    organisation_id: str = Field(index=True)
    code_hash: str = Field(unique=True)
    secret_hash: str = Field(unique=True)
    address: str
    user_agent: str
    created_at: datetime
    expires_at: datetime = Field(index=True)
    role: Role | None = Field(default=None, sa_column=Column(enum_type(Role), nullable=True))
    site_id: str | None = None
    device_id: str | None = None
    claimed_at: datetime | None = None
    collected_at: datetime | None = None


ACCOUNT: Final[Table] = metadata.tables["account"]
SESSION: Final[Table] = metadata.tables["session"]
LEAD: Final[Table] = metadata.tables["department_lead"]
TOKEN: Final[Table] = metadata.tables["token"]
PAIRING: Final[Table] = metadata.tables["pairing"]
