"""Interpreters who were arranged for a time at which nobody needs one any more; an index of who wishes one"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

OLDEST_READER = '0010'  # it keeps no such orders, and reads those who wish one as before
WISHED = "CAST(needs AS TEXT) LIKE '%interpreter%'"


def _text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def _moment() -> sqlmodel.sql.sqltypes.UTCDateTime:
    return sqlmodel.sql.sqltypes.UTCDateTime()


def upgrade() -> None:
    op.create_table('interpreter_order',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('site_id', _text(40), nullable=False),
    sa.Column('reference', _text(12), nullable=False),
    sa.Column('spoken', _text(12), nullable=False),
    sa.Column('starts_at', _moment(), nullable=False),
    sa.Column('settled_at', _moment(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interpreter_order')),
    sqlite_autoincrement=True,
    )
    op.create_index(op.f('ix_interpreter_order_site_id'), 'interpreter_order', ['site_id'])
    op.create_index(op.f('ix_interpreter_order_reference'), 'interpreter_order', ['reference'])
    wished: sa.TextClause = sa.text(WISHED)
    op.create_index('ix_booked_person_interpreter', 'booked_person', ['site_id'], sqlite_where=wished, postgresql_where=wished)
    op.execute(f"UPDATE compatibility SET readable_from = '{OLDEST_READER}'")


def downgrade() -> None:
    op.drop_index('ix_booked_person_interpreter', table_name='booked_person')
    op.drop_table('interpreter_order')
