"""Which counters alone call a visit; an index of the entries about documents that were missing; each day's figures"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

OLDEST_READER = '0010'  # no older program can take in the events that came with it
ABOUT_DOCUMENTS = "type IN ('DocumentWasMissing', 'DocumentWasThere')"


def _text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def upgrade() -> None:
    op.add_column('ticket', sa.Column('counters', sa.JSON(none_as_null=True), nullable=True))
    about: sa.TextClause = sa.text(ABOUT_DOCUMENTS)
    op.create_index('ix_event_document', 'event', ['site_id', 'business_day'], sqlite_where=about, postgresql_where=about)
    op.create_table('day_figures',
    sa.Column('site_id', _text(40), nullable=False),
    sa.Column('business_day', sa.Date(), nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('site_id', 'business_day', name=op.f('pk_day_figures'))
    )
    op.execute(f"UPDATE compatibility SET readable_from = '{OLDEST_READER}'")


def downgrade() -> None:
    op.drop_table('day_figures')
    op.drop_index('ix_event_document', table_name='event')
    op.drop_column('ticket', 'counters')
