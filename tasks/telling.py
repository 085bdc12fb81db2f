"""Telling people: that a gate opened, that it was decided, that a campaign ended. Each is told once, however often a
run starts again from the top: what is to be told stands in the ledger, under an id of its own.

Nothing here raises. A message that does not go out is tried again by rescue (`tasks.rescue.telling`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial

from blocks.ledger.ledger import Ledger
from tasks.house import House
from tasks.notice_texts import text_of
from tasks.teller import Teller, room_links, run_log, send, why
from workprint.board import Board
from workprint.campaigns import Campaign
from workprint.gates import Gate, GateState, Reminder
from workprint.notice_endings import ended_well
from workprint.notices import Notice, NoticeState, Occasion
from workprint.policy import Approver, person

#: Seconds that telling may keep a campaign waiting, whatever happens.
PATIENCE = 15.0


async def opened(house: House, board: Board, gate: Gate) -> None:
    """People are asked: channels hear of it, and each approver who can be reached gets a personal link."""
    await _calmly(house.teller, gate.campaign_id, partial(_opened, house.teller, board.plan.brief.project, gate))


async def decided(house: House, board: Board) -> None:
    """What was decided last, once its gate is closed."""
    of_gates = [one for one in board.approvals if one.gate_id is not None]
    if of_gates:
        gate_id = str(max(of_gates, key=lambda one: one.at).gate_id)
        work = partial(_decided, house.teller, board.plan.brief.project, gate_id)
        await _calmly(house.teller, board.plan.campaign_id, work)


async def ended(house: House, board: Board) -> None:
    """The campaign is closed in the ledger, and its final state is told."""
    work = partial(_ended, house.teller, board.plan.brief.project, board.plan.campaign_id)
    await _calmly(house.teller, board.plan.campaign_id, work)


async def closed(ledger: Ledger, campaign_id: str) -> None:
    """The same for a campaign that ended without a house: refused, or cancelled."""

    async def work() -> Sequence[Notice]:
        teller.links = await room_links()
        return await _ended(teller, (await ledger.campaign(campaign_id)).project, campaign_id)

    teller = Teller(ledger)
    await _calmly(teller, campaign_id, work)


async def reminders(teller: Teller, campaign: Campaign, gate: Gate, reminder: Reminder) -> tuple[Notice, ...]:
    """What is to be told of a gate that still waits: to channels, to approvers who have not voted, to those above."""
    settings = await teller.settings_of(campaign.project)
    subject, now = f"{gate.id}:{reminder}", datetime.now(UTC)
    told = [
        Notice.of(campaign.id, Occasion.REMINDED, subject, target, "", now)
        for target in settings.targets(Occasion.REMINDED)
    ]
    if settings.remind:
        voted = {person(vote.actor) for vote in await teller.ledger.gates.votes(campaign.id) if vote.gate_id == gate.id}
        missing = [one for one in gate.policy.approvers if person(one.name) not in voted]
        told += _personal(campaign.id, Occasion.REMINDED, subject, missing, now)
    if reminder is Reminder.LAST_TENTH:
        told += [
            Notice.of(campaign.id, Occasion.ESCALATED, gate.id, target, "", now)
            for target in settings.targets(Occasion.ESCALATED)
        ]
    return tuple(told)


async def _opened(teller: Teller, project: str, gate: Gate) -> Sequence[Notice]:
    settings, now = await teller.settings_of(project), datetime.now(UTC)
    channels = _channels(gate.campaign_id, Occasion.OPENED, gate.id, settings.targets(Occasion.OPENED), now)
    return [*channels, *_personal(gate.campaign_id, Occasion.OPENED, gate.id, gate.policy.approvers, now)]


async def _decided(teller: Teller, project: str, gate_id: str) -> Sequence[Notice]:
    targets = (await teller.settings_of(project)).targets(Occasion.DECIDED)
    if not targets:
        return ()
    gate = await teller.ledger.gates.get(gate_id)
    if gate.state is GateState.OPEN:
        return ()
    return _channels(gate.campaign_id, Occasion.DECIDED, gate.id, targets, datetime.now(UTC))


async def _ended(teller: Teller, project: str, campaign_id: str) -> Sequence[Notice]:
    settings = await teller.settings_of(project)
    if not any(settings.targets(occasion) for occasion in (Occasion.DELIVERED, Occasion.FAILED)):
        return ()
    campaign = await teller.ledger.campaign(campaign_id)
    occasion = Occasion.DELIVERED if ended_well(campaign.state) else Occasion.FAILED
    return _channels(campaign_id, occasion, campaign_id, settings.targets(occasion), datetime.now(UTC))


def _channels(
    campaign_id: str, occasion: Occasion, subject: str, targets: Iterable[str], now: datetime
) -> list[Notice]:
    return [Notice.of(campaign_id, occasion, subject, target, "", now) for target in targets]


def _personal(
    campaign_id: str, occasion: Occasion, subject: str, approvers: Iterable[Approver], now: datetime
) -> list[Notice]:
    """One for each who can be reached alone."""
    return [Notice.of(campaign_id, occasion, subject, one.notify, one.name, now) for one in approvers if one.notify]


async def _send(teller: Teller, campaign_id: str, ids: Collection[str]) -> None:
    """Those of the outbox, as they stand there: some may have been tried before."""
    kept = await teller.ledger.notices.of(campaign_id)
    waiting = [notice for notice in kept if notice.id in ids and notice.state is NoticeState.WAITING]
    await send(teller.ledger, waiting, partial(text_of, teller))


async def _calmly(teller: Teller, campaign_id: str, work: Callable[[], Awaitable[Sequence[Notice]]]) -> None:
    """Put what the work finds into the outbox and send it; trouble is logged, and never the campaign's."""
    try:
        async with asyncio.timeout(PATIENCE):
            notices = await work()
            if notices:
                await teller.ledger.notices.put(notices)
                await _send(teller, campaign_id, {notice.id for notice in notices})
    except Exception as error:  # noqa: BLE001  # a message is never worth a campaign
        run_log().error("notice.not_told %s: %s", campaign_id, why(error))
