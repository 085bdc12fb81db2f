"""What the approver looks at: a contact sheet and a small animated WebP per draft, in S3, linked from the form."""

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from prefect import task
from prefect.artifacts import acreate_markdown_artifact
from prefect.cache_policies import NO_CACHE

from blocks.media.previews import SheetItem, animated_webp, contact_sheet
from tasks.house import House
from tasks.retrying import Again, pause, worth_it
from workprint import keys
from workprint.board import Board
from workprint.errors import ArchiveError
from workprint.fallback import Choice
from workprint.quotes import money
from workprint.render import Asset, Render
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
async def previews(house: House, board: Board) -> str:
    """Make, store and link the previews of every waiting draft; returns the markdown above the gate's form."""
    try:
        text = await _text(house, board)
    except ArchiveError as error:
        await pause(AGAIN_AFTER)
        raise Again(str(error)) from error
    await acreate_markdown_artifact(text, key=f"contact-sheet-{board.plan.campaign_id}", description="Drafts to decide")
    return text


async def _text(house: House, board: Board) -> str:
    seconds = min(math.ceil(board.plan.brief.gate_timeout_hours * 3600), LONGEST_LINK)
    drafts = await _drafts(house, board)
    sheet = await _sheet(house, board, drafts, seconds) if drafts else ""
    parts = (_head(board), _instead(board), sheet, await _table(house, board, drafts, seconds))
    return "\n\n".join(part for part in parts if part)


async def _drafts(house: House, board: Board) -> list[_Draft]:
    films = await house.ledger.films(board.plan.campaign_id)
    found = [(variant, board.render(variant, Kind.DRAFT)) for variant in board.waiting]
    return [_Draft(variant, render, films[render.id]) for variant, render in found if render is not None]


async def _sheet(house: House, board: Board, drafts: Sequence[_Draft], seconds: int) -> str:
    """The contact sheet's picture as markdown. The same drafts make the same key, so a rerun makes nothing new."""
    digest = canonical_sha256([draft.asset.sha256 for draft in drafts])
    key = keys.contact_sheet(board.plan.campaign_id, digest)
    if await house.bucket.head(key) is None:
        await _make(house, drafts, key)
    return f"![contact sheet]({await house.bucket.presign(key, seconds)})"


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


def _head(board: Board) -> str:
    """What is asked, in both languages, with the money that depends on it."""
    cost = sum((board.plan.price(board.plan.final(variant)) for variant in board.waiting), Decimal(0))
    currency = board.plan.facts.currency
    return (
        f"### {board.plan.brief.title}\n"
        f"{len(board.waiting)} drafts wait for a decision. All of them cost at most **{money(cost)} {currency}** more."
        f" · {len(board.waiting)} 个样片待审批，全部通过最多再花费 **{money(cost)} {currency}**。"
    )


def _instead(board: Board) -> str:
    """Who else may make films without a draft, and for how much: the approval covers that too."""
    plan = board.plan
    if plan.brief.draft.enabled or not plan.fallbacks:
        return ""
    head = f"What {plan.brief.provider} refuses may be made by, in this order · 被拒绝的影片将依次由以下供应商制作："
    return "\n".join([head, *(f"- {_may_cost(board, choice)}" for choice in plan.fallbacks)])


def _may_cost(board: Board, choice: Choice) -> str:
    plans = [(variant, board.plan.instead(variant, choice)) for variant in board.waiting]
    total = sum((plan.price(plan.final(variant)) for variant, plan in plans), Decimal(0))
    cost = f"**{money(total)} {choice.facts.currency}**"
    return f"{choice.provider} ({choice.facts.name}): all of them at most {cost} · 备用供应商，全部最多 {cost}"


async def _table(house: House, board: Board, drafts: Sequence[_Draft], seconds: int) -> str:
    head = "| variant · 变体 | take | final cost · 终片费用 | preview · 预览 |\n|---|---|---|---|"
    links = {d.variant.name: await house.bucket.presign(keys.preview(d.render), seconds) for d in drafts}
    rows = [_row(board, variant, links.get(variant.name)) for variant in board.waiting]
    return "\n".join([head, *rows])


def _row(board: Board, variant: Variant, link: str | None) -> str:
    cost = money(board.plan.price(board.plan.final(variant)))
    shown = f"[animated WebP]({link})" if link else "no draft · 无样片"
    return f"| {variant.name} | {variant.take} | {cost} | {shown} |"
