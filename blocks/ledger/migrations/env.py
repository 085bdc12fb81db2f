"""Alembic's entry point. The connection, and the transaction on it, belong to `blocks.ledger.migrate`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
