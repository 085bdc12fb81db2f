"""A plan: a checked brief with its references frozen, and the orders that follow from it."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from workprint.brief import Brief, Role
from workprint.choosing import Chosen, chosen_in
from workprint.evidence import Offer, offer
from workprint.fallback import Choice
from workprint.models import ModelFacts
from workprint.orders import Order
from workprint.quotes import Quote, quote
from workprint.render import Approval, Asset, Claim, Render
from workprint.spec import FrozenReference, Kind, Spec, canonical_sha256
from workprint.variants import Variant, direct_spec, draft_spec, expand, final_spec

#: A native draft counts as forgotten this long before its provider forgets it: a final still has to be ordered.
HANDLE_MARGIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Plan:
    """What one campaign will do. `references` are the frozen ones by shot name, in the brief's order."""

    campaign_id: str
    brief: Brief
    facts: ModelFacts
    references: Mapping[str, tuple[FrozenReference, ...]]
    #: The brief's fallbacks, in its order.
    fallbacks: tuple[Choice, ...] = ()
    #: The provider block whose render serves a variant's take, by name and take, where there is a render.
    served: Mapping[tuple[str, int], str] = field(default_factory=dict)
    #: Takes whose draft its provider no longer keeps, by name and take: their finals are made from prompt and seed.
    lapsed: frozenset[tuple[str, int]] = frozenset()
    #: The models that were chosen because a provider block names none, by block.
    chosen: Mapping[str, Chosen] = field(default_factory=dict)

    @property
    def frozen(self) -> dict[str, Any]:
        """What the ledger keeps: the brief as checked, references as read, models as chosen. A rerun starts here."""
        references = {shot: [asdict(r) for r in frozen] for shot, frozen in self.references.items()}
        models = {block: asdict(chosen) for block, chosen in self.chosen.items()}
        kept = {"brief": self.brief.model_dump(mode="json"), "references": references}
        return kept | ({"models": models} if models else {})

    @property
    def brief_hash(self) -> str:
        """Canonical SHA-256 of brief and reference bytes: what an approval covers."""
        return canonical_sha256(self.frozen)

    @classmethod
    def thaw(
        cls, campaign_id: str, frozen: Mapping[str, Any], facts: ModelFacts, fallbacks: tuple[Choice, ...] = ()
    ) -> "Plan":
        """The plan of a campaign the ledger knows."""
        references = {
            shot: tuple(FrozenReference(**{**r, "role": Role(r["role"])}) for r in rows)
            for shot, rows in frozen["references"].items()
        }
        brief, chosen = Brief.model_validate(frozen["brief"]), chosen_in(frozen)
        return cls(campaign_id, brief, facts, references, fallbacks, chosen=chosen)

    def following(self, claims: Iterable[Claim], now: datetime) -> "Plan":
        """The same plan as it stands `now`: every variant stays with the provider block that serves it, and a draft
        that block has forgotten is none to make a final from.
        """
        every = tuple(claims)
        following = replace(self, served={(c.variant, c.take): c.render.spec.provider for c in every})
        return replace(following, lapsed=frozenset(following._lapsed(every, now)))

    def handle_until(self, draft: Render) -> datetime | None:
        """Until when a final may be made from this draft at its provider; None: for ever, from the same inputs."""
        life = self._named(draft.spec.provider).facts.draft_lifetime if draft.spec.native else None
        return draft.submitted_at + life - HANDLE_MARGIN if life and draft.submitted_at else None

    def instead(self, variant: Variant, choice: Choice) -> "Plan":
        """The same plan, in which this block serves the variant."""
        return replace(self, served={**self.served, (variant.name, variant.take): choice.provider})

    @property
    def choices(self) -> tuple[Choice, ...]:
        """Every provider block that may serve, in the order they are asked."""
        return (Choice(self.brief.provider, self.facts), *self.fallbacks)

    def after(self, provider: str) -> tuple[Choice, ...]:
        """The blocks that are asked after this one."""
        names = [choice.provider for choice in self.choices]
        return self.choices[names.index(provider) + 1 :]

    def variants(self) -> tuple[Variant, ...]:
        """Every deliverable, in the brief's order."""
        return expand(self.brief)

    def quote(self) -> Quote:
        """The worst case, before anything is spent."""
        return self.quote_at(self.choices[0])

    def quote_at(self, choice: Choice) -> Quote:
        """The same if this provider block made all of it."""
        return quote(self.brief, choice.facts, choice.provider, self.references)

    def draft(self, variant: Variant) -> Spec:
        """The spec of a variant's cheap copy."""
        choice = self._serving(variant)
        return draft_spec(self.brief, variant, choice.facts, choice.provider, self._frozen(variant))

    def final(self, variant: Variant) -> Spec:
        """The spec of a variant's delivered film: of its draft, or direct when the brief wants no drafts."""
        choice = self._serving(variant)
        if not self.brief.draft.enabled:
            return direct_spec(self.brief, variant, choice.facts, choice.provider, self._frozen(variant))
        native = choice.facts.native and (variant.name, variant.take) not in self.lapsed
        return final_spec(self.brief, variant, self.draft(variant), native=native)

    def draft_order(self, variant: Variant) -> Order:
        """The order of a variant's cheap copy."""
        return self._order(variant, self.draft(variant))

    def final_order(self, variant: Variant, approval: Approval) -> Order:
        """The order of an approved film."""
        order = self._order(variant, self.final(variant))
        return replace(order, approval_id=approval.id, draft_render_id=approval.draft_render_id)

    def offer(self, variant: Variant, draft: Render | None, asset: Asset | None, round_: int = 0) -> Offer:
        """What an approval of this variant binds. `draft` with its film; None without drafts."""
        final = self.final(variant)
        return offer(
            campaign=self.campaign_id,
            variant=variant.name,
            brief=self.brief_hash,
            draft_render_id=draft.id if draft else None,
            draft=asset.sha256 if asset else None,
            final=final,
            dialect=self._named(final.provider).facts.dialect,
            max_amount=self.price(final),
            currency=self.brief.budget.currency,
            round_=round_,
        )

    def price(self, spec: Spec) -> Decimal:
        """The highest price of a spec at its provider block, in the brief's currency."""
        return self._named(spec.provider).facts.price(spec).amount

    def _order(self, variant: Variant, spec: Spec) -> Order:
        return Order(
            campaign_id=self.campaign_id,
            variant=variant.name,
            spec=spec,
            quote=self._named(spec.provider).facts.price(spec),
            submitted_by=self.brief.requested_by,
            callback_url=self.brief.callback_url,
            replaceable=bool(self.after(spec.provider)) and not spec.draft,
        )

    def _lapsed(self, claims: Iterable[Claim], now: datetime) -> Iterable[tuple[str, int]]:
        """A final that is ordered already says itself how it is made."""
        ordered = {(c.variant, c.take): c.render.spec for c in claims if c.kind is Kind.FINAL and c.render.live}
        for claim in claims:
            key = (claim.variant, claim.take)
            if claim.kind is Kind.FINAL:
                continue
            until = self.handle_until(claim.render)
            if (not ordered[key].native) if key in ordered else (until is not None and until <= now):
                yield key

    def _serving(self, variant: Variant) -> Choice:
        """Whose render serves the variant; before there is one, the brief's own block."""
        return self._named(self.served.get((variant.name, variant.take), self.brief.provider))

    def _named(self, provider: str) -> Choice:
        return {choice.provider: choice for choice in self.choices}[provider]

    def _frozen(self, variant: Variant) -> tuple[FrozenReference, ...]:
        return self.references[variant.shot.name]
