"""Single objects, the way on to the final key, and what the server is found to honour."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from blocks.bucket.block import MIN_PART, ArchiveBucket
from tests.servers.links import LinkServer, film, sha256
from tests.servers.s3 import S3Server
from workprint.errors import AlreadyThere, ArchiveError, NotVerified

LARGE = MIN_PART + 7


async def test_put_is_idempotent_and_never_overwrites(bucket: ArchiveBucket) -> None:
    """The same bytes may be put twice; other bytes under the key are refused."""
    first = await bucket.put("m.json", b"{}", "application/json")
    assert (sha256(b"{}"), 2, "application/json") == (first.sha256, first.size, first.media_type)
    assert first == await bucket.put("m.json", b"{}", "application/json")
    for other in (b"[]", b"longer"):
        with pytest.raises(AlreadyThere):
            await bucket.put("m.json", other, "application/json")
    assert await bucket.get("m.json") == b"{}"


async def test_head_list_and_remove(bucket: ArchiveBucket) -> None:
    """What was put is found below its prefix, and not any more once removed; removing twice is fine."""
    await bucket.put("b/2", b"two", "text/plain")
    await bucket.put("b/1", b"one", "text/plain")
    await bucket.put("c", b"sea", "text/plain")
    stored = await bucket.head("b/1")
    assert stored is not None
    assert (3, "text/plain", sha256(b"one")) == (stored.size, stored.media_type, stored.sha256)
    assert abs(datetime.now(UTC) - stored.modified_at) < timedelta(minutes=5)
    assert await bucket.list("b/") == ("b/1", "b/2")
    for _ in range(2):
        await bucket.remove("b/1")
    assert (await bucket.head("b/1"), await bucket.list()) == (None, ("b/2", "c"))


async def test_a_missing_object_is_an_error_with_its_name(bucket: ArchiveBucket) -> None:
    """Reading what is not there names the key and the server's answer."""
    with pytest.raises(ArchiveError, match=r"nothing\.mp4.*404 NoSuchKey"):
        await bucket.get("nothing.mp4")


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_read_back_verifies(bucket: ArchiveBucket, tmp_path: Path) -> None:
    """The right digest gives the file; a wrong one an error and no file."""
    await bucket.put("a", b"bytes", "text/plain")
    await bucket.read_back("a", sha256(b"bytes"), tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == b"bytes"
    with pytest.raises(NotVerified):
        await bucket.read_back("a", sha256(b"others"), tmp_path / "b")
    assert ["a"] == names_in(tmp_path)


@pytest.mark.parametrize("size", [100, LARGE])
async def test_promote_copies_verified_bytes(bucket: ArchiveBucket, links: LinkServer, size: int) -> None:
    """The final key has bytes, type and digest; the source stays; a repeat changes nothing."""
    link = links.url(f"/film/{size}")
    await bucket.land(link, "in/a", max_bytes=size, allow_private=True)
    moved = await bucket.promote("in/a", "out/a.mp4", sha256(film(size)))
    assert moved == await bucket.promote("in/a", "out/a.mp4", sha256(film(size)))
    stored = await bucket.head("out/a.mp4")
    assert stored is not None
    assert (moved.sha256, size, "video/mp4") == (stored.sha256, stored.size, stored.media_type)
    assert film(size) == await bucket.get("out/a.mp4")
    assert await bucket.list() == ("in/a", "out/a.mp4")


async def test_promote_never_overwrites(bucket: ArchiveBucket) -> None:
    """A final key with other bytes is left alone, and so is the source."""
    await bucket.put("in/a", b"new", "video/mp4")
    await bucket.put("out/a", b"old", "video/mp4")
    with pytest.raises(AlreadyThere):
        await bucket.promote("in/a", "out/a", sha256(b"new"))
    assert (await bucket.get("out/a"), await bucket.get("in/a")) == (b"old", b"new")


async def test_promote_wants_the_right_bytes(bucket: ArchiveBucket) -> None:
    """A source that is not what was verified before stays where it is, and says so."""
    await bucket.put("in/a", b"swapped", "video/mp4")
    with pytest.raises(NotVerified):
        await bucket.promote("in/a", "out/a", sha256(b"original"))
    assert await bucket.get("in/a") == b"swapped"


async def test_links_work_in_a_browser(bucket: ArchiveBucket) -> None:
    """Whoever has the link gets the bytes with their type; a changed link gives nothing."""
    await bucket.put("sheet.jpg", b"picture", "image/jpeg")
    link = await bucket.presign("sheet.jpg", 60)
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(link)
        tampered = await browser.get(link.replace("sheet.jpg", "other.jpg"))
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, b"picture", "image/jpeg")
    assert tampered.status_code == 403


