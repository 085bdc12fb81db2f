"""The drafts of a campaign, as guests name them: by variant and take, or by the SHA-256 of their bytes."""

from collections.abc import Iterator
from dataclasses import dataclass

from blocks.ledger import Ledger
from deployments.desk.room.cuts import Reel
from deployments.desk.room.gathering import gathered, last_gathered
from workprint.errors import NotFound
from workprint.render import Asset, Claim
from workprint.spec import Kind


@dataclass(frozen=True, slots=True)
class Draft:
    """One archived draft: what serves a variant's take, and its film."""

    claim: Claim
    film: Asset


async def drafts_of(ledger: Ledger, campaign_id: str) -> tuple[Draft, ...]:
    """Every draft that lies in the bucket, by variant and take. NotFound for an unknown campaign."""
    return tuple(_drafts((await gathered(ledger, campaign_id)).reel))


async def draft_with(ledger: Ledger, campaign_id: str, sha256: str) -> Draft:
    """The draft with these bytes. NotFound when the campaign has none."""
    last = last_gathered(ledger, campaign_id)
    # A draft stays one: players report every few seconds, and the ledger is asked only about what is new.
    known = _with(sha256, last.reel) if last else None
    found = known or _with(sha256, (await gathered(ledger, campaign_id)).reel)
    if found is None:
        raise NotFound("this campaign has no such draft")
    return found


def _with(sha256: str, reel: Reel) -> Draft | None:
    return next((draft for draft in _drafts(reel) if draft.film.sha256 == sha256), None)


def _drafts(reel: Reel) -> Iterator[Draft]:
    for claim in reel.claims:
        if claim.kind is Kind.DRAFT and claim.render.id in reel.films:
            yield Draft(claim, reel.films[claim.render.id])
