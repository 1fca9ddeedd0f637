"""The visitors' book: appointments, clerks' cells, who booked, what is to be sent"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('booked_person',
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('appointment_id', sa.BigInteger(), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('phone', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('birth_date', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('for_whom', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('remarks', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('needs', sa.JSON(), nullable=False),
    sa.Column('reminder_min', sa.Integer(), nullable=True),
    sa.Column('by', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('contact_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('second_hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('erase_after', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('site_id', 'appointment_id', name=op.f('pk_booked_person'))
    )
    with op.batch_alter_table('booked_person', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_booked_person_contact_hash'), ['contact_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_booked_person_erase_after'), ['erase_after'], unique=False)
        batch_op.create_index(batch_op.f('ix_booked_person_second_hash'), ['second_hash'], unique=False)

    op.create_table('clerk_cell',
    sa.Column('clerk_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('cell', sa.BigInteger(), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('appointment_id', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('clerk_id', 'cell', name=op.f('pk_clerk_cell'))
    )
    with op.batch_alter_table('clerk_cell', schema=None) as batch_op:
        batch_op.create_index('ix_clerk_cell_appointment', ['site_id', 'appointment_id'], unique=False)
        batch_op.create_index('ix_clerk_cell_organisation', ['organisation_id'], unique=False)

    op.create_table('outbox',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('appointment_id', sa.BigInteger(), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('dedupe_key', sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('due_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('claimed_by', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('lease_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('last_error', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'cancelled')", name=op.f('ck_outbox_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_appointment', ['site_id', 'appointment_id'], unique=False)
        batch_op.create_index('ix_outbox_due', ['state', 'due_at'], unique=False)
        batch_op.create_index('uq_outbox_dedupe_key', ['dedupe_key'], unique=True)

    op.create_table('appointment',
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('reference', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('state', sa.Enum('held', 'booked', 'checked_in', 'completed', 'cancelled', 'expired', 'missed', name='appointmentstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('starts_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('concern', sa.JSON(), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('area_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('language', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('channel', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('held_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('state_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('extensions', sa.Integer(), nullable=False),
    sa.Column('replaces', sa.BigInteger(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.Column('clerk_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('client', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('secret_version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site_stream.site_id'], name=op.f('fk_appointment_site_id_site_stream')),
    sa.PrimaryKeyConstraint('site_id', 'id', name=op.f('pk_appointment'))
    )
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.create_index('ix_appointment_state', ['site_id', 'state', 'day'], unique=False)
        batch_op.create_index('uq_appointment_number', ['site_id', 'day', 'number'], unique=True, sqlite_where=sa.text("number IS NOT NULL AND state IN ('booked', 'checked_in', 'missed')"), postgresql_where=sa.text("number IS NOT NULL AND state IN ('booked', 'checked_in', 'missed')"))
        batch_op.create_index('uq_appointment_reference', ['reference'], unique=True)



def downgrade() -> None:
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.drop_index('uq_appointment_reference')
        batch_op.drop_index('uq_appointment_number', sqlite_where=sa.text("number IS NOT NULL AND state IN ('booked', 'checked_in', 'missed')"), postgresql_where=sa.text("number IS NOT NULL AND state IN ('booked', 'checked_in', 'missed')"))
        batch_op.drop_index('ix_appointment_state')

    op.drop_table('appointment')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('uq_outbox_dedupe_key')
        batch_op.drop_index('ix_outbox_due')
        batch_op.drop_index('ix_outbox_appointment')

    op.drop_table('outbox')
    with op.batch_alter_table('clerk_cell', schema=None) as batch_op:
        batch_op.drop_index('ix_clerk_cell_organisation')
        batch_op.drop_index('ix_clerk_cell_appointment')

    op.drop_table('clerk_cell')
    with op.batch_alter_table('booked_person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_booked_person_second_hash'))
        batch_op.drop_index(batch_op.f('ix_booked_person_erase_after'))
        batch_op.drop_index(batch_op.f('ix_booked_person_contact_hash'))

    op.drop_table('booked_person')
