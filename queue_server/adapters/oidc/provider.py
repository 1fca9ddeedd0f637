"""The section `[oidc]` of the connections: which directory people sign in with, and what its groups may.

What lives here: reading and checking the section. What must not: speaking to the directory
(`adapters.oidc.client`) and finding the account (`adapters.directory_admission`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from queue_server.adapters.post.mail_server import Tls, is_this_machine
from queue_server.adapters.town.source import ShapeCode
from queue_server.adapters.town.table import Table
from queue_server.domain.access import Role

LIKE_THIS: Final = "https://anmeldung.stadt.example/realms/stadt"
SCOPES: Final = ("openid", "profile")


class SignInRole(StrEnum):
    """The roles of people."""

    ADMINISTRATOR = Role.ADMINISTRATOR.value
    LEAD = Role.LEAD.value
    CLERK = Role.CLERK.value
    RECEPTION = Role.RECEPTION.value
    AUDITOR = Role.AUDITOR.value


@dataclass(frozen=True, slots=True)
class Group:
    """What the members of a group of the directory are here. `site_id` None: at every site."""

    name: str
    role: Role
    site_id: str | None
    department_id: str | None


@dataclass(frozen=True, slots=True)
class OidcProvider:
    """A directory. Without `groups` the accounts here keep the roles that they have."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...]
    user_claim: str
    groups_claim: str
    groups: tuple[Group, ...]
    link_by_user: bool
    create: bool
    required: bool
    button: Mapping[str, str]

    def group_of(self, names: Collection[str]) -> Group | None:
        """Return the first group of the file that somebody is in."""
        return next((group for group in self.groups if group.name in names), None)

    @classmethod
    def of(cls, table: Table) -> "OidcProvider":
        """Read the section; what is wrong with it is noted in the table's report."""
        provider = cls(
            issuer=_issuer(table, table.choice("tls", Tls.REQUIRED)),
            client_id=table.text("client_id"),
            client_secret=table.text("client_secret", ""),
            scopes=("openid", *(one for one in table.words("scopes", SCOPES) if one != "openid")),
            user_claim=table.text("user_claim", "preferred_username"),
            groups_claim=table.text("groups_claim", "groups"),
            groups=tuple(_group(one) for one in table.tables("groups")),
            link_by_user=table.flag("link_by_user"),
            create=table.flag("create"),
            required=table.flag("required"),
            button=table.texts("button", {}),
        )
        if provider.create and not provider.groups:
            table.wrong(("create",), ShapeCode.MISSING_KEY, expected="groups")
        table.finish()
        return provider


def _issuer(table: Table, tls: Tls) -> str:
    written = table.text("issuer")
    try:
        url = urlsplit(written)
        plain = url.scheme == "http" and (tls is Tls.NONE or is_this_machine(url.hostname or ""))
        good = bool(url.hostname) and (url.scheme == "https" or plain) and not (url.query or url.fragment)
        good = good and url.username is None and url.port != 0
    except ValueError:  # no number for a port, half a bracket
        good = False
    if not good and written:
        table.wrong(("issuer",), ShapeCode.BAD_ADDRESS, expected=LIKE_THIS)
    return written if good else ""


def _group(table: Table) -> Group:
    role = table.choice("role", SignInRole.CLERK)
    group = Group(
        name=table.text("name"),
        role=Role(role.value),
        site_id=table.text("site", "") or None,
        department_id=table.text("department", "") or None,
    )
    table.finish()
    return group
