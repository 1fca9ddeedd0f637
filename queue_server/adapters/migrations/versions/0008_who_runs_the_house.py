"""Leads and deputies, the audit log, the staff alarm, findings, who may still read this"""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

ROLES_BEFORE = ('administrator', 'clerk', 'integration', 'kiosk', 'display', 'visitor')
ROLES = ('administrator', 'lead', 'clerk', 'reception', 'auditor', 'integration', 'kiosk', 'display', 'visitor')
SIGN_IN_BEFORE = ('administrator', 'clerk')
SIGN_IN = ('administrator', 'lead', 'clerk', 'reception', 'auditor')
OLDEST_READER = '0008'  # the first that asks


def _text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def _moment() -> sqlmodel.sql.sqltypes.UTCDateTime:
    return sqlmodel.sql.sqltypes.UTCDateTime()


def _is_one_of(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _allow_roles(roles: tuple[str, ...], sign_in: tuple[str, ...]) -> None:
    for table in ('account', 'token', 'pairing'):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(op.f(f'ck_{table}_role'), type_='check')
            batch_op.create_check_constraint(op.f(f'ck_{table}_role'), _is_one_of('role', roles))
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_account_signs_in'), type_='check')
        batch_op.create_check_constraint(op.f('ck_account_signs_in'), _is_one_of('role', sign_in))


def upgrade() -> None:
    _allow_roles(ROLES, SIGN_IN)
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('subject', _text(400), nullable=True))
        batch_op.add_column(sa.Column('signed_in_at', _moment(), nullable=True))
        batch_op.add_column(sa.Column('one_time_until', _moment(), nullable=True))
        batch_op.create_unique_constraint(op.f('uq_account_subject'), ['subject'])
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('browser', _text(60), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('method', _text(12), nullable=False, server_default='password'))
    op.add_column('site_stream', sa.Column('forgotten_seq', sa.BigInteger(), nullable=False, server_default='0'))
    _create_tables()
    op.execute(f"INSERT INTO compatibility (id, readable_from) VALUES (1, '{OLDEST_READER}')")


def _create_tables() -> None:
    op.create_table('department_lead',
    sa.Column('account_id', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('department_id', _text(40), nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('is_deputy', sa.Boolean(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_department_lead_account_id_account'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'department_id', name=op.f('pk_department_lead'))
    )
    op.create_index(op.f('ix_department_lead_organisation_id'), 'department_lead', ['organisation_id'])
    op.create_table('audit_log',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('site_id', _text(40), nullable=True),
    sa.Column('at', _moment(), nullable=False),
    sa.Column('actor', _text(60), nullable=False),
    sa.Column('role', _text(20), nullable=False),
    sa.Column('via', _text(12), nullable=False),
    sa.Column('act', _text(40), nullable=False),
    sa.Column('kind', _text(20), nullable=False),
    sa.Column('ref', _text(80), nullable=False),
    sa.Column('before', sa.JSON(), nullable=True),
    sa.Column('after', sa.JSON(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_log')),
    sqlite_autoincrement=True,
    )
    op.create_index(op.f('ix_audit_log_organisation_id'), 'audit_log', ['organisation_id'])
    op.create_index(op.f('ix_audit_log_at'), 'audit_log', ['at'])
    op.create_table('staff_alarm',
    sa.Column('id', _text(32), nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('site_id', _text(40), nullable=False),
    sa.Column('counter_id', _text(40), nullable=False),
    sa.Column('clerk_id', _text(40), nullable=True),
    sa.Column('raised_at', _moment(), nullable=False),
    sa.Column('is_test', sa.Boolean(), nullable=False),
    sa.Column('going', sa.JSON(), nullable=False),
    sa.Column('ended_at', _moment(), nullable=True),
    sa.Column('ended_by', _text(60), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_alarm')),
    )
    op.create_index(op.f('ix_staff_alarm_site_id'), 'staff_alarm', ['site_id'])
    op.create_table('finding',
    sa.Column('check', _text(40), nullable=False),
    sa.Column('subject', _text(80), nullable=False),
    sa.Column('organisation_id', _text(40), nullable=False),
    sa.Column('level', _text(12), nullable=False),
    sa.Column('since', _moment(), nullable=False),
    sa.Column('seen_at', _moment(), nullable=False),
    sa.Column('told_at', _moment(), nullable=True),
    sa.PrimaryKeyConstraint('check', 'subject', name=op.f('pk_finding'))
    )
    op.create_table('compatibility',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('readable_from', _text(20), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_compatibility'))
    )


def downgrade() -> None:
    for table in ('compatibility', 'finding', 'staff_alarm', 'audit_log', 'department_lead'):
        op.drop_table(table)
    op.drop_column('site_stream', 'forgotten_seq')
    with op.batch_alter_table('session', schema=None) as batch_op:
        batch_op.drop_column('method')
        batch_op.drop_column('browser')
    # The version before knows neither of these roles: whoever had one is made anew.
    op.execute("DELETE FROM session WHERE account_id IN (SELECT id FROM account WHERE role NOT IN ('administrator', 'clerk'))")
    op.execute("DELETE FROM account WHERE role NOT IN ('administrator', 'clerk')")
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('uq_account_subject'), type_='unique')
        batch_op.drop_column('one_time_until')
        batch_op.drop_column('signed_in_at')
        batch_op.drop_column('subject')
    _allow_roles(ROLES_BEFORE, SIGN_IN_BEFORE)
