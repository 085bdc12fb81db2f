"""An empty bucket on each S3 server, and a provider's file server."""

import secrets
from collections.abc import AsyncIterator, Iterator

import pytest

from blocks.bucket.block import MIN_PART, ArchiveBucket
from tests.servers.links import LinkServer, link_server
from tests.servers.objectstore import swift
from tests.servers.rgw import rgw
from tests.servers.s3 import S3Server

__all__ = ["rgw", "swift"]


@pytest.fixture(params=["swift", pytest.param("rgw", marks=pytest.mark.rgw)])
def server(request: pytest.FixtureRequest) -> S3Server:
    """An S3 server: the embedded one always, Ceph RGW where it is installed."""
    found: S3Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def bucket(server: S3Server) -> AsyncIterator[ArchiveBucket]:
    """The server's test bucket, under a prefix of this test's own, with the smallest parts; emptied at the end."""
    block = ArchiveBucket(
        credentials=server.credentials(),
        bucket="workprint-tests",
        prefix=f"{secrets.token_hex(6)}/",
        may_create=True,
        part_size=MIN_PART,
    )
    await block.ensure()
    yield block
    for key in await block.list():
        await block.remove(key)


@pytest.fixture
def links() -> Iterator[LinkServer]:
    """A provider's file server."""
    with link_server() as running:
        yield running
