"""What the database itself refuses of tickets, comments, watches and notices: plain SQL, past our code."""

import re
from enum import StrEnum

import pytest

from blocks.ledger import Ledger
from blocks.ledger.migrations.versions import v0006_room
from blocks.ledger.schema import metadata
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import campaign
from tests.blocks.ledger.rooming import copy_row, furnish
from workprint.notices import NoticeState, Occasion

TABLES = ("tickets", "comments", "watches", "notices")
FROZEN = [(table, column) for table, columns in v0006_room.FROZEN.items() for column in columns.split(", ")]
SENT = "state = 'sent', sent_at = created_at, next_at = NULL"


@pytest.fixture
async def url(ledger: Ledger, ledger_url: str) -> str:
    """A database with one row in each of the four tables."""
    await furnish(ledger)
    return ledger_url


@pytest.mark.parametrize("table", TABLES)
async def test_nothing_is_deleted(url: str, table: str) -> None:
    """No row of the screening room is ever removed."""
    await raw.refused(url, f"DELETE FROM {table}", f"{table} is append-only")


@pytest.mark.parametrize("table", TABLES)
async def test_nothing_is_replaced_or_emptied(url: str, table: str) -> None:
    """Neither SQLite's INSERT OR REPLACE nor PostgreSQL's TRUNCATE gets around that."""
    replace, empty = f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}", f"TRUNCATE {table} CASCADE"
    await raw.refused(url, replace if url.startswith("sqlite") else empty, f"{table} is append-only")


@pytest.mark.parametrize("column", metadata.tables["comments"].c.keys())
async def test_comments_are_history(url: str, column: str) -> None:
    """No part of a comment is ever changed."""
    await raw.refused(url, f'UPDATE comments SET "{column}" = "{column}"', "comments is append-only")


@pytest.mark.parametrize(("table", "column"), FROZEN)
async def test_what_was_written_stays(url: str, table: str, column: str) -> None:
    """Who was let in as whom, whose watching it is, and what is to be told to whom cannot be rewritten."""
    await raw.refused(url, f"UPDATE {table} SET {column} = {column}", f"{table}: this is frozen")


def test_only_what_may_change_may_change() -> None:
    """Of tickets the revocation may change, of watches what was seen, of notices how the sending goes."""
    open_ = {table: set(metadata.tables[table].c.keys()) for table in v0006_room.FROZEN}
    for table, column in FROZEN:
        open_[table].remove(column)
    assert {
        "tickets": {"revoked_at", "revoked_by"},
        "watches": {"slots", "at"},
        "notices": {"state", "attempts", "next_at", "sent_at", "problem"},
    } == open_


@pytest.mark.parametrize(
    "change", ["revoked_at = NULL, revoked_by = ''", "revoked_by = 'me'", "revoked_at = issued_at"]
)
async def test_a_revocation_is_for_ever(url: str, change: str) -> None:
    """A revoked ticket is not opened again, nor said to have been revoked by somebody else or at another time."""
    await raw.run(url, "UPDATE tickets SET revoked_at = expires_at, revoked_by = 'mei'")
    await raw.refused(url, f"UPDATE tickets SET {change}", "a ticket is revoked once")


@pytest.mark.parametrize("change", ["revoked_at = issued_at", "revoked_by = 'me'"])
async def test_a_revocation_has_a_time_and_a_name(url: str, change: str) -> None:
    """Nobody revokes a ticket without saying who, or without a time."""
    await raw.refused(url, f"UPDATE tickets SET {change}", "tickets_revoked")


@pytest.mark.parametrize(
    "change", ["state = 'waiting', next_at = created_at, sent_at = NULL", "attempts = 9", "problem = 'x'", SENT]
)
async def test_a_notice_goes_out_once(url: str, change: str) -> None:
    """What was sent is closed: it cannot wait again, and nothing of it changes."""
    await raw.run(url, f"UPDATE notices SET {SENT}")
    await raw.refused(url, f"UPDATE notices SET {change}", "a notice is sent once")


