"""Runs the checks of the machine one after another: facts, then the rule. One that breaks is a finding.

What must not live here: what only a running server knows (`live_file` brings that), and words for people.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from queue_server.adapters.doctor import environment, machine, storing
from queue_server.domain.doctor import keeping, reaching
from queue_server.domain.doctor import machine as machine_rules
from queue_server.domain.doctor.findings import Finding


@dataclass(frozen=True, slots=True)
class Patient:
    """Where the town lies and how it is served: all that a look at the machine needs.

    `sites` are id → (organisation, time zone); `languages` are those that are announced, `from_right` those
    of the visitors that are written from the right. All are empty as long as the database cannot say.
    `database_file` is None on PostgreSQL.
    """

    now: datetime
    data: Path
    database_url: str
    database_file: Path | None
    backup_folder: Path
    key_file: Path
    connections_file: Path
    quick: bool = False
    demo: bool = False
    speech: bool = True
    public_url: str = ""
    certificate: Path | None = None
    sites: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    languages: tuple[str, ...] = ()
    from_right: tuple[str, ...] = ()


Examination = Callable[[Patient], Iterator[Finding]]


def examine(patient: Patient, wanted: Iterable[str] | None = None) -> Iterator[tuple[str, list[Finding]]]:
    """Yield each check with its findings as soon as it is done."""
    for check in EXAMINATIONS if wanted is None else wanted:
        try:
            yield check, list(EXAMINATIONS[check](patient))
        except Exception as error:  # the others are asked all the same
            why = f"{type(error).__name__}: {error}".splitlines()[0][:200]
            yield check, [Finding("check_failed", check, {"why": why})]


def _disk(patient: Patient) -> Iterator[Finding]:
    folders = [patient.data]
    if not patient.demo:
        # The first backup makes its folder; until then what is above it counts.
        folder = patient.backup_folder
        made = folder.exists() or (patient.data / "backups") != folder
        folders += [folder] if made else []
    return machine_rules.disks(machine.disks(folders))


def _database(patient: Patient) -> Iterator[Finding]:
    return keeping.database(
        storing.database(patient.database_url, patient.database_file, quick=patient.quick)
    )


def _clock(patient: Patient) -> Iterator[Finding]:
    newest = None if patient.demo else storing.newest_moment(patient.database_url)
    return machine_rules.clock(machine_rules.Clock(patient.now, machine.is_synced(), newest))


def _backups(patient: Patient) -> Iterator[Finding]:
    return keeping.backups(
        storing.backups(patient.backup_folder, patient.data, patient.now, wanted=not patient.demo)
    )


def _key(patient: Patient) -> Iterator[Finding]:
    return keeping.key_file(storing.key_file(patient.key_file, patient.backup_folder))


def _rights(patient: Patient) -> Iterator[Finding]:
    return keeping.rights(storing.rights(patient.data))


def _memory(_: Patient) -> Iterator[Finding]:
    found = machine.memory()
    return iter(()) if found is None else machine_rules.memory(found)


def _zones(patient: Patient) -> Iterator[Finding]:
    names = {id_: zone for id_, (_, zone) in patient.sites.items()}
    return machine_rules.zones(machine.zones(names, patient.now))


def _environment(patient: Patient) -> Iterator[Finding]:
    return machine_rules.environment(
        environment.environment(load=not patient.quick, from_right=patient.from_right)
    )


def _speech(patient: Patient) -> Iterator[Finding]:
    if not patient.speech:
        return iter(())
    from queue_server.adapters.doctor import speaking

    return keeping.speech(speaking.speech(patient.languages, quick=patient.quick))


def _mail(patient: Patient) -> Iterator[Finding]:
    from queue_server.adapters.doctor import connected

    return reaching.mail(connected.mail(patient))


def _sms(patient: Patient) -> Iterator[Finding]:
    from queue_server.adapters.doctor import connected

    found = None if patient.quick or patient.demo else connected.sms(patient)
    return iter(()) if found is None else reaching.sms(found)


def _certificates(patient: Patient) -> Iterator[Finding]:
    from queue_server.adapters.doctor import connected

    found: Any = () if patient.quick or patient.demo else connected.certificates(patient)
    return reaching.certificates((patient.now, found))


def _secrets(patient: Patient) -> Iterator[Finding]:
    from queue_server.adapters.doctor import connected

    return reaching.secrets_that_end((patient.now.date(), connected.ends(patient)))


EXAMINATIONS: Final[Mapping[str, Examination]] = {
    "environment": _environment,
    "disk": _disk,
    "rights": _rights,
    "key": _key,
    "database": _database,
    "clock": _clock,
    "time_zone": _zones,
    "memory": _memory,
    "backups": _backups,
    "speech": _speech,
    "mail": _mail,
    "sms": _sms,
    "certificates": _certificates,
    "secrets": _secrets,
}
"""check -> how it is done. What breaks first stands first: without a disk all else fails as well."""
