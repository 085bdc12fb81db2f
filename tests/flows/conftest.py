"""The stage: Prefect and S3 once for the session; sandbox, ledger and blocks anew for each test."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from prefect.deployments.runner import RunnerDeployment

from blocks.bucket import ArchiveBucket
from tests.flows.stage import Stage, set_up
from tests.servers.objectstore import swift
from tests.servers.prefect import PrefectServer, prefect_server
from tests.servers.s3 import S3Server

__all__ = ["prefect_server", "swift"]


@pytest.fixture(scope="session")
async def campaign_deployment(prefect_server: PrefectServer) -> UUID:
    """The deployment `campaign/campaign`: a run suspends only when it belongs to one."""
    deployment = RunnerDeployment.from_entrypoint("flows.campaign.campaign", "campaign")
    return await deployment.aapply()


@pytest.fixture(scope="session")
async def archive(swift: S3Server) -> ArchiveBucket:
    """One bucket for the session."""
    bucket = ArchiveBucket(credentials=swift.credentials(), bucket="workprint-flows", may_create=True)
    await bucket.ensure()
    return bucket


@pytest.fixture
async def stage(campaign_deployment: UUID, archive: ArchiveBucket, tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage for one test."""
    async with set_up(campaign_deployment, archive, tmp_path) as stage:
        yield stage


@pytest.fixture(scope="module")
async def shared_stage(
    campaign_deployment: UUID, archive: ArchiveBucket, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """A stage for the one campaign that all tests of a file look at."""
    async with set_up(campaign_deployment, archive, tmp_path_factory.mktemp("shared")) as stage:
        yield stage
