"""The films of one variant as its page shows them: every take of the draft, and the delivered final. Pure data."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workprint.comments import Comment, in_order, remarks_on
from workprint.deciding import standing
from workprint.failures import sentence
from workprint.moderation import Finding
from workprint.render import Approval, Asset, Claim, Decision, Place, Render
from workprint.safe_zones import SafeZone, zones_for
from workprint.spec import Kind
from workprint.states import TERMINAL, RenderState
from workprint.takes import Difference, difference
from workprint.watched import Watched


@dataclass(frozen=True, slots=True)
class Cut:
    """One film, or what became of it. `film` is None while there is nothing to play."""

    kind: Kind
    take: int
    render: Render
    film: Asset | None
    #: Whether the page opens with this one.
    shown: bool
    findings: tuple[Finding, ...]
    comments: tuple[Comment, ...]
    #: How much of it this guest has watched, 0 to 1.
    watched: float
    #: The take before, which it is compared with; None for the first, and for finals.
    before: int | None
    changed: Difference | None
    #: The decision that asked for this take.
    asked_by: Approval | None
    zones: tuple[SafeZone, ...]

    @property
    def key(self) -> str:
        """`draft-2`, `final-2`: what a choice of take calls it."""
        return f"{self.kind}-{self.take}"

    @property
    def ended(self) -> bool:
        """Ended without a film that can be shown."""
        return self.film is None and self.render.state in TERMINAL

    def why(self, lang: str) -> str:
        """The customer's sentence for a failure; empty where nothing failed."""
        return sentence(self.render.failure.kind, lang) if self.render.failure else ""


@dataclass(frozen=True, slots=True)
class Reel:
    """What the cuts of a campaign are made from."""

    claims: tuple[Claim, ...]
    approvals: tuple[Approval, ...]
    films: Mapping[str, Asset]
    comments: tuple[Comment, ...]
    watched: Mapping[str, Watched]


def cuts_of(reel: Reel, variant: str) -> tuple[Cut, ...]:
    """Every cut of a variant: its takes from the first on, then what was delivered."""
    own = sorted((c for c in reel.claims if c.variant == variant), key=lambda claim: claim.take)
    drafts = [claim for claim in own if claim.kind is Kind.DRAFT]
    finals = [claim for claim in own if claim.kind is Kind.FINAL and _delivered(claim, reel.films)]
    shown = _shown(drafts, finals, reel.films)
    return tuple(_cut(reel, claim, _before(drafts, claim), claim is shown) for claim in (*drafts, *finals))


def playable(claim: Claim, films: Mapping[str, Asset]) -> Asset | None:
    """The film of a claim that a guest may see: a draft, or a final once it is delivered; never one in quarantine."""
    film = films.get(claim.render.id)
    if film is None or film.place is Place.QUARANTINE or claim.render.state is not RenderState.ARCHIVED:
        return None
    return film


def _delivered(claim: Claim, films: Mapping[str, Asset]) -> bool:
    film = playable(claim, films)
    return film is not None and film.place is Place.DELIVERY


def _shown(drafts: Sequence[Claim], finals: Sequence[Claim], films: Mapping[str, Asset]) -> Claim | None:
    """What was delivered, else the newest take that plays, else the newest."""
    ready = [claim for claim in (*drafts, *finals) if playable(claim, films)]
    newest = ready or list(drafts)
    return newest[-1] if newest else None


def _before(drafts: Sequence[Claim], claim: Claim) -> Claim | None:
    """The take before this one. A final is made of its own draft: nothing is compared."""
    earlier = [draft for draft in drafts if draft.take < claim.take]
    return earlier[-1] if earlier and claim.kind is Kind.DRAFT else None


def _cut(reel: Reel, claim: Claim, before: Claim | None, shown: bool) -> Cut:
    film, spec = playable(claim, reel.films), claim.render.spec
    mine = claim.kind is Kind.DRAFT
    said = remarks_on(reel.comments, claim.variant, claim.take) if mine else ()
    seen = reel.watched.get(film.sha256) if film else None
    return Cut(
        kind=claim.kind,
        take=claim.take,
        render=claim.render,
        film=film,
        shown=shown,
        findings=tuple(_findings(claim.render)),
        comments=in_order(said),
        watched=seen.share(film.duration) if seen and film else 0.0,
        before=before.take if before else None,
        changed=difference(before.render.spec, spec) if before else None,
        asked_by=_asked_by(reel, claim, before),
        zones=zones_for(spec.ratio),
    )


def _findings(render: Render) -> Iterator[Finding]:
    """What moderation saw, the earliest first; what concerns the whole film comes before."""
    read = [
        Finding(
            rule=str(found.get("rule", "")),
            score=float(found.get("score") or 0.0),
            engine=str(found.get("engine", "")),
            second=found.get("second"),
            excerpt=str(found.get("excerpt", "")),
            limit=found.get("limit"),
        )
        for found in render.moderation_findings
    ]
    yield from sorted(read, key=lambda finding: -1.0 if finding.second is None else finding.second)


def _asked_by(reel: Reel, claim: Claim, before: Claim | None) -> Approval | None:
    """The decision on record beside the take; for older ledgers the wish for changes of the take before."""
    if claim.kind is not Kind.DRAFT or before is None:
        return None
    wishes = [a for a in standing(reel.approvals) if a.decision is Decision.REVISE]
    named = [a for a in wishes if a.id == claim.revision_id]
    return next(iter(named or [a for a in wishes if (a.variant, a.take) == (claim.variant, before.take)]), None)
