"""Renders at the provider whose callback token the test knows, and a ledger that teaches a watcher patience."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from blocks.ledger.ledger import Ledger
from tasks import submit
from tasks.house import House
from tests.blocks.ledger import raw
from tests.blocks.ledger.making import S, campaign, claim, spec, step
from tests.tasks.orders import MODEL, draft_order, small_plan
from workprint import steps
from workprint.callbacks import token_hash
from workprint.outcomes import Accepted
from workprint.render import Render


@dataclass(frozen=True, slots=True)
class Told:
    """A queued render, and how somebody who knows its token calls back."""

    render: Render
    call: Callable[[bytes], Awaitable[Any]]


async def told(house: House, holder: str = "") -> Told:
    """Submit a small draft as `tasks.submit` does. `holder`: the process that holds it, if not this house's."""
    order = await draft_order(house, small_plan())
    token, ledger = secrets.token_urlsafe(32), house.ledger
    planned = (await submit.claim(house, order), submit.ACTOR, holder or house.holder, token_hash(token))
    sent = await ledger.change(steps.submitting(*planned))
    address = house.provider.callback_address(house.provider_name, token)
    answer = await house.provider.submit(sent.spec, {}, client_ref=sent.client_ref, callback_url=address)
    assert isinstance(answer, Accepted)
    render = await ledger.change(steps.accepted(sent, answer, submit.ACTOR))
    return Told(render, lambda body: ledger.inbox.receive(house.provider_name, token, {}, body))


async def teach_patience(url: str) -> None:
    """Put one render on record that took an hour: a watcher's first question then comes after most of an hour."""
    now = datetime.now(UTC) - timedelta(hours=3)
    async with await Ledger.open(url, clock=lambda: now) as ledger:
        await ledger.open_campaign(campaign("before"))
        render = (await claim(ledger, spec("before", model=MODEL), campaign_id="before")).render
        for state, facts in ((S.SUBMITTING, {}), (S.QUEUED, {"task_id": "before"}), (S.PROCESSING, {})):
            render = await ledger.change(step(render, state, facts))
        now += timedelta(hours=1)
        await ledger.change(step(render, S.SUCCEEDED, {"link": "https://cdn.example/before.mp4"}))


async def receipts(url: str, render: Render) -> list[tuple[Any, ...]]:
    """Outcome and lag in seconds of every callback of a render, oldest first; None while nobody has looked."""
    return await raw.run(
        url,
        "SELECT CASE WHEN handled_at IS NULL THEN NULL ELSE outcome END, lag_seconds FROM callbacks "
        f"WHERE render_id = '{render.id}' ORDER BY received_at, id",
    )
