"""The board: where every variant of a campaign stands, read from the ledger alone.

A flow that starts again from the top reads the board and knows what is left to do: nothing is remembered elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeGuard

from workprint.charges import FREE
from workprint.deciding import standing, withdrawals
from workprint.evidence import Offer
from workprint.fallback import may_switch
from workprint.orders import Order
from workprint.plan import Plan
from workprint.render import Approval, Asset, Claim, Decision, Render
from workprint.spec import Kind, Spec
from workprint.states import TERMINAL, RenderState
from workprint.unknowns import makes_new_take
from workprint.variants import Variant


@dataclass(frozen=True, slots=True)
class Board:
    """A plan with its claims and approvals. Properties keep the brief's order."""

    plan: Plan
    claims: tuple[Claim, ...]
    approvals: tuple[Approval, ...]

    @property
    def current(self) -> tuple[Variant, ...]:
        """Every variant at its newest take: each `revise` made one more with the changed prompt, and each unknown
        outcome that a person gave up for a new take made one with the same prompt.
        """
        return tuple(self._newest(variant) for variant in self.plan.variants())

    @property
    def to_draft(self) -> tuple[Variant, ...]:
        """Variants whose cheap copy is still to be made or waited for."""
        if not self.plan.brief.draft.enabled:
            return ()
        return tuple(v for v in self.current if self.decision(v) is None and self._draftable(v))

    @property
    def waiting(self) -> tuple[Variant, ...]:
        """Variants a person must look at now."""
        return tuple(v for v in self.current if self.decision(v) is None and self._presentable(v))

    @property
    def approved(self) -> tuple[tuple[Variant, Approval], ...]:
        """Variants that may become finals, each with its approval."""
        found = ((v, self.approval(v)) for v in self.current)
        return tuple((v, a) for v, a in found if a is not None and a.decision is Decision.APPROVED)

    @property
    def committed(self) -> Decimal:
        """What this campaign has spent or will: every claim of its own that is not free, at its charge or quote."""
        own = (claim.render for claim in self.claims if not claim.adopted)
        return sum((render.charge_amount for render in own if render.charge_state not in FREE), Decimal(0))

    def worst_case(self, extra: Iterable[Spec]) -> Decimal:
        """Committed, what undecided or approved variants may still need, and these specs on top."""
        open_ = [v for v in self.current if self.decision(v) in {None, Decision.APPROVED}]
        needed = [spec for variant in open_ for spec in self._needed(variant)]
        return self.committed + sum((self.plan.price(spec) for spec in [*needed, *extra]), Decimal(0))

    def approval(self, variant: Variant) -> Approval | None:
        """What was decided about this very take; where each provider block has its own yes, that of the serving one."""
        wanted = (variant.name, variant.take)
        found = [a for a in standing(self.approvals) if (a.variant, a.take) == wanted]
        if len(found) > 1:
            final = self.plan.final(variant).fingerprint
            found = [a for a in found if a.final_fingerprint == final] or found
        return found[0] if found else None

    def decision(self, variant: Variant) -> Decision | None:
        """What was decided about this very take, in one word."""
        approval = self.approval(variant)
        return approval.decision if approval else None

    def offers(self, variant: Variant, films: Mapping[str, Asset]) -> tuple[Offer, ...]:
        """What a yes to this take binds: of a film without a draft, one for every block that may make it.

        `films` are the archived ones by render id.
        """
        draft = self.render(variant, Kind.DRAFT)
        round_ = withdrawals(self.approvals, variant.name, variant.take)
        if self.plan.brief.draft.enabled:
            return (self.plan.offer(variant, draft, films[draft.id] if draft else None, round_),)
        plans = {choice.provider: self.plan.instead(variant, choice) for choice in self.plan.choices}
        return tuple(plan.offer(variant, None, None, round_) for plan in plans.values())

    def draft_order(self, variant: Variant) -> Order:
        """The order of a variant's cheap copy, with the decision that asked for this very take."""
        before = replace(variant, take=variant.take - 1)
        asked = self.approval(before)
        order = self.plan.draft_order(variant)
        return replace(order, revision_id=asked.id) if asked and asked.decision is Decision.REVISE else order

    def final_order(self, variant: Variant, approval: Approval) -> Order:
        """The order of an approved film, in place of one whose own approval was withdrawn before it was paid."""
        order, ordered = self.plan.final_order(variant, approval), self.render(variant, Kind.FINAL)
        if ordered is None or ordered.live or ordered.approval_id == approval.id:
            return order
        gone = any(one.withdraws == ordered.approval_id for one in self.approvals)
        return replace(order, retry_of=ordered.id, note="approved anew") if gone else order

    def render(self, variant: Variant, kind: Kind) -> Render | None:
        """The render that serves this take, draft or final."""
        claim = self.claim(variant, kind)
        return claim.render if claim else None

    def claim(self, variant: Variant, kind: Kind) -> Claim | None:
        """The same with the word whether somebody else had bought it before."""
        wanted = (variant.name, variant.take, kind)
        return next((c for c in self.claims if (c.variant, c.take, c.kind) == wanted), None)

    def renders(self) -> Iterable[Render]:
        """Every render of the campaign, all takes."""
        return (claim.render for claim in self.claims)

    def _newest(self, variant: Variant) -> Variant:
        revision = self.approval(variant)
        if revision is not None and revision.decision is Decision.REVISE:
            return self._newest(variant.revised(revision.prompt, variant.take + 1))
        if any(makes_new_take(self.render(variant, kind)) for kind in Kind):
            # The brief's own takes of this prompt have the numbers between: theirs is another film.
            return self._newest(variant.revised(variant.prompt_override, variant.take + self.plan.brief.takes))
        return variant

    def _draftable(self, variant: Variant) -> bool:
        """No draft yet, one that is under way, or one that was refused while another provider block is left to ask."""
        render = self.render(variant, Kind.DRAFT)
        return not _ended(render) or (may_switch(render) and bool(self.plan.after(render.spec.provider)))

    def _needed(self, variant: Variant) -> Iterator[Spec]:
        """What is still to be ordered for this take; nothing once its draft has ended without a film."""
        draft = self.render(variant, Kind.DRAFT)
        if self.render(variant, Kind.FINAL) is not None or (_ended(draft) and not self._presentable(variant)):
            return
        if self.plan.brief.draft.enabled and draft is None:
            yield self.plan.draft(variant)
        yield self.plan.final(variant)

    def _presentable(self, variant: Variant) -> bool:
        """A draft that is safely in the bucket; without drafts the variant itself."""
        if not self.plan.brief.draft.enabled:
            return True
        render = self.render(variant, Kind.DRAFT)
        return render is not None and render.state is RenderState.ARCHIVED


def _ended(render: Render | None) -> TypeGuard[Render]:
    return render is not None and render.state in TERMINAL
