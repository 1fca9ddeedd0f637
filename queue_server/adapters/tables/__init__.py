"""The tables, one module for each part of the house, on one metadata. The same on SQLite and PostgreSQL.

SQLModel does not validate a table class on construction, so that a wrong enum value would be stored
on SQLite and break every later read: enums carry CHECK constraints here, and input is checked before.
"""

from enum import Enum as PyEnum

from sqlalchemy import CheckConstraint, Enum
from sqlmodel import SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = SQLModel.metadata


def enum_type(kind: type[PyEnum], name: str | None = None) -> Enum:
    """Return the column type of an enum: its values as text, held by a CHECK constraint.

    `name` tells two columns of one kind in one table apart.
    """
    return Enum(
        kind,
        native_enum=False,
        values_callable=lambda members: [m.value for m in members],
        create_constraint=True,
        name=name or kind.__name__.lower(),
        length=32,
    )


__all__ = ["CheckConstraint", "enum_type", "metadata"]
