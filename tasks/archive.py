"""A judged final becomes an asset: promoted to delivery or kept in quarantine, with its manifest, and on record."""

import json
from contextlib import suppress
from dataclasses import replace

from prefect import task
from prefect.cache_policies import NO_CACHE

from blocks.bucket.values import Landed
from tasks.film import ACTOR, asset_of
from tasks.house import House
from tasks.moderate import Judged
from tasks.retrying import Again, pause, worth_it
from tasks.submit import changed
from workprint import keys, steps
from workprint.errors import AlreadyThere, ArchiveError
from workprint.manifest import manifest
from workprint.plan import Plan
from workprint.render import Asset, Place, Render, Verdict
from workprint.states import RenderState

#: Seconds before the bucket is tried again.
AGAIN_AFTER = 2.0


@task(
    task_run_name="archive {label}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=4,
    retry_delay_seconds=0,
    retry_condition_fn=worth_it,
)
async def archive(house: House, plan: Plan, judged: Judged, label: str) -> None:  # noqa: ARG001  # names the run
    """Promote, write the manifest, record the asset. The render is `archived` only after all of it."""
    render = await house.ledger.get(judged.render_id)
    if render.state is not RenderState.SUCCEEDED:
        return  # archived before this run started again
    try:
        asset = await _placed(house, plan, render, judged)
        await _manifested(house, plan, render, asset)
    except ArchiveError as error:
        await pause(AGAIN_AFTER)
        raise Again(str(error)) from error
    await changed(house, steps.archived(render, ACTOR, f"in {asset.place}, verified"), asset)
    if asset.place is Place.DELIVERY:
        await house.bucket.remove(judged.landed.key)  # last: a run that dies before this finds its film again


async def _placed(house: House, plan: Plan, render: Render, judged: Judged) -> Asset:
    """Delivery for what passed; what did not pass stays where it landed."""
    landed, place = judged.landed, Place.QUARANTINE
    if judged.verdict is Verdict.PASSED:
        landed, place = await _promoted(house, plan, render, judged.landed), Place.DELIVERY
    return asset_of(house, render, landed, judged.media, place, keys.manifest(landed.key))


async def _promoted(house: House, plan: Plan, render: Render, landed: Landed) -> Landed:
    target = keys.delivery(render, plan.brief.project)
    promoted = await house.bucket.promote(landed.key, target, landed.sha256)
    return replace(promoted, media_type=landed.media_type)


async def _manifested(house: House, plan: Plan, render: Render, asset: Asset) -> None:
    """Written once; on a second pass the first one stands."""
    approval = await house.ledger.approval(render.approval_id) if render.approval_id else None
    story = manifest(plan, render, asset, approval, await house.ledger.events(render.id))
    body = json.dumps(story, ensure_ascii=False, indent=2, default=str).encode()
    with suppress(AlreadyThere):
        await house.bucket.put(asset.manifest_key, body, "application/json")
