"""A hand that rescues as the pages do: the cause enters the set-up, then all is done in one step."""

from dataclasses import replace
from datetime import time
from typing import Any

from queue_server.adapters.post.outbox_rows import OUTBOX
from queue_server.adapters.rows.rescue_rows import RescueRows
from queue_server.adapters.town.store import load_towns
from queue_server.domain.appointment import AppointmentState
from queue_server.domain.rescue_cause import Cause
from queue_server.domain.town import RosterEntry, Town
from queue_server.services import rescue as day_rescue
from queue_server.services.ports import Answer, Unit
from queue_server.services.rescue_kept import begun, cause_of
from queue_server.services.rescue_preview import preview
from queue_server.services.rescue_undo import outcome, take_back
from tests.services.booking_hall import Booker
from tests.town_hall import SOMEBODY, booking_town

SITES = ("annex", "hall")


def town_with_annex() -> Town:
    """Olga does identity cards in the annex, on weekdays from eight to twelve."""
    town = booking_town()
    work = tuple(RosterEntry(day, time(8), time(12), "annex") for day in range(5))
    return replace(
        town, clerks=tuple(replace(one, roster=work) if one.id == "olga" else one for one in town.clerks)
    )


class Rescuer(Booker):
    """A hand that rescues as the pages do: the cause enters the set-up, then all is done in one step."""

    def at_all(self, work: Any) -> Answer:
        self.store.begin()
        try:
            answer: Answer = work([self.store.unit(site, self.now) for site in SITES])
            self.store.commit()
        except BaseException:
            self.store.rollback()
            raise
        return answer

    def town(self) -> Town:
        return self.database.read(load_towns)["town"]

    def change(self, plan: Any) -> None:
        self.settle(plan(self.town()))
        self.store.reload_settings()

    def preview(self, cause: Cause, services: frozenset[str] | None = None) -> list[Answer]:
        units = [self.store.view(site, self.now) for site in SITES]
        return preview(units, cause, services)

    def rescue(self, cause: Cause, id_: str = "r1", **chosen: str) -> Answer:
        """Do what is proposed, or what is chosen; who has no place is asked."""
        wishes = {
            row["reference"]: row["proposal"]["value"] if row["proposal"] else day_rescue.ASK
            for row in self.preview(cause)
        } | chosen
        self.enter(cause, id_)
        return self.move_all(cause, id_, wishes)

    def enter(self, cause: Cause, id_: str = "r1") -> None:
        one = begun(id_, cause, cause.missing(self.town()), by=SOMEBODY.actor, at=self.now)
        self.database.write(lambda c: RescueRows.put(c, "town", one))
        self.change(cause.entering())

    def move_all(self, cause: Cause, id_: str, wishes: dict[str, str]) -> Answer:
        plan = day_rescue.Plan(id_, cause, None, wishes, SOMEBODY)
        return self.at_all(lambda units: day_rescue.rescue(units, plan))

    def undo(self, id_: str = "r1") -> Answer:
        body = self.at_all(lambda units: take_back(units, id_, SOMEBODY))
        cause, entered = cause_of(body)
        self.change(cause.taking_back(entered))
        return body

    def phone_list(self, id_: str = "r1") -> list[Answer]:
        units: list[Unit] = [self.store.view(site, self.now) for site in SITES]
        rescued = units[0].rescue(id_)
        assert rescued is not None
        return [row for row in outcome(units, rescued) if row["call"]]

    def picture(self) -> dict[str, Any]:
        """All that visitors and clerks would notice: bookings, clerks' time, absences, what will be sent."""
        bookings, cells = {}, {}
        references = {}
        for site in SITES:
            unit = self.store.view(site, self.now)
            for one in unit.book.appointments.values():
                references[site, one.id] = one.reference
                if one.state is AppointmentState.HELD:
                    continue  # nobody has a name for it yet, and whose time it is may change
                bookings[one.reference] = (
                    *(site, one.starts_at, one.minutes, one.clerk_id, one.number, one.state, one.concern),
                    *(one.area_id, one.channel, one.language, one.secret_version, unit.person(one.id)),
                )
                cells[one.reference] = (one.clerk_id, one.first_cell, one.cells)
        waiting = sorted(
            (references.get((row["site_id"], row["appointment_id"]), ""), row["kind"], row["channel"])
            for row in self.rows(OUTBOX)
            if row["state"] == "waiting"
        )
        town = self.town()
        return {
            "bookings": bookings,
            "cells": cells,
            "away": {clerk.id: clerk.absences for clerk in town.clerks},
            "closed": {site.id: site.closures for site in town.sites},
            "waiting": waiting,
        }
