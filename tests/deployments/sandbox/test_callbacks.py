"""Callbacks out, received by a real server."""

from pathlib import Path

from deployments.sandbox.testing import running_sandbox
from tests.deployments.sandbox.client import Client, text_body
from tests.deployments.sandbox.listener import listening


async def test_every_change_is_told_in_order(quick: Client) -> None:
    """The callbacks are the task object itself: queued, running, succeeded with the link."""
    async with listening() as listener:
        task = await quick.ended(text_body(callback_url=listener.url))
        heard = await listener.until_heard(3)
    assert [body["status"] for body in heard] == ["queued", "running", "succeeded"]
    assert task == heard[-1]


async def test_the_last_word_is_said_again_until_heard(quick: Client) -> None:
    """A success that is not answered well is sent up to three times more."""
    async with listening(refuse=2) as listener:
        await quick.ended(text_body(callback_url=listener.url))
        heard = await listener.until_heard(5)
    assert ["queued", "running", *["succeeded"] * 3] == [body["status"] for body in heard]


async def test_nobody_listening_harms_nothing(tmp_path: Path) -> None:
    """A callback address that answers nothing does not hold up the task."""
    async with running_sandbox(tmp_path, fixed="50kB") as sandbox, Client(sandbox) as client:
        task = await client.ended(text_body(callback_url="http://127.0.0.1:9/none"))
    assert task["status"] == "succeeded"
