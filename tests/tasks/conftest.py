"""A house without Prefect: a sandbox over loopback and a ledger in a file. No task here reaches the bucket."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from prefect_aws import AwsCredentials
from pydantic import SecretStr

from blocks.bucket import ArchiveBucket
from blocks.ledger.ledger import Ledger
from blocks.provider import VideoProvider
from deployments.sandbox.testing import Sandbox, running_sandbox
from tasks.house import House
from tasks.pulse import Pulse
from tests.tasks.orders import MODEL, Opener
from workprint.policy import OPEN, Policy


@pytest.fixture
async def sandbox(tmp_path: Path) -> AsyncIterator[Sandbox]:
    """A provider for this test alone."""
    async with running_sandbox(tmp_path / "sandbox") as running:
        yield running


@pytest.fixture
async def another_house(tmp_path: Path, sandbox: Sandbox) -> AsyncIterator[Opener]:
    """Opens a house, as every process has its own, over the one ledger and the one provider."""
    async with AsyncExitStack() as stack:

        async def opened(**changes: Any) -> House:
            settings = {
                "api_key": SecretStr(sandbox.key),
                "connect_timeout": 3.0,
                "read_timeout": 2.0,
                "list_lag": 1.0,
                "gone_after": 1.0,
            }
            ledger = await Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
            house = House(
                ledger=ledger,
                provider_name="sandbox",
                provider=VideoProvider(base_url=sandbox.base_url, model=MODEL, **{**settings, **changes}),
                bucket=ArchiveBucket(credentials=AwsCredentials(), bucket="not-asked"),
                callback=None,
                pulse=Pulse(ledger, 30.0),
                policy_of=_no_policy,
            )
            await house.pulse.start()
            stack.push_async_callback(house.close)
            return house

        yield opened


async def _no_policy(project: str) -> Policy:
    """No Prefect server, no policy block."""
    return OPEN


@pytest.fixture
async def house(another_house: Opener) -> House:
    """The house of this process."""
    return await another_house()
