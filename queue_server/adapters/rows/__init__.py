"""Statements on single tables: reading, writing, erasing rows; nothing here begins or ends a transaction."""
