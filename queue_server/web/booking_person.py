"""What a visitor types about themselves: read from a form, checked, and handed back as it was typed.

What lives here: the fields of step 3, their rules, and the question back at a likely slip in a mail
address. What must not: storing it, and any way in or out but the body of a POST.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Final

from queue_server.domain.interpreting import code_for, language_in
from queue_server.domain.reminding import CHOICES_MIN
from queue_server.domain.town import Site
from queue_server.web.booking_wish import LONGEST, Fields, text

NEEDS: Final = ("more_time", "step_free", "fetch_me", "deaf", "sign_language", "blind", "companion")
REMINDERS: Final = (0, *reversed(CHOICES_MIN))
"""Minutes before the appointment; 0 is none."""
TYPED: Final = ("name", "email", "phone", "address", "birth_date", "for_whom", "remarks", "helper")
OFTEN_USED: Final = (
    *("gmail.com", "googlemail.com", "gmx.de", "gmx.net", "web.de", "t-online.de", "outlook.com"),
    *("outlook.de", "hotmail.com", "hotmail.de", "yahoo.com", "yahoo.de", "icloud.com", "freenet.de"),
    *("arcor.de", "posteo.de", "mailbox.org", "aol.com", "online.de", "live.de", "live.com", "proton.me"),
)
_SIGN: Final = r"[^@\s.,;<>\"()]"
_MAIL: Final = re.compile(rf"(?:{_SIGN}|\.){{1,64}}@(?:{_SIGN}+\.)+(?!\d){_SIGN}{{2,}}")
_PHONE: Final = re.compile(r"\+?[0-9 ()/.\-]{5,30}")


@dataclass(slots=True)
class Typed:
    """Step 3 as it was typed. `asked`: the mail address that was asked back once already.

    `reminder_min` and `sms` are None until the form was sent: then the site's usual ones are proposed.
    """

    values: dict[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    reminder_min: int | None = None
    sms: bool | None = None
    asked: str = ""

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def __bool__(self) -> bool:
        return any(self.values.values()) or bool(self.needs)

    def reminder(self, site: Site) -> int:
        """Return the reminder that is wished for, 0 for none; before the form was sent the usual one."""
        return site.reminder_default if self.reminder_min is None else self.reminder_min

    def wants_sms(self, site: Site) -> bool:
        """Say whether text messages are wished for. A site that asks for a phone alone proposes them."""
        proposed = "phone" in site.required_fields and not {"email", "contact"} & {*site.required_fields}
        return site.sms and (proposed if self.sms is None else self.sms)

    def is_reached(self, site: Site) -> bool:
        """Say whether a letter or a text message can reach this visitor."""
        return bool(self["email"] or (self["phone"] and self.wants_sms(site)))

    def fields(self) -> list[tuple[str, str]]:
        """Return name and value of each hidden field: for the body of the next POST, never for a query."""
        found = [(f"p-{name}", value) for name, value in self.values.items() if value]
        found += [("p-need", need) for need in self.needs]
        if self.reminder_min is not None:
            found.append(("p-reminder", str(self.reminder_min)))
        if self.sms is not None:
            found.append(("p-sms", str(int(self.sms))))
        if self.asked:
            found.append(("p-asked", self.asked))
        return found


def read_typed(fields: Fields) -> Typed:
    """Read step 3 from the body of a POST."""
    reminder, sms = text(fields.get("p-reminder")), fields.getlist("p-sms")
    return Typed(
        {name: text(fields.get(f"p-{name}"), 500 if name == "remarks" else LONGEST) for name in TYPED},
        _needs(fields.getlist("p-need")),
        int(reminder) if reminder in {str(one) for one in REMINDERS} else None,
        "1" in sms if sms else None,  # a box that is not ticked sends nothing, so a hidden field comes along
        text(fields.get("p-asked")),
    )


def _needs(chosen: Collection[object]) -> tuple[str, ...]:
    language = language_in(one for one in chosen if isinstance(one, str))
    return (*(need for need in NEEDS if need in chosen), *((code_for(language),) if language else ()))


def wanted_fields(required: Iterable[str]) -> list[tuple[str, bool]]:
    """Return the fields a site's page shows, each with whether it must be filled.

    `contact` stands for one way to reach the visitor: both are shown, one is enough.
    """
    asked = tuple(required)
    shown: dict[str, bool] = {}
    for name in asked:
        if name == "contact":
            shown.setdefault("email", False)
            shown.setdefault("phone", False)
        else:
            shown[name] = True
    return [
        (name, shown[name]) for name in ("name", "email", "phone", "address", "birth_date") if name in shown
    ]


def problems(typed: Typed, required: Iterable[str], today: date, site: Site) -> dict[str, str]:
    """Return field → the end of the text's key for what is wrong with it."""
    asked = tuple(required)
    found = {name: f"missing_{name}" for name, must in wanted_fields(asked) if must and not typed[name]}
    if "contact" in asked and not typed["email"] and not typed["phone"]:
        found["email"] = "missing_contact"
    if "remarks" in asked and not typed["remarks"]:
        found["remarks"] = "missing_remarks"
    if typed["email"] and not _MAIL.fullmatch(typed["email"]):
        found["email"] = "bad_email"
    if typed["phone"] and (not _PHONE.fullmatch(typed["phone"]) or sum(map(str.isdigit, typed["phone"])) < 5):
        found["phone"] = "bad_phone"
    if typed["birth_date"] and not _is_birth_date(typed["birth_date"], today):
        found["birth_date"] = "bad_birth_date"
    if typed.reminder(site) != site.reminder_default and typed.reminder(site) and not typed.is_reached(site):
        found.setdefault("email", "reminder_needs_phone" if site.sms else "reminder_needs_contact")
    return found


def likely_meant(typed: Typed) -> str:
    """Return the address that was probably meant, once; "" when nothing looks odd or it was asked before."""
    name, _, domain = typed["email"].rpartition("@")
    domain = domain.lower()
    if not name or domain in OFTEN_USED or typed.asked == typed["email"]:
        return ""
    # 0.8 takes one wrong letter in a short name; "gmx.at" or "web.ee" of somebody who has it stay possible.
    close = get_close_matches(domain, OFTEN_USED, n=1, cutoff=0.8)
    return f"{name}@{close[0]}" if close else ""


def birth_date(value: str) -> date | None:
    """Read 3.5.1980, 03.05.1980 or 1980-05-03."""
    german = re.fullmatch(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})", value)
    try:
        return date(int(german[3]), int(german[2]), int(german[1])) if german else date.fromisoformat(value)
    except ValueError:
        return None


def _is_birth_date(value: str, today: date) -> bool:
    day = birth_date(value)
    return day is not None and today.year - 130 <= day.year and day <= today
