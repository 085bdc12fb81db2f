"""The drafts of a campaign, as guests name them: by variant and take, or by the SHA-256 of their bytes."""

from dataclasses import dataclass

from blocks.ledger import Ledger
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
    await ledger.campaign(campaign_id)
    claims, films = await ledger.claims(campaign_id), await ledger.films(campaign_id)
    drafts = [claim for claim in claims if claim.kind is Kind.DRAFT and claim.render.id in films]
    return tuple(Draft(claim, films[claim.render.id]) for claim in drafts)


async def draft_with(ledger: Ledger, campaign_id: str, sha256: str) -> Draft:
    """The draft with these bytes. NotFound when the campaign has none."""
    for draft in await drafts_of(ledger, campaign_id):
        if draft.film.sha256 == sha256:
            return draft
    raise NotFound("this campaign has no such draft")
