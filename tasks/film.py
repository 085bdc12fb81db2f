"""One film from order to bytes in the bucket: claim, submit, wait, land. The Prefect task of a variant."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from prefect.runtime import task_run

from blocks.bucket.values import Landed
from blocks.media.probe import MediaFacts, probe
from tasks import submit
from tasks.house import House
from tasks.links import refreshed
from tasks.retrying import MOST, Again, pause, worth_it
from workprint import keys, steps
from workprint.errors import ArchiveError, BadMedia, LinkDead, UnsafeUrl, WorkprintError
from workprint.orders import Order
from workprint.render import Asset, Place, Render, Source
from workprint.rescue import link_end
from workprint.spec import Kind
from workprint.states import TERMINAL, RenderState

ACTOR = steps.Actor("archive", Source.ARCHIVE)
#: Seconds between downloads of a link that does not answer yet (Ark: "video_not_ready" for a moment after success).
LINK_PAUSE = 1.0
#: Downloads of one link before it is called dead.
LINK_TRIES = 4
#: A film larger than this is no film of ours: 60 s of 4k are far below.
MAX_BYTES = 4 * 2**30


class RenderFailed(WorkprintError):
    """The render ended without a film. The ledger holds why."""


@dataclass(frozen=True, slots=True)
class Film:
    """A render whose bytes are in the bucket. `landed` is None when it was archived before."""

    render_id: str
    landed: Landed | None


@task(
    task_run_name="{order.label}",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=MOST,
    retry_delay_seconds=0,
    retry_condition_fn=worth_it,
)
async def film(house: House, order: Order) -> Film:
    """See one order through to landed bytes, at its own provider. Raises `RenderFailed` when there is no film.

    Safe to run again at any point, in any process: every step asks the ledger first.
    """
    house = house.at(order.spec.provider)
    claimed = await submit.claim(house, order)
    _tell_adopted(order, claimed)
    async with house.places:
        render = await house.watcher.wait(await submit.submitted(house, await _held(house, claimed)))
    if render.state is RenderState.SUCCEEDED:
        return await landed(house, render, ended_before=claimed.state is RenderState.SUCCEEDED)
    if render.state is RenderState.ARCHIVED:
        return Film(render.id, None)
    if await submit.second_try(house, order, render):
        raise Again(f"{order.label}: the model failed free of charge, ordered once more")
    raise failed(order.label, render)


def _tell_adopted(order: Order, render: Render) -> None:
    """The log says when the same content was bought before: nothing is charged here."""
    if render.campaign_id != order.campaign_id:
        bought = f"{order.label} is served by render {render.id}, bought by campaign {render.campaign_id}"
        get_run_logger().info("render.adopted %s: nothing is charged to this one", bought)


async def _held(house: House, render: Render) -> Render:
    """Look after the render from here on, unless another living process does."""
    if render.state not in TERMINAL and render.holder != house.holder:
        await house.ledger.leases.hold([render.id], house.holder)
    return render


def failed(label: str, render: Render) -> RenderFailed:
    """The error of a render that ended without a film."""
    return RenderFailed(f"{label}: {render.state}, {render.failure_kind or 'no reason given'} ({render.id})")


async def landed(house: House, render: Render, *, ended_before: bool) -> Film:
    """The provider's file in the bucket. A draft is archived with that; a final waits in quarantine for moderation."""
    try:
        there = await _land(house, render, ended_before=ended_before)
        if render.kind is Kind.DRAFT:
            await _keep_draft(house, render, there)
        return Film(render.id, there)
    except LinkDead as error:
        raise await _dead_link(house, render, error) from error
    except UnsafeUrl as error:
        raise await _unsafe_link(house, render, error) from error
    except BadMedia as error:
        raise await _bad_media(house, render, error) from error
    except ArchiveError as error:
        await pause(LINK_PAUSE)
        raise Again(str(error)) from error


async def _land(house: House, render: Render, *, ended_before: bool) -> Landed:
    """Stream the link into the bucket once. What landed before, in whichever process, is not fetched again.

    A render that ended before our eyes is not looked for: nobody can have landed it before, and whoever does it at the
    same moment lands the same bytes.
    """
    key = keys.landing(render)
    if ended_before and (there := await house.bucket.landed(key)) is not None:
        return there
    link = render.link or ""
    fetch = house.provider.fetching(link)
    return await house.bucket.land(
        link,
        key,
        max_bytes=MAX_BYTES,
        headers=fetch.headers,
        allow_private=house.provider.allow_private_network,
        trusted=fetch.trusted,
    )


async def _dead_link(house: House, render: Render, error: LinkDead) -> WorkprintError:
    """Tried again, with a fresh link where there is one; called dead only when its own end has come.

    Never rendered again, because it is paid. A link that lives by its own word is left to rescue, which goes on trying.
    """
    fresh = await refreshed(house, render)
    if fresh is None and link_end(render) <= datetime.now(UTC):
        return failed(render.variant, await submit.changed(house, steps.link_dead(render, str(error), ACTOR)))
    if _tries() < LINK_TRIES:
        await pause(LINK_PAUSE)
        return Again(str(error))
    return RenderFailed(f"{render.variant}: the link does not answer yet, rescue goes on trying ({render.id}): {error}")


async def _unsafe_link(house: House, render: Render, error: UnsafeUrl) -> WorkprintError:
    """Where such a link leads we do not go. With no other link to be had, what was paid for cannot be fetched."""
    if await refreshed(house, render) is not None and _tries() < LINK_TRIES:
        await pause(LINK_PAUSE)
        return Again(str(error))
    return failed(render.variant, await submit.changed(house, steps.link_dead(render, str(error), ACTOR)))


async def _bad_media(house: House, render: Render, error: BadMedia) -> WorkprintError:
    """Fetched again a few times, then recorded: what the provider sends is no film (docs/decisions/0003)."""
    if _tries() < LINK_TRIES:
        await pause(LINK_PAUSE)
        return Again(str(error))
    return failed(render.variant, await submit.changed(house, steps.bad_media(render, str(error), ACTOR)))


def _tries() -> int:
    """How often Prefect has run this task; once outside of a task run."""
    return task_run.run_count or 1


async def _keep_draft(house: House, render: Render, landed: Landed) -> None:
    """Read back and probed before it counts."""
    media = await asyncio.to_thread(probe, await house.draft_file(render.id, landed.key, landed.sha256))
    asset = asset_of(house, render, landed, media, Place.DRAFT, "")
    await submit.changed(house, steps.archived(render, ACTOR, "draft, read back and probed"), asset)


def asset_of(house: House, render: Render, landed: Landed, media: MediaFacts, place: Place, manifest_key: str) -> Asset:
    """The asset row of a landed film."""
    now = datetime.now(UTC)
    left = None if render.link_expires_at is None else (render.link_expires_at - now).total_seconds()
    return Asset(
        render_id=render.id,
        place=place,
        bucket=house.bucket.bucket,
        key=landed.key,
        sha256=landed.sha256,
        size=landed.size,
        media_type=landed.media_type,
        width=media.width,
        height=media.height,
        duration=media.duration,
        fps=media.fps,
        has_audio=media.has_audio,
        etag=landed.etag,
        archived_at=now,
        link_seconds_left=left,
        manifest_key=manifest_key,
    )
