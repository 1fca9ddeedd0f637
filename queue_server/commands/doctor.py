"""Look whether the house is well, and say what to do: machine, files, database, connections, devices.

Loads nothing at its head but the standard library and the rules: it has to run where the program's own
environment is broken. Devices are known to a running server only, which writes them down (`live_file`).
"""

import argparse
import fcntl
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from queue_server.adapters.doctor import live_file
from queue_server.adapters.doctor.examining import EXAMINATIONS, Patient, examine
from queue_server.adapters.doctor.live_file import Told
from queue_server.domain.doctor.findings import LIVE, SEVERITY, Finding, Level, by_severity, worst
from queue_server.domain.doctor.reaching import SILENT, Server
from queue_server.domain.doctor.reaching import server as judge_server
from queue_server.domain.town import spoken_at
from queue_server.settings import Settings

STATUS: Final[Mapping[Level, int]] = {Level.OK: 0, Level.HINT: 0, Level.WARNING: 1, Level.ALARM: 2}
COLOURS: Final = {Level.OK: "32", Level.HINT: "36", Level.WARNING: "33", Level.ALARM: "31"}
Say = Callable[..., str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="everything as JSON, for programs")
    parser.add_argument(
        "--quick", action="store_true", help="leave out what takes seconds or leaves the machine"
    )
    parser.add_argument("--language", choices=("de", "en"), default="en", help="default: %(default)s")
    parser.add_argument("--public-url", default="", metavar="URL", help="where visitors reach the server")
    parser.add_argument("--backups", type=Path, metavar="DIR", help="folder of the backups")
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (default: data/town)")
    parser.add_argument("--database", default="", metavar="URL", help="postgresql://…, as the server has it")


def run(args: argparse.Namespace) -> int:
    folder = _folder(args.data)
    if not folder.is_dir():
        print(f"aufruf: there is no folder {folder}; name the server's own with --data", file=sys.stderr)
        return 2
    told = live_file.read(folder)
    backups = args.backups or (Path(told.backups) if told else None)
    settings = Settings(folder, database=args.database, backups=backups)
    patient = patient_of(settings, datetime.now(UTC), quick=args.quick)
    patient = replace(
        patient,
        public_url=args.public_url or (told.public_url if told else ""),
        speech=told.speech if told else True,
        demo=told.demo if told else (folder / "demo").exists(),
        certificate=Path(told.certificate) if told and told.certificate else None,
        **_set_up(settings),
    )
    checks = _checked(patient, settings, told)
    say = _texts(args.language)
    results = _collected(checks) if args.json else _shown(checks, say)
    since = _since(settings)
    if args.json:
        print(json.dumps(_as_json(results, since, say, patient.now), indent=1, ensure_ascii=False))
    else:
        _print_findings(results, since, say)
    return STATUS[worst(found for _, findings in results for found in findings)]


def by_server(words: str) -> int:
    """Make the thorough look of a running server, whose child this is; print JSON."""
    os.nice(10)
    told = json.loads(words)
    settings = Settings(Path(told["data"]), database=told["database"], backups=Path(told["backups"]))
    patient = replace(
        patient_of(settings, datetime.fromisoformat(told["now"]), quick=bool(told["quick"])),
        public_url=told["public_url"],
        speech=told["speech"],
        demo=told["demo"],
        certificate=Path(told["certificate"]) if told["certificate"] else None,
        sites={id_: (of, zone) for id_, (of, zone) in told["sites"].items()},
        languages=tuple(told["languages"]),
        from_right=tuple(told["from_right"]),
    )
    results = examine(patient)
    print(json.dumps({check: [live_file.as_words(one) for one in found] for check, found in results}))
    return 0


def patient_of(settings: Settings, now: datetime, *, quick: bool) -> Patient:
    """Return where all lies that is looked at."""
    url = settings.database_url
    return Patient(
        now=now,
        data=settings.data,
        database_url=url,
        database_file=Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None,
        backup_folder=settings.backup_folder,
        key_file=settings.key_file,
        connections_file=settings.connections_file,
        quick=quick,
    )


def _folder(given: Path | None) -> Path:
    town, demo = Path("data/town"), Path("data/demo")
    return (given or (demo if demo.is_dir() and not town.is_dir() else town)).resolve()


def _set_up(settings: Settings) -> dict[str, Any]:
    """Return the sites and languages of the set-up; nothing when the database cannot say."""
    try:
        from queue_server.adapters.database import Database
        from queue_server.adapters.town.store import load_towns
        from queue_server.services.locales import from_right

        if not settings.database and not (settings.data / "aufruf.sqlite3").exists():
            return {}
        database = Database(settings.database_url)
        try:
            towns = database.read(load_towns)
        finally:
            database.dispose()
        turned = from_right(one for town in towns.values() for one in town.languages)
    except Exception:  # told by the checks
        return {}
    sites = [(town.id, site) for town in towns.values() for site in town.sites]
    languages = dict.fromkeys(one for _, site in sites for one in spoken_at(site))
    return {
        "sites": {site.id: (of, site.time_zone) for of, site in sites},
        "languages": tuple(languages),
        "from_right": turned,
    }


