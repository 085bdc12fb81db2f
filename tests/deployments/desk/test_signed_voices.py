"""The providers' own callbacks, signed as they sign them, at a desk that has their keys."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr

from blocks.ledger import Ledger
from blocks.provider import VideoProvider
from deployments.desk.callback_keys import read_callback_keys
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.testing import Sandbox, running_sandbox
from tests.blocks.ledger.making import S, step
from tests.deployments.desk.desk import HOLDER, TOKEN, Desk, inbox, running_desk, submitted
from tests.tasks.orders import until
from workprint.brief import Audio, Camera, InputType
from workprint.dialects.registry import dialect
from workprint.outcomes import Accepted
from workprint.render import Render

#: A model of each provider that signs.
MODELS = {"kling": "kling-3.0", "openrouter": "bytedance/seedance-2.0", "fal": "bytedance/seedance-2.0"}
#: What the user writes with what the providers' consoles show.
TABLES = """
[kling]
scheme = "standard_webhooks"
secrets = ["{secret}"]
[openrouter]
scheme = "openrouter"
secrets = ["{secret}"]
[fal]
scheme = "fal"
jwks_url = "{url}/fal/.well-known/jwks.json"
allow_private_network = true
"""
every = pytest.mark.parametrize("name", MODELS)


@pytest_asyncio.fixture(scope="module")
async def sandbox(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sandbox]:
    async with running_sandbox(tmp_path_factory.mktemp("signed"), fixed="20kB") as running:
        yield running


@pytest.fixture
async def desk(sandbox: Sandbox, ledger_url: str, tmp_path: Path) -> AsyncIterator[Desk]:
    path = tmp_path / "keys.toml"
    path.write_text(TABLES.format(secret=sandbox.webhook_secret, url=sandbox.base_url), encoding="utf-8")
    path.chmod(0o600)
    async with running_desk(ledger_url, callback_keys=read_callback_keys(path)) as running:
        yield running


async def ordered(ledger: Ledger, sandbox: Sandbox, desk: Desk, name: str) -> Render:
    """A film ordered from this provider, to be called back about at the desk."""
    plain: dict[str, Any] = {
        "provider": name,
        "model": MODELS[name],
        "input_type": InputType.TEXT_TO_VIDEO,
        "references": (),
        "negative_prompt": "",
        "camera": Camera(),
        "audio": Audio.GENERATE,
        "resolution": "720p",
    }
    sent = await submitted(ledger, TOKEN, **plain)
    async with VideoProvider(
        dialect=name,
        base_url=sandbox.base_url,
        path_prefix=f"/{name}",
        api_key=SecretStr(sandbox.key),
        model=MODELS[name],
        callback_base_url=desk.url,
    ) as block:
        address = block.callback_address(name, TOKEN)
        answer = await block.submit(sent.spec, {}, client_ref=sent.client_ref, callback_url=address)
    assert isinstance(answer, Accepted), answer
    return await ledger.change(step(sent, S.QUEUED, {"task_id": answer.task_id}))


@every
async def test_a_real_callback_arrives_and_counts(
    name: str, sandbox: Sandbox, desk: Desk, ledger: Ledger, ledger_url: str
) -> None:
    """What the provider sends is verified with the account's keys, names the task, and nudges."""
    await sandbox.faults()
    render = await ordered(ledger, sandbox, desk, name)

    async def nudged() -> bool:
        return bool(await ledger.inbox.nudges(HOLDER))

    await until(nudged)
    rows = await inbox(ledger_url, "outcome, verified, render_id, body")
    assert {("nudge", True, render.id)} == {(row[0], bool(row[1]), row[2]) for row in rows}
    named = {dialect(name).task_named(row[3].encode(), render.spec.model) for row in rows}
    assert {render.task_id} == named


@every
async def test_a_callback_signed_by_somebody_else(
    name: str, sandbox: Sandbox, desk: Desk, ledger: Ledger, ledger_url: str
) -> None:
    """The same callback under a signature that is not the provider's is kept, refused, and nudges nobody."""
    await sandbox.faults({"fault": FaultName.CALLBACK_BAD_SIGNATURE})
    render = await ordered(ledger, sandbox, desk, name)

    async def kept() -> bool:
        return bool(await inbox(ledger_url))

    await until(kept)
    assert {("bad_signature", render.id)} == set(await inbox(ledger_url, "outcome, render_id"))
    assert () == await ledger.inbox.nudges(HOLDER)
