"""Look-ups. Every one goes through an index."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, or_, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import schema
from blocks.ledger.ids import link_digest, without_client_prefix
from blocks.ledger.rows import RENDER_COLUMNS, to_approval, to_asset, to_campaign, to_claim, to_event, to_render
from workprint.campaigns import Campaign
from workprint.errors import NotFound
from workprint.render import Approval, Asset, Claim, Event, Render
from workprint.spec import Kind
from workprint.states import RenderState

_WITH_FILM = (RenderState.SUCCEEDED, RenderState.ARCHIVED, RenderState.LINK_EXPIRED)
#: How many past renders the first guess is learnt from.
SAMPLE = 50


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything the ledger knows about what somebody asked for, oldest first."""

    campaigns: tuple[Campaign, ...]
    renders: tuple[Render, ...]
    events: tuple[Event, ...]
    approvals: tuple[Approval, ...]
    assets: tuple[Asset, ...]
    claims: tuple[Claim, ...]


async def renders(
    connection: AsyncConnection, *where: ColumnElement[bool], limit: int | None = None
) -> tuple[Render, ...]:
    """Oldest first: ids are in order of time."""
    # By an expression: in SQLite's eyes an index that has the order beats any that has the few rows, and it would read
    # the whole table in order of id.
    order = schema.renders.c.id.concat("")
    query = select(*RENDER_COLUMNS).where(*where).order_by(order).limit(limit)
    rows = await connection.execute(query)
    return tuple(to_render(row) for row in rows.mappings())


async def get(connection: AsyncConnection, render_id: str) -> Render:
    """One render. NotFound."""
    if found := await renders(connection, schema.renders.c.id == render_id):
        return found[0]
    raise NotFound(f"no render {render_id}")


async def known_tasks(connection: AsyncConnection, task_ids: Sequence[str]) -> frozenset[str]:
    """Those of the task ids that a render has."""
    column = schema.renders.c.task_id
    return frozenset((await connection.execute(select(column).where(column.in_(task_ids)))).scalars())


async def in_state(
    connection: AsyncConnection, states: Sequence[RenderState], campaign_id: str | None
) -> tuple[Render, ...]:
    """Renders in one of these states; of a campaign: those that serve it, adopted ones too."""
    where: list[ColumnElement[bool]] = [schema.renders.c.state.in_(states)]
    if campaign_id is not None:
        served = select(schema.claims.c.render_id).where(schema.claims.c.campaign_id == campaign_id)
        where.append(schema.renders.c.id.in_(served))
    return await renders(connection, *where)


async def claims(connection: AsyncConnection, *where: ColumnElement[bool]) -> tuple[Claim, ...]:
    """Claims with their renders, by variant, take and kind."""
    table = schema.claims.c
    query = select(schema.claims).where(*where).order_by(table.campaign_id, table.variant, table.take, table.kind)
    rows = (await connection.execute(query)).mappings().all()
    served = await renders(connection, schema.renders.c.id.in_({row["render_id"] for row in rows}))
    by_id = {render.id: render for render in served}
    return tuple(to_claim(row, by_id[row["render_id"]]) for row in rows)


async def _rows(connection: AsyncConnection, table: Table, *where: ColumnElement[bool], order: str) -> Sequence[Any]:
    query = select(table).where(*where).order_by(table.c[order], *table.primary_key.columns)
    return (await connection.execute(query)).mappings().all()


async def events(connection: AsyncConnection, *where: ColumnElement[bool]) -> tuple[Event, ...]:
    """By time, then by render and number."""
    return tuple(to_event(row) for row in await _rows(connection, schema.events, *where, order="at"))


async def approvals(connection: AsyncConnection, *where: ColumnElement[bool]) -> tuple[Approval, ...]:
    """Oldest first."""
    return tuple(to_approval(row) for row in await _rows(connection, schema.approvals, *where, order="at"))


async def assets(connection: AsyncConnection, *where: ColumnElement[bool]) -> tuple[Asset, ...]:
    """Oldest first."""
    return tuple(to_asset(row) for row in await _rows(connection, schema.assets, *where, order="archived_at"))


async def campaigns(connection: AsyncConnection, *where: ColumnElement[bool]) -> tuple[Campaign, ...]:
    """Oldest first."""
    return tuple(to_campaign(row) for row in await _rows(connection, schema.campaigns, *where, order="created_at"))


async def campaign(connection: AsyncConnection, campaign_id: str) -> Campaign:
    """One campaign. NotFound."""
    if found := await campaigns(connection, schema.campaigns.c.id == campaign_id):
        return found[0]
    raise NotFound(f"no campaign {campaign_id}")


