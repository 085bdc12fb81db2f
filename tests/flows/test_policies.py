"""Which approval policy holds for a project, on a real Prefect server."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import BlockDocumentUpdate
from prefect.settings import PREFECT_API_URL, temporary_settings

from blocks.approval_policy import ApprovalPolicy
from tasks.policies import policy_of, shared
from tests.blocks.loopback import free_port
from tests.flows.stage import save
from tests.servers.prefect import PrefectServer
from workprint.errors import BlockUnreadable
from workprint.policy import OPEN, ApproverRole, Policy

pytestmark = pytest.mark.flow


@contextmanager
def prefect_at(port: int) -> Iterator[None]:
    """This process asks another server."""
    with temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{port}/api"}):
        yield


async def test_no_policy_is_open(prefect_server: PrefectServer) -> None:
    """A project for which nobody wrote a policy has the open one."""
    assert OPEN == await policy_of("nobodys")


async def test_a_policy_comes_back_as_it_was_typed(prefect_server: PrefectServer) -> None:
    """What is saved in the form, people and tiers too, is what holds for the project of that name."""
    block = ApprovalPolicy.model_validate(
        {"quorum": 2, "tiers": [{"above": "99.50"}], "approvers": [{"name": "Ann", "roles": ["legal"]}]}
    )
    await save("policy-typed", block)
    policy = await policy_of("typed")
    assert block.policy() == policy
    assert (ApproverRole.LEGAL,) == policy.approvers[0].roles


async def test_the_projects_own_policy_wins(prefect_server: PrefectServer) -> None:
    """The policy without a project's name holds for every project that has none of its own."""
    await save("policy", ApprovalPolicy(quorum=3))
    await save("policy-own", ApprovalPolicy(quorum=4))
    try:
        assert [4, 3] == [(await policy_of(name)).quorum for name in ("own", "other")]
    finally:
        await ApprovalPolicy.adelete("policy")


async def test_a_policy_that_cannot_be_read_opens_nothing(prefect_server: PrefectServer) -> None:
    """A block that is there and says what we do not know is an error that names it, never the open policy."""
    await save("policy-broken", ApprovalPolicy())
    async with get_client() as client:
        kept = await client.read_block_document_by_name("policy-broken", ApprovalPolicy.get_block_type_slug())
        update = BlockDocumentUpdate(data={"quorum": 99}, merge_existing_data=False)
        await client.update_block_document(kept.id, update)
    with pytest.raises(BlockUnreadable, match="policy-broken"):
        await policy_of("broken")


async def test_a_server_that_is_away_opens_nothing(prefect_server: PrefectServer) -> None:
    """Without an answer nobody can know whether there is a policy, and nobody guesses."""
    with prefect_at(await free_port()), pytest.raises(BlockUnreadable, match="cannot be read"):
        await policy_of("typed")


async def test_one_reading_serves_all_who_ask_together() -> None:
    """Finals that are sent at once ask for the policy once, and each project has its own."""
    asked: list[str] = []

    async def read(project: str) -> Policy:
        asked.append(project)
        return Policy(quorum=len(project))

    policy = shared(read)
    found = await asyncio.gather(*(policy(name) for name in ("ab", "abc", "ab")))
    assert ([2, 3, 2], ["ab", "abc"]) == ([one.quorum for one in found], sorted(asked))
