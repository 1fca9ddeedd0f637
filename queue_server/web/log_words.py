"""A line of the audit log in words: what was done, by whom, what it was and what it is; and as a table.

What must not live here: reading the log, and who may see it.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from typing import Any, Final, TypeAlias

from babel.dates import format_datetime

from queue_server.services.locales import locale_of
from queue_server.web.ports import AuditLine
from queue_server.web.texts import Texts

HEAD: Final = ("at", "who", "role", "via", "act", "kind", "ref", "site", "before", "after")
ToldBy: TypeAlias = Callable[[AuditLine, str, Any], str | None]
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def sentence(say: Texts, line: AuditLine) -> str:
    """Return what was done, as a sentence without its doer."""
    return say(f"log.act_{line.act}", ref=line.ref, kind=_word(say, "kind", line.kind))


def doer(say: Texts, line: AuditLine) -> str:
    """Return who did it, as what, and by which way."""
    return f"{line.actor} ({_word(say, 'role', line.role)}, {_word(say, 'via', line.via)})"


def moment(say: Texts, line: AuditLine, zone: tzinfo) -> str:
    return format_datetime(line.at.astimezone(zone), "medium", locale=locale_of(say.language))


def differences(say: Texts, line: AuditLine, told_by: ToldBy | None = None) -> Iterator[tuple[str, str, str]]:
    """Yield (what, before, after) of each value that differs; a side that was not there is empty.

    `told_by` says what it has better words for, such as hours and names.
    """
    before, after = line.before or {}, line.after or {}
    for name in dict.fromkeys((*before, *after)):
        was, is_ = (
            ((told_by and told_by(line, name, values[name])) or _value(say, values[name]))
            if name in values
            else ""
            for values in (before, after)
        )
        yield _field(say, line.kind, name), was, is_


def as_table(
    say: Texts,
    lines: Sequence[AuditLine],
    zone: tzinfo,
    most: int | None = None,
    told_by: ToldBy | None = None,
) -> str:
    """Return lines as a table that a spreadsheet opens; no cell of it is a formula.

    The last row tells when there are more than `most`. `told_by`: as of `differences`.
    """
    written = io.StringIO(newline="")
    # German spreadsheets divide at semicolons, and read UTF-8 only behind a mark.
    written.write("\ufeff")
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    table.writerow([say(f"log.head_{name}") for name in HEAD])
    for line in lines[:most]:
        told = [line.at.astimezone(zone).isoformat(sep=" ", timespec="seconds"), line.actor]
        told += [_word(say, "role", line.role), _word(say, "via", line.via), sentence(say, line)]
        told += [line.kind, line.ref, line.site_id or "", *_halves(say, line, told_by)]
        table.writerow([_harmless(cell) for cell in told])
    if most is not None and len(lines) > most:
        table.writerow([say("log.cut", count=most)])
    return written.getvalue()


def _halves(say: Texts, line: AuditLine, told_by: ToldBy | None) -> tuple[str, str]:
    found = list(differences(say, line, told_by))
    return (
        "; ".join(f"{what}: {was}" for what, was, _ in found if was),
        "; ".join(f"{what}: {is_}" for what, _, is_ in found if is_),
    )


def _word(say: Texts, sort: str, name: str) -> str:
    """Return the word for one of our names; what has none (a town's own) as it is."""
    key = f"log.{sort}_{name}"
    return say(key) if key in say else name


def _field(say: Texts, kind: str, name: str) -> str:
    """Return what a field is called, here or in the forms of the administration."""
    keys = (f"log.field_{kind}_{name}", f"log.field_{name}", f"admin.{kind}_{name}", f"admin.field_{name}")
    return next((say(key) for key in keys if key in say), name)


def _value(say: Texts, value: Any) -> str:
    if value is None or value in ("", [], {}):
        return say("log.nothing")
    if isinstance(value, bool):
        return say("log.yes" if value else "log.no")
    if isinstance(value, list):
        return "; ".join(_value(say, one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name} {_value(say, one)}" for name, one in value.items())
    return _word(say, "role", str(value))


def _harmless(cell: str) -> str:
    """Keep a spreadsheet from computing what somebody typed as the name of a room."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
