"""Rows of `counter_binding`: which clerk holds which counter."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from queue_server.adapters.rows.base import table
from queue_server.adapters.tables.hall import CounterBinding
from queue_server.domain.town import Town, skills_of
from queue_server.services.ports import Binding

BINDING = table(CounterBinding)


class DeskRows:
    """Reads and writes the bindings of a site's counters."""

    @staticmethod
    def put(connection: Connection, organisation_id: str, site_id: str, binding: Binding) -> None:
        DeskRows.remove(connection, binding.counter_id)
        connection.execute(
            sa.insert(BINDING).values(
                counter_id=binding.counter_id,
                site_id=site_id,
                organisation_id=organisation_id,
                clerk_id=binding.clerk_id,
                session_ref=binding.session_ref,
                bound_at=binding.bound_at,
            )
        )

    @staticmethod
    def remove(connection: Connection, counter_id: str) -> None:
        connection.execute(sa.delete(BINDING).where(BINDING.c.counter_id == counter_id))

    @staticmethod
    def of_site(connection: Connection, site_id: str, town: Town) -> dict[str, Binding]:
        """Return counter id → binding; the skills are those of the clerk in today's set-up."""
        query = sa.select(BINDING).where(BINDING.c.site_id == site_id)
        return {
            row["counter_id"]: _binding(row, DeskRows.skills(town, row["clerk_id"]))
            for row in connection.execute(query).mappings()
        }

    @staticmethod
    def skills(town: Town, clerk_id: str) -> frozenset[str]:
        """Return what the clerk may serve; nothing when the set-up no longer knows the clerk."""
        clerk = next((c for c in town.clerks if c.id == clerk_id), None)
        return frozenset() if clerk is None else skills_of(town, clerk)


def _binding(row: RowMapping, skills: frozenset[str]) -> Binding:
    return Binding(row["counter_id"], row["clerk_id"], row["session_ref"], skills, row["bound_at"])
