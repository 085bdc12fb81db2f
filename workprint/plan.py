"""A plan: a checked brief with its references frozen, and the orders that follow from it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any

from workprint.approval import covers
from workprint.brief import Brief, Role
from workprint.models import ModelFacts
from workprint.orders import Order
from workprint.quotes import Quote, quote
from workprint.render import Approval, Asset
from workprint.spec import FrozenReference, Spec, canonical_sha256
from workprint.variants import Variant, direct_spec, draft_spec, expand, final_spec


@dataclass(frozen=True, slots=True)
class Plan:
    """What one campaign will do. `references` are the frozen ones by shot name, in the brief's order."""

    campaign_id: str
    brief: Brief
    facts: ModelFacts
    references: Mapping[str, tuple[FrozenReference, ...]]

    @property
    def frozen(self) -> dict[str, Any]:
        """What the ledger keeps: the brief as checked and the references as read. A rerun starts from this."""
        references = {shot: [asdict(r) for r in frozen] for shot, frozen in self.references.items()}
        return {"brief": self.brief.model_dump(mode="json"), "references": references}

    @property
    def brief_hash(self) -> str:
        """Canonical SHA-256 of brief and reference bytes: what an approval covers."""
        return canonical_sha256(self.frozen)

    @classmethod
    def thaw(cls, campaign_id: str, frozen: Mapping[str, Any], facts: ModelFacts) -> "Plan":
        """The plan of a campaign the ledger knows."""
        references = {
            shot: tuple(FrozenReference(**{**r, "role": Role(r["role"])}) for r in rows)
            for shot, rows in frozen["references"].items()
        }
        return cls(campaign_id, Brief.model_validate(frozen["brief"]), facts, references)

    def variants(self) -> tuple[Variant, ...]:
        """Every deliverable, in the brief's order."""
        return expand(self.brief)

    def quote(self) -> Quote:
        """The worst case, before anything is spent."""
        return quote(self.brief, self.facts, self.brief.provider, self.references)

    def draft(self, variant: Variant) -> Spec:
        """The spec of a variant's cheap copy."""
        return draft_spec(self.brief, variant, self.facts, self.brief.provider, self._frozen(variant))

    def final(self, variant: Variant) -> Spec:
        """The spec of a variant's delivered film: of its draft, or direct when the brief wants no drafts."""
        if not self.brief.draft.enabled:
            return direct_spec(self.brief, variant, self.facts, self.brief.provider, self._frozen(variant))
        return final_spec(self.brief, variant, self.draft(variant), self.facts)

    def draft_order(self, variant: Variant) -> Order:
        """The order of a variant's cheap copy."""
        return self._order(variant, self.draft(variant))

    def final_order(self, variant: Variant, approval: Approval) -> Order:
        """The order of an approved film."""
        order = self._order(variant, self.final(variant))
        return replace(order, approval_id=approval.id, draft_render_id=approval.draft_render_id)

    def coverage(self, variant: Variant, asset: Asset | None) -> str:
        """The hash an approval of this variant carries. `asset` is its draft; None without drafts."""
        final = self.final(variant)
        return covers(
            brief_hash=self.brief_hash,
            draft_sha256=asset.sha256 if asset else None,
            final=final,
            max_amount=self.price(final),
            currency=self.facts.currency,
        )

    def price(self, spec: Spec) -> Decimal:
        """The highest price of a spec, in the model's currency."""
        return self.facts.price(spec).amount

    def _order(self, variant: Variant, spec: Spec) -> Order:
        return Order(
            campaign_id=self.campaign_id,
            variant=variant.name,
            spec=spec,
            quote=self.facts.price(spec),
            submitted_by=self.brief.requested_by,
            callback_url=self.brief.callback_url,
        )

    def _frozen(self, variant: Variant) -> tuple[FrozenReference, ...]:
        return self.references[variant.shot.name]
