"""The hall, its log, accounts and settings"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table('account',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('user', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('role', sa.Enum('administrator', 'clerk', 'integration', 'kiosk', 'display', 'visitor', name='role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('password_hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('clerk_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('must_change', sa.Boolean(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('disabled_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint("role IN ('administrator', 'clerk')", name=op.f('ck_account_signs_in')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('user', name=op.f('uq_account_user'))
    )
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('command_answer',
    sa.Column('scope', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('request_id', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('fingerprint', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('answer', sa.JSON(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('scope', 'request_id', name=op.f('pk_command_answer'))
    )
    with op.batch_alter_table('command_answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_command_answer_at'), ['at'], unique=False)

    op.create_table('counter_binding',
    sa.Column('counter_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('clerk_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('session_ref', sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
    sa.Column('bound_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('counter_id', name=op.f('pk_counter_binding'))
    )
    with op.batch_alter_table('counter_binding', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_counter_binding_site_id'), ['site_id'], unique=False)

    op.create_table('counter_status',
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('business_day', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('closed', 'open', 'paused', name='counterstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('ticket_id', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('site_id', 'id', name=op.f('pk_counter_status'))
    )
    op.create_table('day_status',
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('business_day', sa.Date(), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('issuing', sa.Boolean(), nullable=False),
    sa.Column('call_mode', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=True),
    sa.PrimaryKeyConstraint('site_id', 'business_day', name=op.f('pk_day_status'))
    )
    op.create_table('meta',
    sa.Column('name', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('value', sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_meta'))
    )
    op.create_table('number_lease',
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('business_day', sa.Date(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('ended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('site_id', 'business_day', 'number', name=op.f('pk_number_lease'))
    )
    op.create_table('pairing',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('code_hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('secret_hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('address', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('user_agent', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('expires_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('role', sa.Enum('administrator', 'clerk', 'integration', 'kiosk', 'display', 'visitor', name='role', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('device_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('claimed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('collected_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pairing')),
    sa.UniqueConstraint('code_hash', name=op.f('uq_pairing_code_hash')),
    sa.UniqueConstraint('secret_hash', name=op.f('uq_pairing_secret_hash'))
    )
    with op.batch_alter_table('pairing', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pairing_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_pairing_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('print_job',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('kiosk_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('code', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('ahead', sa.Integer(), nullable=True),
    sa.Column('from_min', sa.Integer(), nullable=True),
    sa.Column('to_min', sa.Integer(), nullable=True),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('reported_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_print_job'))
    )
    with op.batch_alter_table('print_job', schema=None) as batch_op:
        batch_op.create_index('ix_print_job_open', ['kiosk_id', 'state'], unique=False)
        batch_op.create_index('uq_print_job_attempt', ['site_id', 'ticket_id', 'attempt'], unique=True)

    op.create_table('setting_version',
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('kind', sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('valid_from', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=True),
    sa.PrimaryKeyConstraint('organisation_id', 'kind', 'id', 'version', name=op.f('pk_setting_version'))
    )
    op.create_table('site_stream',
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('business_day', sa.Date(), nullable=True),
    sa.Column('last_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('site_id', name=op.f('pk_site_stream'))
    )
    op.create_table('token',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('role', sa.Enum('administrator', 'clerk', 'integration', 'kiosk', 'display', 'visitor', name='role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('device_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('clerk_id', sqlmodel.sql.sqltypes.AutoString(), nullable=True),
    sa.Column('label', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('revoked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.CheckConstraint("role <> 'clerk' OR clerk_id IS NOT NULL", name=op.f('ck_token_clerk')),
    sa.CheckConstraint("role <> 'visitor'", name=op.f('ck_token_no_visitor')),
    sa.CheckConstraint("role NOT IN ('kiosk', 'display') OR (site_id IS NOT NULL AND device_id IS NOT NULL)", name=op.f('ck_token_device')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_token')),
    sa.UniqueConstraint('hash', name=op.f('uq_token_hash'))
    )
    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_token_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('visitor_data',
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('ticket_id', sa.BigInteger(), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('needs', sa.JSON(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('site_id', 'ticket_id', name=op.f('pk_visitor_data'))
    )
    op.create_table('event',
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('business_day', sa.Date(), nullable=False),
    sa.Column('type', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site_stream.site_id'], name=op.f('fk_event_site_id_site_stream')),
    sa.PrimaryKeyConstraint('site_id', 'seq', name=op.f('pk_event'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index('ix_event_day', ['site_id', 'business_day', 'seq'], unique=False)

    op.create_table('session',
    sa.Column('id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('hash', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('account_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('created_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('last_seen_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('expires_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('revoked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_session_account_id_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_session')),
    sa.UniqueConstraint('hash', name=op.f('uq_session_hash'))
    )
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_session_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_session_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_session_organisation_id'), ['organisation_id'], unique=False)

    op.create_table('ticket',
    sa.Column('site_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.Column('organisation_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('business_day', sa.Date(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('key', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'away', 'called', 'serving', 'parked', 'no_show', 'finished', 'cancelled', 'expired', name='ticketstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('origin', sa.Enum('kiosk', 'desk', 'appointment', 'integration', name='origin', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('concern', sa.JSON(), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('language', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False),
    sa.Column('expected_min', sa.Integer(), nullable=False),
    sa.Column('area_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('arrived_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('due_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('due_reason', sa.Enum('patience', 'first_come', 'appointed', 'late', name='duereason', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('appointed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('adjustment', sa.Enum('priority', 'missed_back', 'put_back', name='adjustment', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('counter_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('bound_counter_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('last_counter_id', sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True),
    sa.Column('joined_to', sa.BigInteger(), nullable=True),
    sa.Column('call_seq', sa.BigInteger(), nullable=True),
    sa.Column('called_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('call_kind', sqlmodel.sql.sqltypes.AutoString(length=8), nullable=True),
    sa.Column('called_from', sa.Enum('waiting', 'away', 'called', 'serving', 'parked', 'no_show', 'finished', 'cancelled', 'expired', name='called_from', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('call_finished', sa.BigInteger(), nullable=True),
    sa.Column('first_called_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('started_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('ended_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.Column('secret_version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site_stream.site_id'], name=op.f('fk_ticket_site_id_site_stream')),
    sa.PrimaryKeyConstraint('site_id', 'id', name=op.f('pk_ticket'))
    )
    with op.batch_alter_table('ticket', schema=None) as batch_op:
        batch_op.create_index('ix_ticket_day', ['site_id', 'business_day'], unique=False)
        batch_op.create_index('uq_ticket_at_counter', ['site_id', 'counter_id'], unique=True, sqlite_where=sa.text("state IN ('called', 'serving') AND joined_to IS NULL"), postgresql_where=sa.text("state IN ('called', 'serving') AND joined_to IS NULL"))




def downgrade() -> None:

    with op.batch_alter_table('ticket', schema=None) as batch_op:
        batch_op.drop_index('uq_ticket_at_counter', sqlite_where=sa.text("state IN ('called', 'serving') AND joined_to IS NULL"), postgresql_where=sa.text("state IN ('called', 'serving') AND joined_to IS NULL"))
        batch_op.drop_index('ix_ticket_day')

    op.drop_table('ticket')
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_session_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_session_expires_at'))
        batch_op.drop_index(batch_op.f('ix_session_account_id'))

    op.drop_table('session')
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index('ix_event_day')

    op.drop_table('event')
    op.drop_table('visitor_data')
    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_token_organisation_id'))

    op.drop_table('token')
    op.drop_table('site_stream')
    op.drop_table('setting_version')
    with op.batch_alter_table('print_job', schema=None) as batch_op:
        batch_op.drop_index('uq_print_job_attempt')
        batch_op.drop_index('ix_print_job_open')

    op.drop_table('print_job')
    with op.batch_alter_table('pairing', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_pairing_organisation_id'))
        batch_op.drop_index(batch_op.f('ix_pairing_expires_at'))

    op.drop_table('pairing')
    op.drop_table('number_lease')
    op.drop_table('meta')
    op.drop_table('day_status')
    op.drop_table('counter_status')
    with op.batch_alter_table('counter_binding', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_counter_binding_site_id'))

    op.drop_table('counter_binding')
    with op.batch_alter_table('command_answer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_command_answer_at'))

    op.drop_table('command_answer')
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_account_organisation_id'))

    op.drop_table('account')