async def films(connection: AsyncConnection, campaign_id: str) -> dict[str, Asset]:
    """By render id; of several films of one render the newest."""
    served = select(schema.claims.c.render_id).where(schema.claims.c.campaign_id == campaign_id)
    return {asset.render_id: asset for asset in await assets(connection, schema.assets.c.render_id.in_(served))}


async def typical_seconds(connection: AsyncConnection, provider: str, model: str, kind: Kind) -> float | None:
    """Median from the last POST to the film, of the newest `SAMPLE` renders that gave one; None when there is none."""
    table = schema.renders.c
    query = (
        select(table.submitted_at, table.finished_at)
        .where(table.provider == provider, table.model == model, table.kind == kind.value)
        .where(table.finished_at.is_not(None), table.submitted_at.is_not(None), table.state.in_(_WITH_FILM))
        .order_by(table.finished_at.desc())
        .limit(SAMPLE)
    )
    rows = (await connection.execute(query)).all()
    return median((finished - submitted).total_seconds() for submitted, finished in rows) if rows else None


async def archive_seconds(connection: AsyncConnection) -> float | None:
    """Median from a film's end at the provider to its place in the bucket, of the newest `SAMPLE`; None without one."""
    asset, render = schema.assets.c, schema.renders.c
    newest = select(asset.render_id, asset.archived_at).order_by(asset.archived_at.desc()).limit(SAMPLE).subquery()
    query = select(render.finished_at, newest.c.archived_at).join(newest, newest.c.render_id == render.id)
    rows = [row for row in await connection.execute(query) if row[0] is not None]
    return median((archived - finished).total_seconds() for finished, archived in rows) if rows else None


async def find(connection: AsyncConnection, any_id: str) -> Trace:
    """Whatever somebody has in hand. NotFound."""
    wanted = without_client_prefix(any_id.strip())
    ids: set[str] = set(await connection.scalars(union(*_ways(wanted))))
    asked = schema.campaigns.c.id == wanted, schema.campaigns.c.flow_run_id == wanted
    named = {campaign.id for campaign in await campaigns(connection, or_(*asked))}
    if not ids and not named:
        raise NotFound(
            f"the ledger knows no {wanted}",
            fix="give a render id, a provider's task id, a campaign, a flow run, an S3 key or a link",
        )
    return await _trace(connection, ids, named)


def _ways(wanted: str) -> list[Select[tuple[str]]]:
    """One indexed look-up for each kind of name a render goes by."""
    render, claim, campaign = schema.renders.c, schema.claims.c, schema.campaigns.c
    serves = select(claim.render_id).join(schema.campaigns, campaign.id == claim.campaign_id)
    ways = [
        select(render.id).where(render.id == wanted),
        select(render.id).where(render.task_id == wanted),
        select(render.id).where(render.link_sha256 == link_digest(wanted)),
        serves.where(campaign.id == wanted),
        serves.where(campaign.flow_run_id == wanted),
    ]
    return ways + [select(schema.assets.c.render_id).where(where) for where in _places(wanted)]


def _places(wanted: str) -> list[ColumnElement[bool]]:
    """The film or its manifest, by key, or by bucket and key."""
    asset = schema.assets.c
    if not wanted.startswith("s3://"):
        return [asset.key == wanted, asset.manifest_key == wanted]
    bucket, _, key = wanted.removeprefix("s3://").partition("/")
    return [and_(asset.bucket == bucket, column == key) for column in (asset.key, asset.manifest_key)]


async def _trace(connection: AsyncConnection, ids: set[str], named: set[str]) -> Trace:
    served = await renders(connection, schema.renders.c.id.in_(ids))
    # A claim is shown when its render was found; a campaign also when nothing was claimed for it yet.
    claimed = await claims(connection, schema.claims.c.render_id.in_(ids))
    owners = named | {claim.campaign_id for claim in claimed} | {render.campaign_id for render in served}
    table = schema.approvals.c
    signed = {render.approval_id for render in served if render.approval_id}
    said = or_(table.campaign_id.in_(named), table.id.in_(signed), table.draft_render_id.in_(ids))
    return Trace(
        await campaigns(connection, schema.campaigns.c.id.in_(owners)),
        served,
        await events(connection, schema.events.c.render_id.in_(ids)),
        await approvals(connection, said),
        await assets(connection, schema.assets.c.render_id.in_(ids)),
        claimed,
    )
