"""How long the visits of each day took, so that a start need not read twelve weeks of the log"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

OLDEST_READER = '0010'


def _text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def upgrade() -> None:
    op.create_table('day_durations',
    sa.Column('site_id', _text(40), nullable=False),
    sa.Column('business_day', sa.Date(), nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.PrimaryKeyConstraint('site_id', 'business_day', name=op.f('pk_day_durations'))
    )
    op.execute(f"UPDATE compatibility SET readable_from = '{OLDEST_READER}'")


def downgrade() -> None:
    op.drop_table('day_durations')