def _checked(patient: Patient, settings: Settings, told: Told | None) -> Iterator[tuple[str, list[Finding]]]:
    """Yield each check with what it found: the server first, then the machine, then what the server told."""
    yield "server", list(judge_server(_server(patient, settings, told)))
    yield from examine(patient, EXAMINATIONS)
    if told is not None and patient.now - told.at < SILENT:
        for check in told.checks:
            if check in LIVE:
                yield check, [one for one in told.findings if one.kind.check == check]


def _server(patient: Patient, settings: Settings, told: Told | None) -> Server:
    silent_for = None if told is None else patient.now - told.at
    is_fresh = silent_for is not None and silent_for < SILENT
    answers = told is None or not is_fresh or not told.address or _answers(told.address)
    running = (is_fresh and answers) or _holds_lock(settings.lock_file)
    return Server(running, silent_for, answers, bool(patient.public_url) or patient.demo)


def _holds_lock(path: Path) -> bool:
    """Tell whether a server holds the lock. Asked only when none told anything for long."""
    try:
        with path.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _answers(address: str) -> bool:
    import ssl
    import urllib.request

    context = ssl.create_default_context()
    # It is this machine; its name in the certificate is the public one.
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
    )
    try:
        with opener.open(f"{address}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def _since(settings: Settings) -> Mapping[tuple[str, str], datetime]:
    """Return since when a running server knows of findings; nothing when the database cannot say."""
    with suppress(Exception):
        from queue_server.adapters.database import Database
        from queue_server.adapters.doctor import finding_rows

        database = Database(settings.database_url)
        try:
            return {key: one.since for key, one in database.read(finding_rows.load).items()}
        finally:
            database.dispose()
    return {}


def _texts(language: str) -> Say:
    """Return the catalogue; its keys alone when even reading it is broken."""
    try:
        from queue_server.web.texts import load_texts

        return load_texts([language])[language]
    except Exception:
        return lambda key, **values: " ".join([key, *(f"{k}={v}" for k, v in values.items())])


def _collected(checks: Iterator[tuple[str, list[Finding]]]) -> list[tuple[str, list[Finding]]]:
    return list(checks)


def _shown(checks: Iterator[tuple[str, list[Finding]]], say: Say) -> list[tuple[str, list[Finding]]]:
    """Print a line for each check as soon as it is done."""
    done = []
    for check, found in checks:
        level = worst(found)
        state = f"{_coloured(level, say(f'doctor.level_{level}')):<{_width(10)}}"
        print(f"  {state}  {say(f'doctor.check_{check}')}", flush=True)
        done.append((check, found))
    return done


def _width(plain: int) -> int:
    return plain + (9 if _is_terminal() else 0)


def _coloured(level: Level, words: str) -> str:
    return f"\033[{COLOURS[level]}m{words}\033[0m" if _is_terminal() else words


def _is_terminal() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _print_findings(
    results: list[tuple[str, list[Finding]]], since: Mapping[tuple[str, str], datetime], say: Say
) -> None:
    found = by_severity(one for _, findings in results for one in findings)
    level = worst(found)
    print()
    print(say("doctor.all_well") if level is Level.OK else say(f"doctor.worst_{level}"))
    for one in found:
        values = {"subject": one.subject, **one.params}
        known = since.get(one.key)
        when = f", {say('doctor.since', at=f'{known.astimezone():%Y-%m-%d %H:%M}')}" if known else ""
        print()
        print(f"{_coloured(one.level, say(f'doctor.level_{one.level}'))} {one.code}{when}")
        print(f"  {say(f'doctor.what_{one.code}', **values)}")
        print(f"  -> {say(f'doctor.todo_{one.code}', **values)}")


def _as_json(
    results: list[tuple[str, list[Finding]]],
    since: Mapping[tuple[str, str], datetime],
    say: Say,
    now: datetime,
) -> dict[str, Any]:
    def of(one: Finding) -> dict[str, Any]:
        values, known = {"subject": one.subject, **one.params}, since.get(one.key)
        return live_file.as_words(one) | {
            "since": known.isoformat() if known else None,
            "what": say(f"doctor.what_{one.code}", **values),
            "todo": say(f"doctor.todo_{one.code}", **values),
        }

    every = [one for _, findings in results for one in findings]
    return {
        "at": now.isoformat(),
        "level": worst(every).value,
        "checks": [
            {"check": check, "level": worst(found).value, "findings": [of(one) for one in found]}
            for check, found in sorted(results, key=lambda one: -SEVERITY[worst(one[1])])
        ],
    }
