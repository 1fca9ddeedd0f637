"""The figures of `/metrics`, for Prometheus: how the hall and its machinery stand. Of nobody in it.

Every figure has its line in docs/operators/metrics.md; a test holds that. What must not live here: who may
read them (`web.health`).
"""

from collections.abc import Collection, Mapping
from importlib import metadata

from prometheus_client import CollectorRegistry, Gauge, ProcessCollector, generate_latest

from queue_server.live.backups import BackupState
from queue_server.web.house import House
from queue_server.web.ports import Backlog

PRINTS = frozenset({"ready", "busy", "paper_low"})
"""What an agent says of a printer that can print."""


def figures(
    house: House, sites: Collection[str], backlogs: Mapping[str, Backlog], backup: BackupState
) -> bytes:
    """Return, in Prometheus' text form, what is of the server and of these sites."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    info = Gauge("aufruf_info", "1; the version stands beside it", ["version"], registry=registry)
    info.labels(metadata.version("aufruf")).set(1)
    writable = Gauge("aufruf_writable", "0: nothing can be kept, such as on a full disk", registry=registry)
    writable.set(not (house.sequencer.stopped or house.sequencer.outage))
    _count_backups(backup, registry)
    _count_letters(house, sites, backlogs, registry)
    _count_calendars(house, sites, registry)
    house.forgetting.count(registry)
    _count_rooms(house, sites, registry)
    return generate_latest(registry)


def _count_rooms(house: House, sites: Collection[str], registry: CollectorRegistry) -> None:
    waiting = Gauge("aufruf_waiting", "Visitors who wait", ["site"], registry=registry)
    counters = Gauge("aufruf_open_counters", "Counters that are open", ["site"], registry=registry)
    displays = Gauge(
        "aufruf_display_healthy", "1: connected, its sound works", ["site", "display"], registry=registry
    )
    sockets = Gauge("aufruf_sockets", "Open live sockets", ["site", "kind"], registry=registry)
    seq = Gauge("aufruf_log_entries", "Sequence number of the site's log", ["site"], registry=registry)
    printers = Gauge(
        "aufruf_printer_ok",
        "1: the printer said that it can print",
        ["site", "kiosk"],
        registry=registry,
    )
    rooms = {site_id: room for site_id, room in house.hub.rooms.items() if site_id in sites}
    for site_id, room in rooms.items():
        for kiosk_id, code in room.printers.items():
            printers.labels(site_id, kiosk_id).set(code in PRINTS)
        if room.view is not None:
            waiting.labels(site_id).set(room.view.waiting_count)
            counters.labels(site_id).set(room.view.open_counter_count)
            seq.labels(site_id).set(room.view.seq)
        for channel in room.displays.values():
            displays.labels(site_id, channel.display.id).set(bool(channel.connections and channel.healthy))
        sockets.labels(site_id, "phone").set(len(room.phones))
        sockets.labels(site_id, "counter").set(sum(map(len, room.counters.values())))
        sockets.labels(site_id, "kiosk").set(sum(map(len, room.kiosks.values())))
        sockets.labels(site_id, "display").set(sum(len(c.connections) for c in room.displays.values()))


def _count_backups(backup: BackupState, registry: CollectorRegistry) -> None:
    failed = Gauge("aufruf_backup_failed", "1: the last try made no backup", registry=registry)
    failed.set(bool(backup.error))
    if backup.age_s is not None:
        age = Gauge("aufruf_backup_age_seconds", "Age of the newest backup", registry=registry)
        age.set(backup.age_s)


def _count_letters(
    house: House, sites: Collection[str], backlogs: Mapping[str, Backlog], registry: CollectorRegistry
) -> None:
    late = Gauge("aufruf_letters_late", "Letters past their time", ["site"], registry=registry)
    oldest = Gauge(
        "aufruf_letters_oldest_seconds", "How long past its time the oldest is", ["site"], registry=registry
    )
    failed = Gauge("aufruf_letters_failed", "Letters that were given up", ["site"], registry=registry)
    for site_id in house.hub.rooms.keys() & sites:
        backlog = backlogs.get(site_id)
        late.labels(site_id).set(backlog.late_count if backlog else 0)
        oldest.labels(site_id).set(age_s(house, backlog) if backlog else 0)
        failed.labels(site_id).set(backlog.failed_count if backlog else 0)


def _count_calendars(house: House, sites: Collection[str], registry: CollectorRegistry) -> None:
    unread = Gauge(
        "aufruf_calendars_unread",
        "Clerks whose times are not offered: their calendar cannot be read",
        ["site"],
        registry=registry,
    )
    unknown = house.clerk_calendars.unknown()
    for site_id in sites:
        town, _ = house.directory.sites[site_id]
        of_site = {clerk.id for clerk in town.clerks if site_id in clerk.site_ids}
        unread.labels(site_id).set(len(of_site & unknown))


def age_s(house: House, backlog: Backlog) -> int:
    since = backlog.oldest_due_at
    return 0 if since is None else max(0, int((house.clock() - since).total_seconds()))