@pytest.mark.parametrize(
    ("table", "changes", "why"),
    [
        ("tickets", {"id": "'t2'", "name": "''"}, "tickets_named"),
        ("tickets", {"id": "'t2'", "issued_by": "''"}, "tickets_named"),
        ("tickets", {"id": "'t2'", "revoked_by": "'me'"}, "tickets_revoked"),
        ("tickets", {"id": "'t2'", "campaign_id": "'nowhere'"}, "(?i)foreign key"),
        ("comments", {"id": "'c2'", "campaign_id": "'nowhere'"}, "(?i)foreign key"),
        ("comments", {"id": "'c2'", "draft_sha256": "'abc'"}, "comments_about"),
        ("comments", {"id": "'c2'", "take": "0"}, "comments_about"),
        ("comments", {"id": "'c2'", "text": "''"}, "comments_said"),
        ("comments", {"id": "'c2'", "actor": "''"}, "comments_said"),
        ("comments", {"id": "'c2'", "second": "-0.1"}, "comments_second"),
        ("comments", {"id": "'c2'", "second": "1e300"}, "comments_second"),
        *(("comments", {"id": "'c2'", side: "NULL"}, "comments_region") for side in v0006_room.REGION),
        *(("comments", {"id": "'c2'", side: "1.5"}, "comments_region") for side in v0006_room.REGION),
        *(("comments", {"id": "'c2'", side: "-0.5"}, "comments_region") for side in v0006_room.REGION),
        ("watches", {"person": "'mei'", "draft_sha256": "'abc'"}, "watches_about"),
        ("watches", {"person": "''"}, "watches_about"),
        *(("watches", {"person": "'mei'", "slots": f"'{bad}'"}, "watches_slots") for bad in ("", "FF", "0x1", "g")),
        ("watches", {"person": "'mei'", "slots": f"'{'f' * 513}'"}, "watches_slots"),
        ("notices", {"id": "'n2'", "campaign_id": "'nowhere'"}, "(?i)foreign key"),
        ("notices", {"id": "'n2'", "occasion": "'bored'"}, "notices_occasion"),
        ("notices", {"id": "'n2'", "state": "'lost'", "next_at": "NULL"}, "notices_state"),
        ("notices", {"id": "'n2'", "next_at": "NULL"}, "notices_next"),
        ("notices", {"id": "'n2'", "state": "'given_up'"}, "notices_next"),
        ("notices", {"id": "'n2'", "state": "'sent'", "next_at": "NULL"}, "notices_sent"),
        ("notices", {"id": "'n2'", "sent_at": "created_at"}, "notices_sent"),
        ("notices", {"id": "'n2'", "attempts": "-1"}, "notices_about"),
        ("notices", {"id": "'n2'", "target": "''"}, "notices_about"),
    ],
)
async def test_a_row_has_its_shape(url: str, table: str, changes: dict[str, str], why: str) -> None:
    """A row of another shape, with unknown words or for no campaign, cannot be written."""
    with pytest.raises(raw.REFUSED, match=why):
        await copy_row(url, table, metadata.tables[table].c.keys(), **changes)


@pytest.mark.postgres
@pytest.mark.parametrize("odd", ["'NaN'", "'Infinity'"])
async def test_a_number_is_a_number(postgres_ledger_url: str, odd: str) -> None:
    """PostgreSQL, which stores what is no number, keeps none as a second or as a side."""
    async with await Ledger.open(postgres_ledger_url) as ledger:
        await ledger.open_campaign(campaign())
        await furnish(ledger)
    columns = metadata.tables["comments"].c.keys()
    for column, why in (("second", "comments_second"), ("region_x", "comments_region")):
        with pytest.raises(raw.REFUSED, match=why):
            await copy_row(postgres_ledger_url, "comments", columns, id="'c2'", **{column: f"{odd}::float8"})


@pytest.mark.parametrize(("words", "ours"), [(v0006_room.OCCASIONS, Occasion), (v0006_room.NOTICE_STATES, NoticeState)])
def test_words_of_the_outbox_are_ours(words: str, ours: type[StrEnum]) -> None:
    """The columns with a vocabulary allow exactly the words of their enum."""
    assert {str(word) for word in ours} == set(re.findall(r"'(\w+)'", words))
