"""The way to films and reference pictures: into the bucket for a while, and only to what belongs to the campaign."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from blocks.ledger import Ledger
from deployments.desk.room.archive import AGAIN
from deployments.desk.room.films import KEPT_SECONDS, LINK_SECONDS
from tests.blocks.ledger.making import film as other_film
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.room import inside, running_room, ticket
from tests.deployments.desk.room.showing import PLAN, furnished
from tests.workprint.builders import reference
from workprint.render import Place, Source
from workprint.tickets import Ticket

PICTURE = reference(sha256="5a" * 32, key="references/5a5a.png")
WITH_PICTURE = replace(PLAN, references={"hero": (PICTURE,)})


@dataclass
class Lender:
    """A bucket that only gives links."""

    given: list[tuple[str, int]] = field(default_factory=list)

    async def presign(self, key: str, seconds: int) -> str:
        self.given.append((key, seconds))
        return f"https://bucket.example.com/{key}?signature=1"


@pytest.fixture
async def lent(ledger: Ledger, ledger_url: str) -> AsyncIterator[tuple[Desk, Lender, Ticket]]:
    await furnished(ledger, of=WITH_PICTURE)
    ben = await ledger.room.issue(ticket(id="tkt_ben", campaign_id="cmp_1", name="Ben"))
    bucket = Lender()

    async def archive() -> Any:
        return bucket

    async with running_room(ledger_url, archive=archive) as desk:
        yield desk, bucket, ben


async def test_a_draft_is_reached_by_a_short_link(lent: tuple[Desk, Lender, Ticket], ledger: Ledger) -> None:
    """A draft's address leads to a link of ten minutes, which the browser may keep for less than that."""
    desk, bucket, ben = lent
    render_id, asset = next(iter((await ledger.films("cmp_1")).items()))
    answer = await desk.http.get(f"/room/cmp_1/film/{render_id}", headers=inside(ben))
    assert (302, f"https://bucket.example.com/{asset.key}?signature=1") == (
        answer.status_code,
        answer.headers["location"],
    )
    assert (asset.key, LINK_SECONDS) == bucket.given[-1]
    assert f"private, max-age={KEPT_SECONDS}" == answer.headers["cache-control"]
    assert KEPT_SECONDS < LINK_SECONDS


async def test_a_reference_is_reached_by_its_hash(lent: tuple[Desk, Lender, Ticket]) -> None:
    """A picture of the brief is reached by the SHA-256 of its bytes, and no other."""
    desk, bucket, ben = lent
    found = await desk.http.get(f"/room/cmp_1/reference/{PICTURE.sha256}", headers=inside(ben))
    missing = await desk.http.get(f"/room/cmp_1/reference/{'00' * 32}", headers=inside(ben))
    assert (302, 404) == (found.status_code, missing.status_code)
    assert PICTURE.key == bucket.given[-1][0]


async def test_what_is_in_quarantine_cannot_be_reached(lent: tuple[Desk, Lender, Ticket], ledger: Ledger) -> None:
    """A film that moderation holds back is not found, though its id is known."""
    desk, bucket, ben = lent
    render = (await ledger.claims("cmp_1"))[0].render
    held = replace(other_film(render, "quarantine/held.mp4"), place=Place.QUARANTINE, sha256="99" * 32)
    newest = max(film.archived_at for film in (await ledger.films("cmp_1")).values())
    await ledger.keep_asset(replace(held, archived_at=newest.replace(year=2030)), source=Source.ARCHIVE, actor="test")
    given = len(bucket.given)
    answer = await desk.http.get(f"/room/cmp_1/film/{render.id}", headers=inside(ben))
    assert (404, given) == (answer.status_code, len(bucket.given))


async def test_another_campaigns_film_cannot_be_reached(lent: tuple[Desk, Lender, Ticket], ledger: Ledger) -> None:
    """A guest of one campaign reaches no film of another, by whichever campaign it is asked."""
    desk, _, _ = lent
    lin = await ledger.room.issue(ticket())
    render_id = next(iter(await ledger.films("cmp_1")))
    own = await desk.http.get(f"/room/cmp/film/{render_id}", headers=inside(lin))
    foreign = await desk.http.get(f"/room/cmp_1/film/{render_id}", headers=inside(lin))
    assert (404, 403) == (own.status_code, foreign.status_code)


async def test_a_link_is_made_once_a_minute(lent: tuple[Desk, Lender, Ticket], ledger: Ledger) -> None:
    """Who asks for the same film within a minute is led there by the link that was made before."""
    desk, bucket, ben = lent
    render_id, asset = next(iter((await ledger.films("cmp_1")).items()))
    answers = [await desk.http.get(f"/room/cmp_1/film/{render_id}", headers=inside(ben)) for _ in range(3)]
    assert 1 == len({answer.headers["location"] for answer in answers})
    assert 1 == bucket.given.count((asset.key, LINK_SECONDS))
    assert AGAIN + KEPT_SECONDS < LINK_SECONDS
