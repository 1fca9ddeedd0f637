"""The section `[sms]` of the connections: which gateway sends our text messages, and how it is spoken to.

What lives here: reading and checking the section, and filling its template. What must not: speaking to the
gateway (`adapters.post.sms_sender`). Gateways have no common language, so each is described: address,
headers, body, and by what one knows that it took a message over.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from queue_server.adapters.post.mail_server import Tls, is_this_machine
from queue_server.adapters.town.source import ShapeCode
from queue_server.adapters.town.table import Table
from queue_server.domain.town_problem import Code

LIKE_THIS: Final = "https://gateway.example/send"
PLACEHOLDERS: Final = ("to", "digits", "text", "id", "sender")
GERMANY: Final = "DE"
LONGEST_TIMEOUT_S: Final = 15
"""A round of the postman holds 20 messages, 4 of them on their way at a time, and lasts 90 seconds."""
_PLACEHOLDER: Final = re.compile(r"\{([a-z]*)\}")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


class Method(StrEnum):
    """How a message is sent. No GET: numbers and texts have no place in addresses, which are logged."""

    POST = "POST"
    PUT = "PUT"


@dataclass(frozen=True, slots=True, repr=False)
class SmsGateway:
    """How text messages leave. Of `json` and `form` one is a template, the other None.

    A message is taken over when the status is one of `success_status` (empty: any 2xx), `success_text` stands
    in the answer, and so does a value at `success_path`, dotted. The number is to blame when
    `refused_status` and `refused_text` say so; both empty: never.
    """

    url: str
    method: Method
    headers: Mapping[str, str]
    json: Any
    form: Mapping[str, str] | None
    sender: str
    country: str
    limit_per_day: int
    timeout_s: int
    success_status: tuple[int, ...]
    success_text: str
    success_path: str
    refused_status: tuple[int, ...]
    refused_text: str

    def __repr__(self) -> str:
        return f"SmsGateway({urlsplit(self.url).hostname})"  # a password may stand in all else

    def filled(self, to: str, text: str, id_: str) -> tuple[Any, Mapping[str, str] | None]:
        """Return JSON and form for one message. `to` is E.164; `id_` is the same at each try."""
        values = {"to": to, "digits": to.removeprefix("+"), "text": text, "id": id_, "sender": self.sender}

        def fill(template: str) -> str:
            # In one pass: what a value holds is no template.
            return _PLACEHOLDER.sub(lambda found: values[found[1]], template)

        form = None if self.form is None else {name: fill(one) for name, one in self.form.items()}
        return _each_text(self.json, fill), form

    @classmethod
    def of(cls, table: Table) -> "SmsGateway":
        """Read the section; what is wrong with it is noted in the table's report."""
        tls = table.choice("tls", Tls.REQUIRED)
        form = table.value("form")
        gateway = cls(
            url=_url(table, tls),
            method=table.choice("method", Method.POST),
            headers=_texts(table, "headers"),
            json=table.value("json"),
            form=None if form is None else _texts(table, "form"),
            sender=table.text("sender", ""),
            country=_country(table),
            limit_per_day=_ranged(table, "limit_per_day", 1000, 1_000_000),
            timeout_s=_ranged(table, "timeout_s", 10, LONGEST_TIMEOUT_S),
            success_status=_statuses(table, "success_status"),
            success_text=table.text("success_text", ""),
            success_path=table.text("success_path", ""),
            refused_status=_statuses(table, "refused_status"),
            refused_text=table.text("refused_text", ""),
        )
        _check_template(table, gateway)
        table.finish()
        return gateway


def _url(table: Table, tls: Tls) -> str:
    written = table.text("url")
    try:
        url = urlsplit(written)
        good = bool(url.hostname) and url.port != 0 and _is_allowed(url, tls)
    except ValueError:  # no number for a port, half a bracket
        good = False
    if written and not good:
        table.wrong(("url",), ShapeCode.BAD_ADDRESS, expected=LIKE_THIS)
    return written if good else ""


def _is_allowed(url: SplitResult, tls: Tls) -> bool:
    """Numbers and passwords travel encrypted, but to this machine, or where the town says so."""
    plain = url.scheme == "http" and (tls is Tls.NONE or is_this_machine(url.hostname or ""))
    return (url.scheme == "https" or plain) and url.username is None


def _texts(table: Table, key: str) -> dict[str, str]:
    inner = table.table(key)
    found = {name: inner.text(name, "") for name in inner.data}
    inner.finish()
    return found


def _country(table: Table) -> str:
    found = table.text("country", GERMANY)
    if not _COUNTRY.fullmatch(found):
        table.wrong(("country",), ShapeCode.NOT_A_CHOICE, found=found, expected="DE, AT, CH, …")
        return GERMANY
    return found


def _ranged(table: Table, key: str, usual: int, most: int) -> int:
    found = table.whole(key, usual)
    if not 1 <= found <= most:
        table.wrong((key,), Code.OUT_OF_RANGE, found=str(found), expected=f"1 – {most}")
    return found


def _statuses(table: Table, key: str) -> tuple[int, ...]:
    found = table.items(key)
    for index, one in enumerate(found):
        if isinstance(one, bool) or not isinstance(one, int) or not 200 <= one < 600:
            table.wrong((key, index), ShapeCode.NOT_A_WHOLE_NUMBER)
    return tuple(one for one in found if isinstance(one, int))


def _check_template(table: Table, gateway: SmsGateway) -> None:
    """One body, which names the number and the text, and nothing that we do not know."""
    key = "form" if gateway.form is not None else "json"
    template = gateway.form if gateway.form is not None else gateway.json
    if template is None or (gateway.json is not None and gateway.form is not None):
        table.wrong(("json",), ShapeCode.MISSING_KEY, expected="json | form")
        return
    if not isinstance(template, Mapping):
        table.wrong((key,), ShapeCode.NOT_A_TABLE)
        return
    used = {name for text in _all_texts(template) for name in _PLACEHOLDER.findall(text)}
    for name in sorted(used.difference(PLACEHOLDERS)):
        expected = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
        table.wrong((key,), ShapeCode.UNKNOWN_PLACEHOLDER, found=f"{{{name}}}", expected=expected)
    if not used & {"to", "digits"}:
        table.wrong((key,), ShapeCode.MISSING_KEY, expected="{to}")
    if "text" not in used:
        table.wrong((key,), ShapeCode.MISSING_KEY, expected="{text}")
    if "sender" in used and not gateway.sender:
        table.wrong(("sender",), ShapeCode.MISSING_KEY, expected="sender")


def _all_texts(template: Any) -> Iterator[str]:
    if isinstance(template, str):
        yield template
    elif isinstance(template, Mapping | list):
        for one in template.values() if isinstance(template, Mapping) else template:
            yield from _all_texts(one)


def _each_text(template: Any, change: Callable[[str], str]) -> Any:
    if isinstance(template, str):
        return change(template)
    if isinstance(template, Mapping):
        return {name: _each_text(one, change) for name, one in template.items()}
    if isinstance(template, list):
        return [_each_text(one, change) for one in template]
    return template
