"""The monthly sheet on its way to each of the town's mailboxes"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

OLDEST_READER = '0010'


def _text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def _moment() -> sqlmodel.sql.sqltypes.UTCDateTime:
    return sqlmodel.sql.sqltypes.UTCDateTime()


def upgrade() -> None:
    op.create_table('sheet_letter',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('month', _text(7), nullable=False),
    sa.Column('mailbox', _text(254), nullable=False),
    sa.Column('state', _text(12), nullable=False),
    sa.Column('created_at', _moment(), nullable=False),
    sa.Column('due_at', _moment(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('claimed_by', _text(40), nullable=False),
    sa.Column('lease_until', _moment(), nullable=True),
    sa.Column('last_error', _text(400), nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'held', 'sent', 'failed', 'cancelled')", name=op.f('ck_sheet_letter_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_letter')),
    sa.UniqueConstraint('organisation_id', 'month', 'mailbox', name=op.f('uq_sheet_letter_organisation_id_month_mailbox'))
    )
    op.create_index('ix_sheet_letter_due', 'sheet_letter', ['state', 'due_at'], unique=False)
    op.execute(f"UPDATE compatibility SET readable_from = '{OLDEST_READER}'")


def downgrade() -> None:
    op.drop_index('ix_sheet_letter_due', table_name='sheet_letter')
    op.drop_table('sheet_letter')
