"""Rows of `counter_binding`: which clerk holds which counter."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from queue_server.adapters.rows import table
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
        clerks = {clerk.id: clerk for clerk in town.clerks}
        query = sa.select(BINDING).where(BINDING.c.site_id == site_id)
        rows = [dict(row) for row in connection.execute(query).mappings()]
        return {
            row["counter_id"]: _binding(
                row, skills_of(town, clerks[row["clerk_id"]]) if row["clerk_id"] in clerks else frozenset()
            )
            for row in rows
        }


def _binding(row: Mapping[str, Any], skills: frozenset[str]) -> Binding:
    return Binding(row["counter_id"], row["clerk_id"], row["session_ref"], skills, row["bound_at"])
