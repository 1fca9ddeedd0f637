"""Which counters alone call a visit; an index of the entries about documents that were missing"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

OLDEST_READER = '0010'  # no older program can take in `TicketDirected` and `DocumentWasMissing`
ABOUT_DOCUMENTS = "type IN ('DocumentWasMissing', 'DocumentWasThere')"


def upgrade() -> None:
    op.add_column('ticket', sa.Column('counters', sa.JSON(none_as_null=True), nullable=True))
    about: sa.TextClause = sa.text(ABOUT_DOCUMENTS)
    op.create_index('ix_event_document', 'event', ['site_id', 'business_day'], sqlite_where=about, postgresql_where=about)
    op.execute(f"UPDATE compatibility SET readable_from = '{OLDEST_READER}'")


def downgrade() -> None:
    op.drop_index('ix_event_document', table_name='event')
    op.drop_column('ticket', 'counters')
