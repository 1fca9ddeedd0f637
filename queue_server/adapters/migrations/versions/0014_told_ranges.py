"""Which waits visitors' pages showed after the number was taken"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

OLDEST_READER = '0010'  # it notes none, and judges what is told with the number as before


def _text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def upgrade() -> None:
    op.create_table('told_range',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('site_id', _text(40), nullable=False),
    sa.Column('business_day', sa.Date(), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('from_min', sa.Integer(), nullable=False),
    sa.Column('to_min', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_told_range'))
    )
    op.create_index('ix_told_range_day', 'told_range', ['site_id', 'business_day'], unique=False)
    op.execute(f"UPDATE compatibility SET readable_from = '{OLDEST_READER}'")


def downgrade() -> None:
    op.drop_index('ix_told_range_day', table_name='told_range')
    op.drop_table('told_range')
