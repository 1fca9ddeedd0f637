"""Messages by several ways, calendars, what was erased"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

BEFORE = ('waiting', 'sent', 'failed', 'cancelled')
AFTER = ('waiting', 'held', 'sent', 'failed', 'cancelled')
CHANNELS = ('mail', 'sms', 'calendar')


def _text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def _moment() -> sqlmodel.sql.sqltypes.UTCDateTime:
    return sqlmodel.sql.sqltypes.UTCDateTime()


def _is_one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def upgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('channel', _text(12), nullable=False, server_default='mail'))
        batch_op.add_column(sa.Column('first_due_at', _moment(), nullable=True))
    op.execute('UPDATE outbox SET first_due_at = due_at')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.alter_column('first_due_at', existing_type=_moment(), nullable=False)
        batch_op.drop_constraint(op.f('ck_outbox_state'), type_='check')
        batch_op.create_check_constraint(op.f('ck_outbox_state'), _is_one_of('state', AFTER))
        batch_op.create_check_constraint(op.f('ck_outbox_channel'), _is_one_of('channel', CHANNELS))
    with op.batch_alter_table('booked_person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sms', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('mail_trouble', _text(40), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('phone_trouble', _text(40), nullable=False, server_default=''))
    op.add_column('site_stream', sa.Column('holds_post', sa.Boolean(), nullable=False, server_default=sa.false()))
    _create_tables()


def _create_tables() -> None:
    op.create_table('opt_out',
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('contact_hash', _text(64), nullable=False),
    sa.Column('at', _moment(), nullable=False),
    sa.PrimaryKeyConstraint('organisation_id', 'contact_hash', name=op.f('pk_opt_out'))
    )
    op.create_table('sms_day',
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('sent', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('organisation_id', 'day', name=op.f('pk_sms_day'))
    )
    op.create_table('calendar_copy',
    sa.Column('site_id', _text(40), nullable=False),
    sa.Column('appointment_id', sa.BigInteger(), nullable=False),
    sa.Column('clerk_id', _text(40), nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('href', _text(500), nullable=False),
    sa.Column('etag', _text(200), nullable=False),
    sa.Column('sequence', sa.BigInteger(), nullable=False),
    sa.Column('starts_at', _moment(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('trouble', _text(40), nullable=False),
    sa.Column('written_at', _moment(), nullable=False),
    sa.PrimaryKeyConstraint('site_id', 'appointment_id', 'clerk_id', name=op.f('pk_calendar_copy'))
    )
    op.create_index('ix_calendar_copy_clerk', 'calendar_copy', ['clerk_id'])
    op.create_table('calendar_feed',
    sa.Column('clerk_id', _text(40), nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('clerk_id', name=op.f('pk_calendar_feed'))
    )
    op.create_table('erasure',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('site_id', _text(40), nullable=False),
    sa.Column('kind', _text(20), nullable=False),
    sa.Column('ref', sa.BigInteger(), nullable=False),
    sa.Column('kept_since', _moment(), nullable=False),
    sa.Column('at', _moment(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure')),
    sqlite_autoincrement=True,
    )
    op.create_index(op.f('ix_erasure_at'), 'erasure', ['at'])
    op.create_table('erased_mark',
    sa.Column('fingerprint', _text(64), nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('what', _text(12), nullable=False),
    sa.Column('erased_at', _moment(), nullable=False),
    sa.PrimaryKeyConstraint('fingerprint', name=op.f('pk_erased_mark'))
    )
    op.create_index('ix_erased_mark_erased_at', 'erased_mark', ['erased_at'])


def downgrade() -> None:
    for table in ('erased_mark', 'erasure', 'calendar_feed', 'calendar_copy', 'sms_day', 'opt_out'):
        op.drop_table(table)
    op.drop_column('site_stream', 'holds_post')
    with op.batch_alter_table('booked_person', schema=None) as batch_op:
        for column in ('phone_trouble', 'mail_trouble', 'sms'):
            batch_op.drop_column(column)
    # What the version before cannot say is not sent twice: staff see it as given up.
    op.execute("DELETE FROM outbox WHERE channel <> 'mail'")
    op.execute("UPDATE outbox SET state = 'failed' WHERE state = 'held'")
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_outbox_channel'), type_='check')
        batch_op.drop_constraint(op.f('ck_outbox_state'), type_='check')
        batch_op.create_check_constraint(op.f('ck_outbox_state'), _is_one_of('state', BEFORE))
        batch_op.drop_column('first_due_at')
        batch_op.drop_column('channel')
