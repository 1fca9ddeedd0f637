"""Changes that begin later, rescued days, pictures for displays, the last use of a token"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

OLDEST_READER = '0008'  # a program that knows none of these tables loses nothing of them


def _text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def _moment() -> sqlmodel.sql.sqltypes.UTCDateTime:
    return sqlmodel.sql.sqltypes.UTCDateTime()


def upgrade() -> None:
    op.create_table('planned_change',
    sa.Column('id', _text(32), nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('starts', sa.Date(), nullable=False),
    sa.Column('changes', sa.JSON(), nullable=False),
    sa.Column('made_at', _moment(), nullable=False),
    sa.Column('made_by', _text(60), nullable=False),
    sa.Column('applied_at', _moment(), nullable=True),
    sa.Column('withdrawn_at', _moment(), nullable=True),
    sa.Column('left', sa.JSON(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_planned_change'))
    )
    op.create_index(op.f('ix_planned_change_organisation_id'), 'planned_change', ['organisation_id'])
    op.create_table('rescue',
    sa.Column('id', _text(32), nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('department_id', _text(40), nullable=True),
    sa.Column('site_id', _text(40), nullable=True),
    sa.Column('made_at', _moment(), nullable=False),
    sa.Column('made_by', _text(60), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('undone_at', _moment(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rescue'))
    )
    op.create_index(op.f('ix_rescue_organisation_id'), 'rescue', ['organisation_id'])
    op.create_table('picture',
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('id', _text(64), nullable=False),
    sa.Column('media_type', _text(20), nullable=False),
    sa.Column('name', _text(160), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('added_at', _moment(), nullable=False),
    sa.PrimaryKeyConstraint('organisation_id', 'id', name=op.f('pk_picture'))
    )
    op.add_column('token', sa.Column('last_used_on', sa.Date(), nullable=True))
    answers: sa.Column[str] = sa.Column('paper_answers', _text(400), nullable=False, server_default='')
    op.add_column('booked_person', answers)
    op.execute(f"UPDATE compatibility SET readable_from = '{OLDEST_READER}'")


def downgrade() -> None:
    op.drop_column('booked_person', 'paper_answers')
    op.drop_column('token', 'last_used_on')
    for table in ('picture', 'rescue', 'planned_change'):
        op.drop_table(table)
