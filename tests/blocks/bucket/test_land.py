"""From the provider's link into the bucket."""

import asyncio
from typing import Any

import pytest

from blocks.bucket import ArchiveBucket
from tests.servers.links import LinkServer, film, sha256
from workprint.errors import AlreadyThere, ArchiveError, BadMedia, LinkDead, Truncated, UnsafeUrl, WorkprintError

PART = 5 * 1024**2
MANY = 100 * 1024**2


async def land(bucket: ArchiveBucket, link: str, key: str = "a.mp4", **more: Any) -> Any:
    return await bucket.land(link, key, **{"max_bytes": MANY, "allow_private": True, **more})


def unfinished(bucket: ArchiveBucket) -> list[Any]:
    """Uploads the server still keeps parts of."""
    s3 = bucket._place.client
    return list(s3.list_multipart_uploads(Bucket=bucket.bucket, Prefix=bucket.prefix).get("Uploads", ()))


@pytest.mark.parametrize("path", ["film", "chunked"])
@pytest.mark.parametrize("size", [1, 100, PART - 1, PART, PART + 1, 2 * PART, 2 * PART + 7])
async def test_every_byte_arrives(bucket: ArchiveBucket, links: LinkServer, path: str, size: int) -> None:
    """A film of any size, with or without an announced length, lies in the bucket as it was served."""
    landed = await land(bucket, links.url(f"/{path}/{size}"))
    stored = await bucket.get("a.mp4")
    assert (sha256(film(size)), size, "video/mp4") == (landed.sha256, landed.size, landed.media_type)
    assert film(size) == stored


async def test_small_films_carry_their_digest(bucket: ArchiveBucket, links: LinkServer) -> None:
    """A film of one part has its SHA-256 in the object's metadata."""
    landed = await land(bucket, links.url("/film/100"))
    stored = await bucket.head("a.mp4")
    assert stored is not None
    assert (landed.sha256, landed.etag, 100) == (stored.sha256, stored.etag, stored.size)


@pytest.mark.parametrize("size", [100, 2 * PART + 7])
async def test_landing_again_is_harmless(bucket: ArchiveBucket, links: LinkServer, size: int) -> None:
    """The same bytes under the same key again: the object that exists is returned."""
    first = await land(bucket, links.url(f"/film/{size}"))
    again = await land(bucket, links.url(f"/film/{size}"))
    assert first == again


@pytest.mark.parametrize(("before", "after"), [(100, 101), (100, PART + 1), (2 * PART, 2 * PART + 1), (2 * PART, 100)])
async def test_other_bytes_never_replace(bucket: ArchiveBucket, links: LinkServer, before: int, after: int) -> None:
    """A key that holds other bytes is left alone, whatever the sizes."""
    await land(bucket, links.url(f"/film/{before}"))
    with pytest.raises(AlreadyThere):
        await land(bucket, links.url(f"/film/{after}"))
    assert film(before) == await bucket.get("a.mp4")


async def test_a_key_taken_meanwhile_is_left_alone(bucket: ArchiveBucket, links: LinkServer) -> None:
    """Somebody writes the key while our parts are on their way: theirs stays, ours is gone."""
    landing = asyncio.create_task(land(bucket, links.url(f"/held/{3 * PART}")))
    await asyncio.to_thread(links.half_sent.wait, 30)
    await bucket.put("a.mp4", b"theirs", "video/mp4")
    links.go_on.set()
    with pytest.raises(AlreadyThere):
        await landing
    assert await bucket.get("a.mp4") == b"theirs"
    assert unfinished(bucket) == []


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("/status/401", LinkDead),
        ("/status/403", LinkDead),
        ("/status/404", LinkDead),
        ("/status/410", LinkDead),
        ("/status/429", ArchiveError),
        ("/status/500", ArchiveError),
        ("/empty", BadMedia),
        ("/page", BadMedia),
        ("/zip", BadMedia),
        ("/packed", BadMedia),
        ("/short/1000", Truncated),
        (f"/short/{4 * PART}", Truncated),
        ("/loop", ArchiveError),
        ("/inside", UnsafeUrl),
    ],
)
async def test_bad_links_leave_nothing(
    bucket: ArchiveBucket, links: LinkServer, path: str, error: type[WorkprintError]
) -> None:
    """What goes wrong has its own error, and neither an object nor half an upload stays behind."""
    with pytest.raises(error) as raised:
        await land(bucket, links.url(path))
    assert error is raised.type
    assert await bucket.list() == ()
    assert unfinished(bucket) == []


