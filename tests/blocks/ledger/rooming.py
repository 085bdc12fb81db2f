"""Values for tests of the screening room's part of the ledger, and a clock that is set by hand."""

from datetime import datetime, timedelta
from typing import Any

from blocks.ledger import Ledger
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import NOON
from workprint.comments import Comment, Region
from workprint.notices import Notice, Occasion
from workprint.policy import ApproverRole
from workprint.tickets import Ticket

DRAFT = "d" * 64
#: Everybody is told through this block in these tests.
TARGET = "slack-webhook/reviews"


class Clock:
    """It stands at noon until somebody moves it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def ticket(**changes: Any) -> Ticket:
    values: dict[str, Any] = {
        "id": "tkt_1",
        "campaign_id": "cmp",
        "name": "Lin",
        "roles": (ApproverRole.BRAND, ApproverRole.LEGAL),
        "issued_by": "mei",
        "issued_at": NOON,
        "expires_at": NOON + timedelta(days=2),
    }
    return Ticket(**{**values, **changes})


def comment(**changes: Any) -> Comment:
    values: dict[str, Any] = {
        "id": "cmt_1",
        "campaign_id": "cmp",
        "variant": "hero",
        "take": 1,
        "draft_sha256": DRAFT,
        "actor": "Lin",
        "text": "no steam, 不要蒸汽",
        "at": NOON,
        "second": 2.3,
        "region": Region(0.1, 0.2, 0.25, 0.5),
    }
    return Comment(**{**values, **changes})


def notice(subject: str = "gate_1", person: str = "", campaign: str = "cmp") -> Notice:
    return Notice.of(campaign, Occasion.OPENED, subject, TARGET, person, NOON)


async def furnish(ledger: Ledger) -> None:
    """One row in each of the four tables."""
    await ledger.room.issue(ticket())
    await ledger.room.comment(comment())
    await ledger.room.watch("Lin", DRAFT, [])
    await ledger.notices.put([notice()])


async def copy_row(url: str, table: str, columns: list[str], **changes: str) -> None:
    """INSERT the table's one row again, with some columns changed (in SQL)."""
    values = ", ".join(changes.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    await raw.run(url, f"INSERT INTO {table} ({names}) SELECT {values} FROM {table}")