async def test_links_use_the_public_endpoint(bucket: ArchiveBucket) -> None:
    """The link names the host that browsers reach, not the one we reach."""
    public = bucket.model_copy(update={"public_endpoint_url": "https://films.example.com"})
    link = await public.presign("a.mp4", 60)
    assert link.startswith(f"https://films.example.com/{bucket.bucket}/{bucket.prefix}a.mp4?")


@pytest.mark.parametrize("seconds", [0, -1, 604801])
async def test_links_have_a_life_that_s3_accepts(bucket: ArchiveBucket, seconds: int) -> None:
    """A life that the server would refuse is refused here."""
    with pytest.raises(ArchiveError):
        await bucket.presign("a.mp4", seconds)


async def test_a_missing_bucket_is_made_only_when_allowed(server: S3Server) -> None:
    """Without permission a missing bucket is an error that says how to mend it."""
    block = ArchiveBucket(credentials=server.credentials(), bucket="never-made-by-us")
    with pytest.raises(ArchiveError) as raised:
        await block.ensure()
    assert "may_create" in raised.value.fix


async def test_wrong_keys_say_so(server: S3Server) -> None:
    """A wrong secret is an error that names the block to check."""
    wrong = S3Server(server.endpoint_url, server.access_key, "wrong" * 8)
    block = ArchiveBucket(credentials=wrong.credentials(), bucket="any-bucket")
    with pytest.raises(ArchiveError, match="SignatureDoesNotMatch") as raised:
        await block.list()
    assert "secret" in raised.value.fix


async def test_a_dead_server_is_translated() -> None:
    """No answer from the server is our error, with the foreign one as its cause."""
    block = ArchiveBucket(credentials=S3Server("http://127.0.0.1:1", "k", "s").credentials(), bucket="any-bucket")
    with pytest.raises(ArchiveError) as raised:
        await block.get("a")
    assert "endpoint" in raised.value.fix
    assert raised.value.__cause__ is not None


async def test_the_probe_cleans_up_and_speaks_once(bucket: ArchiveBucket, caplog: pytest.LogCaptureFixture) -> None:
    """What a server lacks is logged once per bucket, and the probe's objects are gone."""
    fresh = bucket.model_copy(update={"bucket": f"{bucket.bucket}-fresh"})
    await fresh.ensure()
    with caplog.at_level(logging.WARNING):
        honours = await fresh.probe()
        assert honours == await fresh.probe()
    lines = [record for record in caplog.records if fresh.bucket in record.getMessage()]
    assert (1 if honours.shortcomings() else 0) == len(lines)
    assert await fresh.list() == ()


async def test_the_probe_finds_what_is_known(bucket: ArchiveBucket, request: pytest.FixtureRequest) -> None:
    """Measured before: Swift verifies CRC32 and refuses on completion, RGW does neither but creates atomically."""
    honours = await bucket.probe()
    known = {"swift": (True, True, True), "rgw": (False, False, True)}
    name = "rgw" if "rgw" in request.node.name else "swift"
    assert known[name] == (honours.verifies_checksum, honours.create_on_multipart, honours.create)


async def test_one_of_many_writers_wins_where_it_is_promised(bucket: ArchiveBucket) -> None:
    """Where creation is atomic, eight different bodies for one key leave one winner and seven refusals."""
    if not (await bucket.probe()).atomic_create:
        return
    puts = [bucket.put("a", b"%d" % number, "text/plain") for number in range(8)]
    ends = await asyncio.gather(*puts, return_exceptions=True)
    assert sum(isinstance(end, AlreadyThere) for end in ends) == 7
