"""Alembic's environment and the chain of migrations: one chain for SQLite and PostgreSQL."""
