"""The embedded S3 server, one for the whole session."""

from collections.abc import Iterator

import pytest

from deployments.objectstore import ObjectStore
from tests.servers.s3 import S3Server


@pytest.fixture(scope="session")
def swift(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """A running embedded S3 server on a free port; its data go with the session's folder."""
    with ObjectStore(tmp_path_factory.mktemp("objectstore")) as store:
        yield S3Server(store.endpoint_url, store.access_key, store.secret_key)
