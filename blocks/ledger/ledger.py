"""The ledger: the one path to the database of campaigns, renders, events, approvals and assets."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Self, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from blocks.ledger import keeping, reading, schema
from blocks.ledger.changing import Wish, check_wish
from blocks.ledger.claiming import ClaimWish
from blocks.ledger.door import Door, ready, utc_now
from blocks.ledger.figures import Figures
from blocks.ledger.gates import Gates
from blocks.ledger.inbox import Inbox
from blocks.ledger.leases import Leases
from blocks.ledger.looking import Looks
from blocks.ledger.money import Money
from blocks.ledger.notices import Notices
from blocks.ledger.reading import Trace
from blocks.ledger.room import Room
from blocks.ledger.rows import clean
from blocks.ledger.runs import Runs
from blocks.ledger.writer import translated
from workprint.budgets import Limit
from workprint.campaigns import Campaign
from workprint.charges import Charge
from workprint.errors import LedgerError
from workprint.render import Approval, Asset, Change, Claim, Event, Render, Source
from workprint.spec import Kind, Spec
from workprint.states import RenderState


class Ledger:
    """The truth about every render. Made by `Ledger.open`; belongs to the event loop it was opened in.

    Concurrent calls share transactions (`blocks.ledger.writer`), so call it from many tasks at once and do not batch by
    hand. Every method raises LedgerError (or one of its kinds) when the database cannot or will not do it.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        #: Life signs of processes, and whose render is whose.
        self.leases = Leases(door)
        #: What a watcher looks at all the time.
        self.looks = Looks(door)
        #: Callbacks that came in.
        self.inbox = Inbox(door)
        #: Limits, accounts and costs.
        self.money = Money(door)
        #: Processes and gates of campaigns.
        self.runs = Runs(door)
        #: What people are asked, and what they say.
        self.gates = Gates(door)
        #: Personal links, comments, and what was watched.
        self.room = Room(door)
        #: What people are to be told.
        self.notices = Notices(door)
        #: Counts for whoever keeps the service running.
        self.figures = Figures(door)

    @classmethod
    async def open(cls, url: str, *, clock: Callable[[], datetime] = utc_now) -> Self:
        """Connect to `sqlite:///path.db` or `postgresql://...` and bring the database to the newest schema."""
        try:
            return cls(Door(await ready(url), clock))
        except LedgerError:
            raise
        except Exception as error:  # SQLAlchemy lets pass what asyncpg says of a password
            raise translated(error) from error

    async def close(self) -> None:
        """Finish what is being written, then let go of the database."""
        await self._door.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # -- campaigns -------------------------------------------------------------------------------------------------

    async def open_campaign(self, campaign: Campaign, budget: Limit | None = None) -> Campaign:
        """Record the campaign and its limit, or return the one of that id. LedgerError when it has another brief."""
        opening = partial(keeping.open_campaign, campaign=campaign, budget=budget)
        return cast("Campaign", await self._do(campaign.id, opening))

    async def close_campaign(self, campaign_id: str, state: str) -> None:
        """Record how the campaign ended, in one word or two. NotFound."""
        end = partial(keeping.close_campaign, campaign_id=campaign_id, state=state, now=self._door.clock())
        await self._do(campaign_id, end)

    # -- renders ----------------------------------------------------------------------------------------------------

    async def claim(
        self,
        *,
        campaign_id: str,
        variant: str,
        spec: Spec,
        dialect: str,
        quote: Charge,
        submitted_by: str,
        callback_url: str | None = None,
        retry_of: str | None = None,
        approval_id: str | None = None,
        draft_render_id: str | None = None,
        revision_id: str | None = None,
        note: str = "",
    ) -> Claim:
        """The render that serves this variant: the live one of this content, whoever bought it, or a new `planned` one.

        Asking again gives the same claim. When its render ended without a film and without a charge, `retry_of` with
        that render's id gives a new one, of another provider too; `note` is its first event's. ApprovalMissing for a
        final no approval of this campaign covers; LedgerError when the take was claimed with other content before.
        """
        wish = ClaimWish(
            campaign_id=campaign_id,
            variant=variant,
            spec=spec,
            fingerprint=spec.fingerprint,
            dialect=dialect,
            quote=quote,
            submitted_by=submitted_by,
            callback_url=callback_url,
            retry_of=retry_of,
            approval_id=approval_id,
            draft_render_id=draft_render_id,
            revision_id=revision_id,
            note=note,
        )
        return cast("Claim", await self._door.write(wish, frozenset({wish.key, wish.fingerprint})))

    async def change(self, change: Change, *, asset: Asset | None = None) -> Render:
        """Take one step: the state, the facts, the event and the film in one transaction.

        The ledger itself keeps `updated_at`, `submitted_at`, `finished_at` and `attempts` (one more at each
        `submitting`, where an old failure is also cleared). IllegalTransition, NotFound; StaleState when the render is
        no longer in `change.expect`.
        """
        return await self._change(Wish(change, asset))

    async def record(self, render_id: str, *, source: Source, actor: str, note: str, facts: dict[str, Any]) -> Render:
        """Set facts without a step (a moderation verdict, a corrected charge), with an event saying why. NotFound."""
        # The states are filled in with whatever the render is in at that moment.
        change = Change(render_id, RenderState.PLANNED, RenderState.PLANNED, source, actor, note=note, facts=facts)
        return await self._change(Wish(change, facts_only=True))

    async def amend(self, change: Change) -> Render:
        """Set facts without a step. NotFound; StaleState when it is not in `change.expect`, or they are set already."""
        return await self._change(Wish(change, facts_only=True, any_state=False))

    async def keep_asset(self, asset: Asset, *, source: Source, actor: str, note: str = "") -> Render:
        """Add a film to a render without a step (released from quarantine, say), with its event. NotFound."""
        change = Change(asset.render_id, RenderState.PLANNED, RenderState.PLANNED, source, actor, note=note)
        return await self._change(Wish(change, asset, facts_only=True))

    async def _change(self, wish: Wish) -> Render:
        check_wish(wish)
        return cast("Render", await self._door.write(wish, frozenset({wish.change.render_id})))

    # -- look-ups ---------------------------------------------------------------------------------------------------

    async def campaign(self, campaign_id: str) -> Campaign:
        """One campaign. NotFound."""
        async with self._door.reading() as connection:
            return await reading.campaign(connection, campaign_id)

    async def get(self, render_id: str) -> Render:
        """One render. NotFound."""
        async with self._door.reading() as connection:
            return await reading.get(connection, render_id)

    async def in_state(self, *states: RenderState, campaign_id: str | None = None) -> tuple[Render, ...]:
        """Renders in one of these states, oldest first; of one campaign, with those it adopted. No states: nothing."""
        async with self._door.reading() as connection:
            return await reading.in_state(connection, states, campaign_id)

    async def known_tasks(self, task_ids: Sequence[str]) -> frozenset[str]:
        """Those of the provider's task ids that belong to a render already."""
        async with self._door.reading() as connection:
            return await reading.known_tasks(connection, task_ids)

    async def claims(self, campaign_id: str) -> tuple[Claim, ...]:
        """What serves this campaign, by variant, take and kind."""
        async with self._door.reading() as connection:
            return await reading.claims(connection, schema.claims.c.campaign_id == campaign_id)

    async def approvals(self, campaign_id: str) -> tuple[Approval, ...]:
        """What was decided in this campaign, oldest first."""
        async with self._door.reading() as connection:
            return await reading.approvals(connection, schema.approvals.c.campaign_id == campaign_id)

    async def approval(self, approval_id: str) -> Approval | None:
        """One decision by its id; None when there is none."""
        async with self._door.reading() as connection:
            found = await reading.approvals(connection, schema.approvals.c.id == approval_id)
        return found[0] if found else None

    async def events(self, render_id: str) -> tuple[Event, ...]:
        """The history of a render, oldest first."""
        async with self._door.reading() as connection:
            return await reading.events(connection, schema.events.c.render_id == render_id)

    async def assets(self, render_id: str) -> tuple[Asset, ...]:
        """The archived films of a render. Previews are not assets: they can be made again from the draft."""
        async with self._door.reading() as connection:
            return await reading.assets(connection, schema.assets.c.render_id == render_id)

    async def films(self, campaign_id: str) -> dict[str, Asset]:
        """The newest archived film of every render that serves a campaign, by render id."""
        async with self._door.reading() as connection:
            return await reading.films(connection, campaign_id)

    async def find(self, any_id: str) -> Trace:
        """Everything about whatever somebody has in hand. NotFound.

        That is: a render id or our client reference, the provider's task id, a campaign or flow run id, the S3 key of a
        film or manifest (or `s3://bucket/key`), or a provider's link, with or without its query string.
        """
        async with self._door.reading() as connection:
            return await reading.find(connection, clean(any_id))

    async def renders(self, render_ids: Collection[str]) -> tuple[Render, ...]:
        """Several renders, oldest first; ids the ledger does not know are left out."""
        async with self._door.reading() as connection:
            return await reading.renders(connection, schema.renders.c.id.in_(render_ids))

    async def served_by(self, render_ids: Collection[str]) -> frozenset[str]:
        """Ids of the campaigns that these renders serve, adopted or not."""
        query = select(schema.claims.c.campaign_id).where(schema.claims.c.render_id.in_(render_ids))
        async with self._door.reading() as connection:
            return frozenset((await connection.execute(query)).scalars())

    async def archive_seconds(self) -> float | None:
        """How long a film takes from its end at the provider to the bucket, in seconds; None before the first."""
        async with self._door.reading() as connection:
            return await reading.archive_seconds(connection)

    async def typical_seconds(self, provider: str, model: str, kind: Kind) -> float | None:
        """How long such a render takes, in seconds, learnt from the last ones; None before the first."""
        async with self._door.reading() as connection:
            return await reading.typical_seconds(connection, provider, model, kind)

    async def _do(self, campaign_id: str, work: Callable[[AsyncConnection], Any]) -> Any:
        return await self._door.do(("campaign", campaign_id), work)
