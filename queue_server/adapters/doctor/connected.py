"""Facts about connections.toml and what it leads to, for `examining`. A broken file is a fact."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from queue_server.adapters.connections import Connections, ConnectionsProblem, load_connections
from queue_server.adapters.doctor import reaching as outside
from queue_server.adapters.tls.local_authority import AUTHORITY
from queue_server.adapters.town.file import TownFileError
from queue_server.domain.doctor.reaching import Certificate, Letters, Mail, Sheets, Sms

if TYPE_CHECKING:
    from queue_server.adapters.doctor.examining import Patient


def _read(patient: "Patient") -> tuple[Connections, str]:
    """Return what the file says, and what is wrong with it: place and code, nothing secret."""
    try:
        return load_connections(patient.connections_file), ""
    except ConnectionsProblem as problem:
        return Connections(), str(problem)
    except TownFileError as error:
        one = error.problems[0]
        place = f"{patient.connections_file.name}:{one.line}:{one.column}"
        return Connections(), f"{place} {one.code} {one.where}".rstrip()


def mail(patient: "Patient") -> Mail:
    """Look at the section, sign in unless it has to be quick, count the letters that are late."""
    found, wrong = _read(patient)
    server = found.mail
    letters, sheets = _waiting(patient)
    tries = server is not None and not patient.quick and not patient.demo
    return Mail(
        connected=server is not None or patient.demo,
        told=bool(found.operations.mail) or patient.demo,
        file=wrong,
        host=server.host if server else "",
        exposed=server is not None and server.is_exposed,
        trouble=outside.mail_trouble(server) if server is not None and tries else "",
        letters=letters,
        sheets=sheets,
    )


def _waiting(patient: "Patient") -> tuple[tuple[Letters, ...], tuple[Sheets, ...]]:
    """Return how letters to visitors stand at each site, and the monthly sheets of each town."""
    from queue_server.adapters.database import Database
    from queue_server.adapters.post import outbox, sheet_letters

    if not patient.sites:
        return (), ()
    database = Database(patient.database_url)
    try:
        found = database.read(lambda conn: outbox.backlogs(conn, patient.now))
        sheets = database.read(lambda conn: sheet_letters.backlogs(conn, patient.now))
    finally:
        database.dispose()
    letters = (
        Letters(
            site_id,
            patient.sites.get(site_id, ("", ""))[0],
            one.late_count,
            patient.now - (one.oldest_due_at or patient.now),
            one.failed_count,
        )
        for site_id, one in found.items()
    )
    return tuple(letters), tuple(
        Sheets(town, patient.now - (one.oldest_at or patient.now), one.failed_count)
        for town, one in sheets.items()
    )


def sms(patient: "Patient") -> Sms | None:
    """Look whether the gateway answers; None without one."""
    gateway = _read(patient)[0].sms
    return None if gateway is None else outside.sms(gateway.url)


def certificates(patient: "Patient") -> tuple[Certificate, ...]:
    """Look at the certificates on our ways."""
    found = outside.certificates(_read(patient)[0], patient.public_url)
    folders = [patient.data / "tls"]
    if patient.certificate is not None:
        found = (*found, outside.certificate_file(patient.certificate))
        folders.append(patient.certificate.parent)
    authorities = {path.resolve() for folder in folders if (path := folder / AUTHORITY).exists()}
    own = [outside.certificate_file(path, is_authority=True) for path in sorted(authorities)]
    return (*found, *own)


def ends(patient: "Patient") -> Mapping[str, date]:
    """Return until when each section's secret is good, where that is written."""
    return _read(patient)[0].ends
