"""One progress artifact per campaign, drawn from the ledger while the renders run."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact

from tasks.board import board_of
from tasks.house import House
from workprint.plan import Plan
from workprint.progress import percent, story

log = logging.getLogger(__name__)

#: Seconds between two drawings: each costs a request to the Prefect server.
EVERY = 2.0


@asynccontextmanager
async def shown(house: House, plan: Plan) -> AsyncIterator[None]:
    """Keep the campaign's progress artifact up to date for the length of the block, and draw it at its end."""
    artifact = await acreate_progress_artifact(progress=0.0, key=f"progress-{plan.campaign_id}", description="starting")
    drawing = asyncio.create_task(_keep_drawing(house, plan, artifact), name="workprint-progress")
    try:
        yield
    finally:
        drawing.cancel()
        await asyncio.gather(drawing, return_exceptions=True)
        await _draw(house, plan, artifact)


async def _keep_drawing(house: House, plan: Plan, artifact: object) -> None:
    while True:
        await asyncio.sleep(EVERY)
        await _draw(house, plan, artifact)


async def _draw(house: House, plan: Plan, artifact: object) -> None:
    board = await board_of(house, plan)
    done, words = percent(board, house.progress()), story(board)
    try:
        await aupdate_progress_artifact(artifact_id=artifact, progress=done, description=words)  # type: ignore[arg-type]
    except Exception as error:  # noqa: BLE001  # a picture that cannot be drawn must not stop what is being paid for
        log.warning("progress.not_drawn %s", type(error).__name__)
