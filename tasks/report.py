"""The end: tables and text as Prefect artifacts, the signed POST to the brief's callback URL, the run's named state."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from prefect import task
from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.logging import get_run_logger
from prefect.states import Completed, Failed

from blocks.ledger.block import LedgerDatabase
from tasks import telling
from tasks.board import board_of
from tasks.fallback import told
from tasks.house import LEDGER, House
from tasks.retrying import Again, ended, worth_it
from workprint.board import Board
from workprint.errors import CallbackFailed, InputError, NotFound, OverBudget
from workprint.plan import Plan
from workprint.render import Place
from workprint.report import Ending, Line, ending, lines, markdown

EVENT = "campaign.finished"
#: How long the links to the films live: S3 signature version 4 allows no longer.
LINK_SECONDS = 7 * 24 * 3600
#: Seconds before the second, third ... try of the callback.
PAUSES = (1.0, 5.0, 30.0, 120.0)


async def report(house: House, plan: Plan) -> State:
    """Show how it ended, tell whoever asked to be told, close the campaign, and return the named final state."""
    board = await board_of(house, plan)
    assets = await house.ledger.films(plan.campaign_id)
    found = lines(board, assets)
    end = ending(found)
    await artifacts(house, board, found, end, await told(house, board))
    if plan.brief.callback_url:
        await ended(callback(house, plan, payload(board, found, end), return_state=True))
    await house.ledger.close_campaign(plan.campaign_id, end.name)
    await telling.ended(house, board)
    make = Completed if end.completed else Failed
    return make(name=end.name, message=end.message)


async def refused(campaign_id: str, refusal: InputError | OverBudget) -> State:
    """The named state of a brief that may not run. The ledger hears of it when it knows the campaign already."""
    name = "Over budget" if isinstance(refusal, OverBudget) else "Brief refused"
    database: LedgerDatabase = await LedgerDatabase.aload(LEDGER)
    async with await database.open() as ledger:
        with suppress(NotFound):
            await ledger.close_campaign(campaign_id, name)
            await telling.closed(ledger, campaign_id)
    return Failed(name=name, message=refusal.diagnostics())


@task(name="report", cache_policy=NO_CACHE, persist_result=False)
async def artifacts(
    house: House, board: Board, found: tuple[Line, ...], end: Ending, switches: tuple[str, ...] = ()
) -> None:
    """The variant table, the report in words, and a link to every delivered film."""
    campaign = board.plan.campaign_id
    await acreate_table_artifact(
        table=[line.row() for line in found], key=f"variants-{campaign}", description=f"{end.name}: {end.message}"
    )
    await acreate_markdown_artifact(
        markdown(board, found, end, switches), key=f"report-{campaign}", description=end.name
    )
    if links := await _links(house, found):
        await acreate_markdown_artifact("\n".join(links), key=f"films-{campaign}", description="Links for seven days")


@task(
    name="callback",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=len(PAUSES),
    retry_delay_seconds=list(PAUSES),
    retry_condition_fn=worth_it,
)
async def callback(house: House, plan: Plan, body: dict[str, Any]) -> None:
    """POST the signed report (Standard Webhooks) to `callback_url`. The same campaign, the same message id."""
    if house.callback is None or plan.brief.callback_url is None:
        get_run_logger().error("callback.no_block: create a Workprint Callback block named 'callback'")
        return
    try:
        await house.callback.send(
            plan.brief.callback_url, EVENT, body, message_id=f"msg_{plan.campaign_id}", now=datetime.now(UTC)
        )
    except CallbackFailed as error:
        if error.retryable:
            raise Again(str(error)) from error
        raise


def payload(board: Board, found: tuple[Line, ...], end: Ending) -> dict[str, Any]:
    """The callback's data: what happened to each variant, with keys and hashes, without signed links."""
    return {
        "campaign_id": board.plan.campaign_id,
        "title": board.plan.brief.title,
        "state": end.name,
        "message": end.message,
        "variants": [_variant(line) for line in found],
    }


def _variant(line: Line) -> dict[str, Any]:
    asset = line.asset
    return {
        "variant": line.variant,
        "status": line.status,
        "render_id": line.final.id if line.final else None,
        "bucket": asset.bucket if asset else None,
        "key": asset.key if asset else None,
        "sha256": asset.sha256 if asset else None,
        "draft_cost": str(line.draft_cost),
        "final_cost": str(line.final_cost),
        "why": {"en": line.why("en"), "zh": line.why("zh")},
    }


async def _links(house: House, found: tuple[Line, ...]) -> list[str]:
    """A link to every delivered film. One artifact for all of them: each costs a request to the Prefect server."""
    delivered = [(x.variant, x.asset) for x in found if x.asset is not None and x.asset.place is Place.DELIVERY]
    return [f"- [{variant}]({await house.bucket.presign(asset.key, LINK_SECONDS)})" for variant, asset in delivered]
