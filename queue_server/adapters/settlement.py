"""The towns' set-up and the plain rows beside the queues, as the web layer asks for them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy.engine import Connection

from queue_server.adapters import changing_town, device_states, planned_changes
from queue_server.adapters.database import Database
from queue_server.adapters.rows.rescue_rows import RescueRows
from queue_server.adapters.store import Store
from queue_server.adapters.town import history, letter_texts
from queue_server.adapters.town.public_holidays import STATES
from queue_server.adapters.town.store import config_version, lock_settings
from queue_server.adapters.town_bookings import LostBooking
from queue_server.domain.eras import Eras
from queue_server.domain.planned import Course, Planned
from queue_server.domain.town import Site, Town
from queue_server.domain.town_problem import Problem
from queue_server.services.ports import Rescued

T = TypeVar("T")


class Settlement:
    """Implements `web.ports.Settlement`. `write` runs in the writer's thread and shares its connection."""

    def __init__(self, database: Database, store: Store) -> None:
        self._database = database
        self._store = store

    @property
    def sites(self) -> Mapping[str, tuple[Town, Site]]:
        return self._store.sites

    def reload(self) -> int:
        self._store.reload_settings()
        return self._database.read(config_version)

    def version(self, connection: Connection) -> int:
        return config_version(connection)

    def out_of_service(self, connection: Connection) -> list[str]:
        return device_states.out_of_service(connection)

    def mark_out_of_service(self, connection: Connection, display_id: str, *, out: bool) -> None:
        device_states.mark_out_of_service(connection, display_id, out=out)

    def kiosks_out(self, connection: Connection) -> dict[str, str]:
        return device_states.kiosks_out(connection)

    def mark_kiosk(self, connection: Connection, kiosk_id: str, reason: str | None) -> None:
        device_states.mark_kiosk(connection, kiosk_id, reason)

    def save_letter_texts(
        self,
        connection: Connection,
        organisation_id: str,
        id_: str,
        texts: Mapping[str, str] | None,
        now: datetime,
    ) -> bool:
        return letter_texts.save_texts(connection, organisation_id, id_, texts, now)

    def letter_texts_before(
        self, connection: Connection, organisation_id: str, id_: str
    ) -> list[tuple[datetime, Mapping[str, str] | None]]:
        return letter_texts.versions(connection, organisation_id, id_)

    def change_town(
        self, connection: Connection, organisation_id: str, plan: Callable[[Town], Town], now: datetime
    ) -> tuple[Town, Town]:
        return changing_town.change_town(connection, organisation_id, plan, now)

    def would_lose(
        self, connection: Connection, organisation_id: str, plan: Callable[[Town], Town], now: datetime
    ) -> list[LostBooking]:
        return changing_town.would_lose(connection, organisation_id, plan, now)

    @property
    def states(self) -> frozenset[str]:
        return STATES

    def moments(
        self,
        connection: Connection,
        organisation_id: str,
        most: int,
        below: datetime | None = None,
        site_id: str | None = None,
    ) -> list[datetime]:
        return history.moments(connection, organisation_id, most, below, site_id)

    def around(
        self, connection: Connection, organisation_id: str, at: datetime
    ) -> tuple[Town | None, Town | None]:
        return history.around(connection, organisation_id, at)

    def problems(self, town: Town) -> list[Problem]:
        return changing_town.problems(town)

    @property
    def eras(self) -> Mapping[str, Eras]:
        return self._store.eras

    @property
    def unfit(self) -> Mapping[str, Sequence[Planned]]:
        return self._store.unfit

    def course(self, connection: Connection, organisation_id: str) -> Course:
        return planned_changes.course_of(connection, organisation_id)

    def planned(self, connection: Connection, organisation_id: str) -> list[Planned]:
        return planned_changes.planned_of(connection, organisation_id)

    def plan_change(
        self,
        connection: Connection,
        organisation_id: str,
        plan: Callable[[Town], Town],
        starts: date,
        actor: str,
        now: datetime,
    ) -> Planned | None:
        return planned_changes.plan_change(connection, organisation_id, plan, starts, actor, now)

    def would_lose_from(
        self,
        connection: Connection,
        organisation_id: str,
        plan: Callable[[Town], Town],
        starts: date,
        now: datetime,
    ) -> list[LostBooking]:
        return planned_changes.would_lose_from(connection, organisation_id, plan, starts, now)

    def withdraw(self, connection: Connection, organisation_id: str, id_: str, now: datetime) -> Planned:
        return planned_changes.withdraw(connection, organisation_id, id_, now)

    def put_off(
        self, connection: Connection, organisation_id: str, id_: str, starts: date, now: datetime
    ) -> Planned:
        return planned_changes.put_off(connection, organisation_id, id_, starts, now)

    def due_moments(self, connection: Connection) -> list[datetime]:
        return planned_changes.due_moments(connection)

    def apply_due(self, connection: Connection, now: datetime) -> list[Planned]:
        return planned_changes.apply_due(connection, now)

    def rescue_to_change(self, connection: Connection, organisation_id: str, id_: str) -> Rescued | None:
        lock_settings(connection)
        return RescueRows.find(connection, organisation_id, id_)

    def keep_rescue(self, connection: Connection, organisation_id: str, rescued: Rescued) -> None:
        RescueRows.put(connection, organisation_id, rescued)

    def write(self, work: Callable[[Connection], T]) -> T:
        self._store.begin()
        try:
            result = work(self._store.connection)
            self._store.commit()
        except BaseException:
            self._store.rollback()
            raise
        return result
