"""The text of a notice, made from the ledger at the moment it is sent: nothing of it is kept."""

from datetime import UTC, datetime, timedelta

from tasks.prefect_runs import page_of
from tasks.teller import Teller
from workprint import keys, notice_words
from workprint.boards import board_of
from workprint.campaigns import Campaign
from workprint.gates import Gate, GateState
from workprint.notice_endings import ended, ended_well
from workprint.notice_words import Message, Place, Words
from workprint.notices import Notice, Occasion
from workprint.policy import person
from workprint.report import lines
from workprint.spec import canonical_sha256
from workprint.tickets import Ticket

#: A personal link lives a little longer than its gate: its holder may still be looking.
GRACE = timedelta(hours=1)
#: S3 signature version 4 allows no longer link.
_LONGEST_LINK = 7 * 24 * 3600
ISSUER = "workprint"


class Moot(Exception):
    """Nobody needs to hear it any more."""


async def text_of(teller: Teller, notice: Notice) -> Message | str:
    """What is said in a notice, in its project's language; a string says why there is nothing to say any more."""
    campaign = await teller.ledger.campaign(notice.campaign_id)
    settings = await teller.settings_of(campaign.project)
    try:
        return (await _words(teller, notice, campaign)).message(settings.language)
    except Moot as reason:
        return str(reason)


async def _words(teller: Teller, notice: Notice, campaign: Campaign) -> Words:
    match notice.occasion:
        case Occasion.DELIVERED | Occasion.FAILED:
            return await _ending(teller, notice, campaign)
        case Occasion.DECIDED:
            return await _decision(teller, notice, campaign)
        case _:
            return await _question(teller, notice, campaign)


async def _question(teller: Teller, notice: Notice, campaign: Campaign) -> Words:
    """A gate that waits: opened, half over, nearly over."""
    gate, now = await teller.ledger.gates.get(notice.subject.partition(":")[0]), datetime.now(UTC)
    if gate.state is not GateState.OPEN or campaign.closed_at is not None or gate.deadline <= now:
        raise Moot("the gate is closed")
    place = await _place(teller, notice, campaign, gate, now)
    if notice.occasion is Occasion.OPENED:
        return notice_words.opened(place, gate)
    decided = {one.variant for one in await teller.ledger.approvals(campaign.id) if one.gate_id == gate.id}
    undecided = sum(name not in decided for name in gate.variants)
    words = notice_words.escalated if notice.occasion is Occasion.ESCALATED else notice_words.reminded
    return words(place, gate, undecided, now)


async def _decision(teller: Teller, notice: Notice, campaign: Campaign) -> Words:
    gate = await teller.ledger.gates.get(notice.subject)
    approvals = [one for one in await teller.ledger.approvals(campaign.id) if one.gate_id == gate.id]
    return notice_words.decided(Place(campaign.title, _page(teller, campaign)), gate, approvals)


async def _ending(teller: Teller, notice: Notice, campaign: Campaign) -> Words:
    if campaign.closed_at is None or (notice.occasion is Occasion.DELIVERED) is not ended_well(campaign.state):
        raise Moot("the campaign has gone on since")
    claims, approvals = await teller.ledger.claims(campaign.id), await teller.ledger.approvals(campaign.id)
    board = board_of(campaign, claims, approvals, datetime.now(UTC))
    place = Place(campaign.title, _page(teller, campaign))
    if board is None:
        return ended(place, campaign.state, (), "")
    found = lines(board, await teller.ledger.films(campaign.id))
    return ended(place, campaign.state, found, board.plan.facts.currency)


async def _place(teller: Teller, notice: Notice, campaign: Campaign, gate: Gate, now: datetime) -> Place:
    personal = await _personal(teller, notice, gate, now) if notice.person else ""
    sheet = await _sheet(teller, gate, now) if notice.occasion is Occasion.OPENED else ""
    return Place(campaign.title, _page(teller, campaign), personal, sheet)


def _page(teller: Teller, campaign: Campaign) -> str:
    """Where the campaign can be seen: in the screening room, else in the Prefect UI."""
    return teller.links.page(campaign.id) if teller.links else page_of(campaign.id)


async def _personal(teller: Teller, notice: Notice, gate: Gate, now: datetime) -> str:
    """The person's own way in; empty where there is no room. Raises `Moot` when it was withdrawn."""
    if teller.links is None:
        return ""
    ticket = await teller.ledger.room.issue(ticket_for(gate, notice.person, now))
    if ticket.revoked_at is not None:
        raise Moot("the person's link was withdrawn")
    return teller.links.personal(ticket)


def ticket_for(gate: Gate, name: str, now: datetime) -> Ticket:
    """The ticket of a person the gate's policy names. The same gate and person, the same ticket."""
    known = gate.policy.approver(name)
    about = canonical_sha256([gate.campaign_id, gate.id, person(name)])
    return Ticket(
        id=f"tck_{about[:32]}",
        campaign_id=gate.campaign_id,
        name=name,
        roles=known.roles if known else (),
        issued_by=ISSUER,
        issued_at=now,
        expires_at=gate.deadline + GRACE,
    )


async def _sheet(teller: Teller, gate: Gate, now: datetime) -> str:
    """A link to the contact sheet of these drafts; empty where there are none."""
    drafts = [draft for name in gate.variants if (draft := gate.of(name)[0].draft)]
    if not drafts:
        return ""
    key = keys.contact_sheet(gate.campaign_id, canonical_sha256(drafts))
    if teller.links is not None:
        return teller.links.preview(key, now)
    if teller.bucket is None:
        return ""
    left = int((gate.deadline - now).total_seconds())
    return await teller.bucket.presign(key, min(max(left, 3600), _LONGEST_LINK))
