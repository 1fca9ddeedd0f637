"""Which counters alone call a visit"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

OLDEST_READER = '0010'  # no older program can take in `TicketDirected`


def upgrade() -> None:
    op.add_column('ticket', sa.Column('counters', sa.JSON(none_as_null=True), nullable=True))
    op.execute(f"UPDATE compatibility SET readable_from = '{OLDEST_READER}'")


def downgrade() -> None:
    op.drop_column('ticket', 'counters')
