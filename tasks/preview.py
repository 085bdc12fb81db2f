"""What the approver looks at: a contact sheet and a small animated WebP per draft, in S3, linked from the form."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from prefect import task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE

from blocks.media.previews import SheetItem, animated_webp, contact_sheet
from tasks.house import House
from tasks.moderate import noticed
from tasks.retrying import Again, pause, worth_it
from workprint import gate_story, keys
from workprint.board import Board
from workprint.errors import ArchiveError
from workprint.gates import Gate
from workprint.quotes import money
from workprint.render import Asset, Render, Verdict
from workprint.spec import Kind, canonical_sha256
from workprint.variants import Variant

#: S3 signature version 4 allows no longer link (AWS Signature Version 4, "X-Amz-Expires").
LONGEST_LINK = 7 * 24 * 3600
#: The bucket is asked again so often, and so many seconds later: without previews nobody can decide.
RETRIES, AGAIN_AFTER = 3, 2.0


@dataclass(frozen=True, slots=True)
class _Draft:
    variant: Variant
    render: Render
    asset: Asset


@task(
    name="previews",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=RETRIES,
    retry_delay_seconds=0,
    retry_condition_fn=worth_it,
)
async def previews(house: House, board: Board, gate: Gate) -> str:
    """Make, store and link the previews of every waiting draft; returns what is shown above the gate's form."""
    try:
        story = await _story(house, board, gate)
    except ArchiveError as error:
        await pause(AGAIN_AFTER)
        raise Again(str(error)) from error
    key = f"contact-sheet-{board.plan.campaign_id}"
    await acreate_markdown_artifact(story, key=key, description="Drafts to decide")
    return story


async def _story(house: House, board: Board, gate: Gate) -> str:
    drafts = await _drafts(house, board)
    sheet = await _linked(house, await _sheet(house, board, drafts), gate) if drafts else None
    picture = f"![contact sheet]({sheet})" if sheet else ""
    parts = (
        gate_story.head(board, gate),
        gate_story.instead(board),
        picture,
        gate_story.warnings({draft.variant.name: draft.render for draft in drafts}),
        gate_story.room(house.links.page(board.plan.campaign_id)) if house.links else "",
        await _table(house, board, drafts, gate),
    )
    return "\n\n".join(part for part in parts if part)


async def _linked(house: House, key: str, gate: Gate) -> str:
    """A link to a preview: the room's, which lasts, else one that is good as long as the gate is open and S3 allows."""
    if house.links is not None:
        return house.links.preview(key, datetime.now(UTC))
    left = int((gate.deadline - datetime.now(UTC)).total_seconds())
    return await house.bucket.presign(key, min(max(left, 3600), LONGEST_LINK))


async def _drafts(house: House, board: Board) -> list[_Draft]:
    films = await house.ledger.films(board.plan.campaign_id)
    found = [(variant, board.render(variant, Kind.DRAFT)) for variant in board.waiting]
    return await asyncio.gather(*(_draft(house, v, render, films[render.id]) for v, render in found if render))


async def _draft(house: House, variant: Variant, render: Render, film: Asset) -> _Draft:
    """With what the checks notice in it: whoever decides should know what its final would be stopped for."""
    if render.moderation is Verdict.NOT_CHECKED:
        render = await noticed(house, render, await house.draft_file(render.id, film.key, film.sha256))
    return _Draft(variant, render, film)


async def _sheet(house: House, board: Board, drafts: Sequence[_Draft]) -> str:
    """The key of the contact sheet. The same drafts make the same key, so a rerun makes nothing new."""
    digest = canonical_sha256([draft.asset.sha256 for draft in drafts])
    key = keys.contact_sheet(board.plan.campaign_id, digest)
    if await house.bucket.head(key) is None:
        await _make(house, drafts, key)
    return key


async def _make(house: House, drafts: Sequence[_Draft], sheet_key: str) -> None:
    """Animations side by side with the sheet, which is stored last: where it is, the animations are."""
    paths = await asyncio.gather(*(house.draft_file(d.render.id, d.asset.key, d.asset.sha256) for d in drafts))
    items = [SheetItem(d.variant.name, path, _caption(d)) for d, path in zip(drafts, paths, strict=True)]
    animations = (_animate(house, draft, path) for draft, path in zip(drafts, paths, strict=True))
    drawn = _on_a_core(house, lambda: contact_sheet(items))
    sheet, _ = await asyncio.gather(drawn, asyncio.gather(*animations))
    await house.bucket.put(sheet_key, sheet, "image/jpeg")


async def _animate(house: House, draft: _Draft, path: Path) -> None:
    body = await _on_a_core(house, lambda: animated_webp(path))
    await house.bucket.put(keys.preview(draft.render), body, "image/webp")


async def _on_a_core(house: House, work: Callable[[], bytes]) -> bytes:
    async with house.cores:
        return await asyncio.to_thread(work)


def _caption(draft: _Draft) -> str:
    asset = draft.asset
    return f"{asset.width}x{asset.height}, {asset.duration:.1f} s, take {draft.variant.take}"


async def _table(house: House, board: Board, drafts: Sequence[_Draft], gate: Gate) -> str:
    head = "| variant · 变体 | take | final cost · 终片费用 | preview · 预览 |\n|---|---|---|---|"
    links = {d.variant.name: await _linked(house, keys.preview(d.render), gate) for d in drafts}
    rows = [_row(board, variant, links.get(variant.name)) for variant in board.waiting]
    return "\n".join([head, *rows])


def _row(board: Board, variant: Variant, link: str | None) -> str:
    cost = money(board.plan.price(board.plan.final(variant)))
    shown = f"[animated WebP]({link})" if link else "no draft · 无样片"
    return f"| {variant.name} | {variant.take} | {cost} | {shown} |"