async def test_too_large_is_refused_at_once(bucket: ArchiveBucket, links: LinkServer) -> None:
    """An announced length above the limit is refused before a byte is stored, an unannounced one when it is passed."""
    for path in ("film", "chunked"):
        with pytest.raises(BadMedia, match="allowed"):
            await land(bucket, links.url(f"/{path}/{2 * PART}"), max_bytes=PART + 5)
    assert await bucket.list() == ()
    assert unfinished(bucket) == []


async def test_an_empty_list_allows_nothing(bucket: ArchiveBucket, links: LinkServer) -> None:
    """No expected media type means that no file is right."""
    with pytest.raises(BadMedia):
        await land(bucket, links.url("/film/100"), expect_media=())


async def test_untyped_films_are_recognised(bucket: ArchiveBucket, links: LinkServer) -> None:
    """A server that does not know what it serves is no obstacle: the first bytes say it."""
    landed = await land(bucket, links.url("/untyped/100"))
    assert landed.media_type == "video/mp4"


async def test_private_addresses_are_refused(bucket: ArchiveBucket, links: LinkServer) -> None:
    """Unless allowed, a link into our own network is not followed."""
    with pytest.raises(UnsafeUrl):
        await land(bucket, links.url("/film/100"), allow_private=False)
    assert links.seen == []


async def test_redirects_keep_the_key_at_home(bucket: ArchiveBucket, links: LinkServer) -> None:
    """Redirects are followed; headers of ours reach the first host only."""
    with_key = {"Authorization": "Bearer secret"}
    await land(bucket, links.url("/to/film/100"), headers=with_key)
    await land(bucket, links.url("/to/film/100").replace("127.0.0.1", "localhost"), "b.mp4", headers=with_key)
    elsewhere = links.url(f"/elsewhere/{links.server_port}").replace("127.0.0.1", "localhost")
    await land(bucket, elsewhere, "c.mp4", headers=with_key)
    assert ["Authorization" in headers for _, headers in links.seen] == [True, True, True, True, True, False]


async def test_only_the_named_host_may_be_private(bucket: ArchiveBucket, links: LinkServer) -> None:
    """A provider in our own network hands out its own films, and may not send us on to another machine of it."""
    own = {"allow_private": False, "trusted": f"127.0.0.1:{links.server_port}"}
    landed = await land(bucket, links.url("/to/film/100"), **own)
    assert 100 == landed.size
    with pytest.raises(UnsafeUrl):
        await land(bucket, links.url("/elsewhere/1"), "b.mp4", **own)
    with pytest.raises(UnsafeUrl):
        await land(bucket, links.url("/film/100"), "c.mp4", allow_private=False, trusted="127.0.0.1:1")


async def test_errors_keep_the_signature_secret(bucket: ArchiveBucket, links: LinkServer) -> None:
    """The query of a link goes to its server, and into no error text."""
    with pytest.raises(LinkDead) as raised:
        await land(bucket, links.url("/status/403?Signature=hush"))
    assert links.seen[0][0] == "/status/403?Signature=hush"
    assert "hush" not in raised.value.diagnostics()


async def test_calling_off_leaves_nothing(bucket: ArchiveBucket, links: LinkServer) -> None:
    """A cancelled landing aborts its own upload before it lets go."""
    landing = asyncio.create_task(land(bucket, links.url(f"/held/{4 * PART}")))
    await asyncio.to_thread(links.half_sent.wait, 30)
    landing.cancel()
    links.go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await landing
    assert unfinished(bucket) == []
    assert await bucket.list() == ()


async def test_progress_is_told_in_the_loop(bucket: ArchiveBucket, links: LinkServer) -> None:
    """Progress counts bytes up to the announced size, once a part."""
    told: list[tuple[int, int | None]] = []
    await land(bucket, links.url(f"/film/{2 * PART + 7}"), on_progress=lambda done, total: told.append((done, total)))
    await asyncio.sleep(0)
    total = 2 * PART + 7
    assert [(PART, total), (2 * PART, total), (total, total)] == told


async def test_many_at_once_share_the_buffers(bucket: ArchiveBucket, links: LinkServer) -> None:
    """More films than buffers, of one part and of several, with and without a length: all arrive."""
    sizes = [100, PART, PART + 1, 2 * PART + 7]
    jobs = [(path, size) for path in ("film", "chunked") for size in sizes]
    landed = await asyncio.gather(*(land(bucket, links.url(f"/{p}/{n}"), f"{p}-{n}.mp4") for p, n in jobs))
    assert [sha256(film(size)) for _, size in jobs] == [one.sha256 for one in landed]
