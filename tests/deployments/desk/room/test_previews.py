"""Preview links: the same for a long time, each time leading to a fresh link of a real S3 server."""

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from blocks.bucket import ArchiveBucket
from blocks.ledger import Ledger
from deployments.desk.room.archive import ARCHIVE
from deployments.desk.room.headers import policy
from tests.blocks.ledger.making import campaign
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.room import KEY, LINKS, inside, now, path, personal, running_room, ticket
from tests.servers.prefect import PrefectServer
from tests.servers.s3 import S3Server
from tests.workprint.briefs import brief
from workprint.errors import ArchiveError
from workprint.room_links import RoomLinks
from workprint.spec import canonical_sha256
from workprint.tickets import Ticket
from workprint.tokens import Purpose, seal

SHEET = "drafts/cmp/contact-sheet.webp"
PICTURE = b"RIFF\x04\x00\x00\x00WEBP"


@pytest.fixture
async def bucket(swift: S3Server) -> ArchiveBucket:
    """A bucket that holds one contact sheet."""
    prefix = f"{secrets.token_hex(6)}/"
    block = ArchiveBucket(credentials=swift.credentials(), bucket="workprint-room", prefix=prefix, may_create=True)
    await block.ensure()
    await block.put(SHEET, PICTURE, "image/webp")
    return block


@pytest.fixture
async def shown(sqlite_url: str, bucket: ArchiveBucket) -> AsyncIterator[Desk]:
    """A room that shows what lies in this bucket."""

    async def archive() -> ArchiveBucket:
        return bucket

    async with running_room(sqlite_url, archive=archive) as desk:
        yield desk


async def test_a_preview_link_leads_to_the_picture(shown: Desk) -> None:
    """Whoever has it sees the picture, without a session, from any site, by a link that lives for five minutes."""
    link = path(LINKS.preview(SHEET, now()))
    answers = [await shown.http.get(link), await shown.http.head(link)]
    assert [302, 302] == [answer.status_code for answer in answers]
    there = answers[0].headers["location"]
    async with httpx.AsyncClient(trust_env=False) as browser:
        picture = await browser.get(there)
    assert (200, PICTURE, "image/webp") == (picture.status_code, picture.content, picture.headers["content-type"])
    assert ["300"] == parse_qs(urlsplit(there).query)["X-Amz-Expires"]
    assert "cross-origin" == answers[0].headers["cross-origin-resource-policy"]
    assert "private, max-age=60" == answers[0].headers["cache-control"]


def test_the_link_is_the_same_for_everybody() -> None:
    """Two reports of one day show the same address, and it works for a month at least."""
    first, second = LINKS.preview(SHEET, now()), LINKS.preview(SHEET, now() + timedelta(seconds=1))
    token = first.rpartition("/")[2]
    assert first == second or now().day == 1
    assert SHEET == LINKS.preview_key(token, now() + timedelta(days=29))


async def test_other_links_show_nothing(shown: Desk, lin: Ticket) -> None:
    """A personal link, a session, another room's preview link and an old one show no picture."""
    foreign = RoomLinks(LINKS.base_url, SecretStr("another room's key, which has just as many signs"))
    tokens = [
        (personal(lin).rpartition("/")[2], 403),
        (inside(lin)["cookie"].partition("=")[2], 403),
        (foreign.preview(SHEET, now()).rpartition("/")[2], 403),
        (seal(KEY, Purpose.PREVIEW, {"k": SHEET}, now() - timedelta(seconds=1)), 410),
        ("x", 403),
    ]
    for token, status in tokens:
        answer = await shown.http.get(f"/room/p/{token}")
        assert status == answer.status_code
        assert "location" not in answer.headers


async def test_the_policy_of_pages_names_the_bucket(shown: Desk, sqlite_url: str, swift: S3Server) -> None:
    """A campaign's page may show pictures and films of the S3 server's own address, and the entrance may not."""
    kept = {"brief": brief().model_dump(mode="json"), "references": {"hero": []}}
    async with await Ledger.open(sqlite_url) as ledger:
        await ledger.open_campaign(campaign("spring", brief=kept, brief_hash=canonical_sha256(kept)))
        guest = await ledger.room.issue(ticket(campaign_id="spring"))
    page = await shown.http.get("/room/spring", headers=inside(guest))
    assert (200, policy(swift.endpoint_url)) == (page.status_code, page.headers["content-security-policy"])
    assert policy() == (await shown.http.get("/room/in/x")).headers["content-security-policy"]


async def test_without_prefect_previews_wait(sqlite_url: str) -> None:
    """While nobody can say which bucket it is, the answer is 503 with Retry-After, and the entrance works."""

    async def nowhere() -> ArchiveBucket:
        raise ArchiveError("Prefect does not answer")

    async with running_room(sqlite_url, archive=nowhere) as desk:
        answer = await desk.http.get(path(LINKS.preview(SHEET, now())))
        assert (503, "5") == (answer.status_code, answer.headers["retry-after"])
        assert [True, False] == ["暂时不可用" in answer.text, "Prefect" in answer.text]
        assert 403 == (await desk.http.get("/room/in/x")).status_code


async def test_the_room_is_told_of_the_bucket_by_prefect(
    sqlite_url: str, bucket: ArchiveBucket, prefect_server: PrefectServer
) -> None:
    """The block `archive` of the Prefect server is the bucket whose pictures are shown."""
    link = path(LINKS.preview(SHEET, now()))
    async with running_room(sqlite_url) as desk:
        assert 503 == (await desk.http.get(link)).status_code
    await bucket.save(ARCHIVE, overwrite=True)
    async with running_room(sqlite_url) as desk:
        answer = await desk.http.get(link)
    assert (302, True) == (answer.status_code, bucket.full_key(SHEET) in answer.headers["location"])
