"""How the tables came to be: Alembic migrations, run when a ledger is opened (`blocks.ledger.migrate`).

A migration that has shipped is never edited: it spells out its own tables and words, and imports no schema and no enum,
so that it does the same thing in ten years. To add one: a new file in `versions/`, `blocks.ledger.schema` brought to
the same shape, and `REVISION` there moved on; tests compare all three.
"""
