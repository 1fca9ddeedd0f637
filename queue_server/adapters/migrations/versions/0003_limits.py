"""Limits: how often a contact booked on a day, and what staff have lifted"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('contact_day',
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('contact_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('made', sa.Integer(), nullable=False),
    sa.Column('erase_after', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('organisation_id', 'day', 'contact_hash', name=op.f('pk_contact_day'))
    )
    with op.batch_alter_table('contact_day', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_day_erase_after'), ['erase_after'], unique=False)

    op.create_table('overrule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('appointment_id', sa.BigInteger(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('by', sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
    sa.Column('what', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('reason', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_overrule'))
    )
    with op.batch_alter_table('overrule', schema=None) as batch_op:
        batch_op.create_index('ix_overrule_appointment', ['site_id', 'appointment_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('overrule', schema=None) as batch_op:
        batch_op.drop_index('ix_overrule_appointment')

    op.drop_table('overrule')
    with op.batch_alter_table('contact_day', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_day_erase_after'))

    op.drop_table('contact_day')
