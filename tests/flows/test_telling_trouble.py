"""Messages that do not go out: nothing of a campaign depends on them, and nothing of them is lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import BlockDocumentUpdate

from blocks.ledger.block import LedgerDatabase
from blocks.project_notices import ProjectNotices
from tests.flows.receiver import (
    Receiver,
    due_now,
    nobody,
    notices,
    one_pass,
    receiving,
    rows,
    webhook,
)
from tests.flows.stage import Stage, save, small
from workprint.notices import NoticeState

pytestmark = pytest.mark.flow


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


async def test_a_dead_receiver_harms_nothing(stage: Stage, receiver: Receiver) -> None:
    """When nobody takes the message the gate opens all the same, the ledger says why without the address, and of two
    rescues at once one sends it when the receiver is back.
    """
    team = await nobody("team")
    await notices("dead", channels=[{"block": team, "occasions": ["opened", "decided"]}])
    run_id = await stage.to_gate(small("one", project="dead"))
    assert [("waiting", 1, "ConnectError")] == rows(stage, "state, attempts, problem")
    assert "all is well" == await one_pass()
    await webhook("team", receiver.port)
    due_now(stage)
    assert ["1 told", "all is well"] == sorted(await asyncio.gather(one_pass(), one_pass()))
    assert ["sent"] == [one.state for one in await stage.ledger.notices.of(run_id)]
    assert 1 == len(receiver.of("team"))
    assert "all is well" == await one_pass()


async def test_what_is_over_is_not_told_any_more(stage: Stage, receiver: Receiver) -> None:
    """That a gate opened is nothing to say once it is decided: the message that did not go out is given up."""
    receiver.status = 503
    await notices("moot", channels=[{"block": await webhook("team", receiver.port), "occasions": ["opened"]}])
    run_id = await stage.to_gate(small("one", project="moot"))
    assert [("HTTPStatusError: HTTP 503",)] == rows(stage, "problem")
    await stage.answer(run_id, "reject")
    assert "Rejected" == (await stage.perform(run_id)).name
    receiver.status = 200
    due_now(stage)
    assert "all is well" == await one_pass()
    assert [(NoticeState.GIVEN_UP, "the gate is closed")] == rows(stage, "state, problem")
    assert [] == receiver.heard


async def test_a_message_is_given_up_after_eight_tries(stage: Stage) -> None:
    """A block that is not there is tried again, ever later, and given up in the end with a word to rescue's reader."""
    await notices("lost", channels=[{"block": "slack-webhook/not-there", "occasions": ["opened"]}])
    await stage.to_gate(small("one", project="lost"))
    assert [("waiting", 1, "there is no block 'slack-webhook/not-there'")] == rows(stage, "state, attempts, problem")
    for _ in range(6):
        due_now(stage)
        assert "all is well" == await one_pass()
    due_now(stage)
    assert "1 trouble" == await one_pass()
    assert [("given_up", 8)] == rows(stage, "state, attempts")
    due_now(stage)
    assert "all is well" == await one_pass()


async def test_only_notification_blocks_are_told(stage: Stage) -> None:
    """A block of another kind is named as the problem, and its values are not shown."""
    other = f"{LedgerDatabase.get_block_type_slug()}/ledger"
    await notices("wrong", channels=[{"block": other, "occasions": ["opened"]}])
    await stage.to_gate(small("one", project="wrong"))
    assert [(f"the block '{other}' sends no notifications",)] == rows(stage, "problem")


async def test_settings_that_cannot_be_read_stop_nothing(stage: Stage) -> None:
    """A campaign whose settings for messages are broken goes through all the same."""
    await save("notices-misspelt", ProjectNotices())
    async with get_client() as client:
        kept = await client.read_block_document_by_name("notices-misspelt", ProjectNotices.get_block_type_slug())
        update = BlockDocumentUpdate(data={"language": "fr"}, merge_existing_data=False)
        await client.update_block_document(kept.id, update)
    _, state = await stage.through(small("one", project="misspelt"))
    assert "Delivered" == state.name
    assert [] == rows(stage)
