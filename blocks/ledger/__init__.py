"""The ledger: what was asked, what it cost, who said yes, and where the film is. It is the truth.

Purpose: `Ledger`, the only code that speaks SQL. Ledger -> Writer (one transaction for many callers) -> changing,
claiming, keeping; reading for look-ups; `schema` for the tables, `migrations/` for how they came to be.

May import: workprint, sqlalchemy, alembic; prefect in `block` only.
Must not: decide what may follow what (`workprint.states` does), or be gone around by other code with SQL of its own.

Pitfalls:
- The database holds the promises too: append-only history, one live render per fingerprint, no final without an
  approval, no step outside the life. A new state or word needs a migration.
- `LedgerDatabase` is imported from `blocks` or `blocks.ledger.block`: looking something up must not import Prefect.
- A `Ledger` belongs to one event loop. Processes share the database, never the object.
- SQLite's file must lie on a local disk: write-ahead logging does not work over NFS (sqlite.org/wal.html).
"""

from blocks.ledger.ledger import Ledger
from blocks.ledger.reading import Trace

__all__ = ["Ledger", "Trace"]
