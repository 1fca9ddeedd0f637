"""Appointments that wait to be confirmed: their state, who confirms, what was answered"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

BEFORE = ('held', 'booked', 'checked_in', 'completed', 'cancelled', 'expired', 'missed')
AFTER = ('held', 'unconfirmed', 'booked', 'checked_in', 'completed', 'cancelled', 'expired', 'missed')


def _state(words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name='appointmentstate', native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    _replace_words(BEFORE, AFTER)
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('confirmed_by', sqlmodel.sql.sqltypes.AutoString(length=12), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('refused', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('booked_person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('answer', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('booked_person', schema=None) as batch_op:
        batch_op.drop_column('answer')
    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.drop_column('refused')
        batch_op.drop_column('confirmed_by')
    _replace_words(AFTER, BEFORE)


def _replace_words(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """SQLite makes the table anew, and knows no CHECK by name; PostgreSQL only exchanges it."""
    if op.get_context().dialect.name == 'sqlite':
        with op.batch_alter_table('appointment', schema=None, recreate='always') as batch_op:
            batch_op.alter_column('state', existing_type=_state(before), type_=_state(after), existing_nullable=False)
        return
    op.drop_constraint(op.f('ck_appointment_appointmentstate'), 'appointment', type_='check')
    words = ', '.join(f"'{word}'" for word in after)
    op.create_check_constraint(op.f('ck_appointment_appointmentstate'), 'appointment', f'state IN ({words})')
