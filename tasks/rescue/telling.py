"""People are reminded of gates that still wait, and hear what could not be told before."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.notice_texts import text_of
from tasks.rescue.team import Team, attempt
from tasks.teller import TRIES, send
from tasks.telling import reminders
from workprint.gates import Gate, Reminder
from workprint.notices import Notice
from workprint.rescue import Deed, Did

#: Messages of one pass: what is left over waits a minute.
AT_ONCE = 64
_WORDS = {Reminder.HALF: "half of its time is over", Reminder.LAST_TENTH: "nine tenths of its time are over"}


@task(name="remind", cache_policy=NO_CACHE, persist_result=False)
async def remind(team: Team) -> tuple[Deed, ...]:
    """Put reminders into the outbox, each once; `tell_due` sends them."""
    found: list[Deed] = []
    for gate in await team.ledger.gates.due():
        found += await attempt(gate.campaign_id, partial(_reminded, team, gate))
    return tuple(found)


async def _reminded(team: Team, gate: Gate) -> Sequence[Deed]:
    """Of two reminders that are due at once, only the later one. They are in the outbox before they count as told."""
    now = datetime.now(UTC)
    *early, newest = gate.due(now)
    campaign = await team.ledger.campaign(gate.campaign_id)
    waits = campaign.closed_at is None and gate.deadline > now
    notices = await reminders(await team.teller(), campaign, gate, newest) if waits else ()
    await team.ledger.notices.put(notices)
    for reminder in early:
        await team.ledger.gates.told(gate.id, reminder)
    if not await team.ledger.gates.told(gate.id, newest) or not notices:
        return ()
    return (Deed(Did.REMINDED, campaign.id, f"{campaign.title}: {_WORDS[newest]}"),)


@task(name="tell due", cache_policy=NO_CACHE, persist_result=False)
async def tell_due(team: Team) -> tuple[Deed, ...]:
    """Send what is in the outbox: reminders, and what a receiver did not take or a process did not live to send."""
    due = await team.ledger.notices.due(AT_ONCE)
    return tuple(await attempt("notices", partial(_told, team, due))) if due else ()


async def _told(team: Team, due: Sequence[Notice]) -> Sequence[Deed]:
    sent = await send(team.ledger, due, partial(text_of, await team.teller()))
    counted = Counter(notice.campaign_id for notice in sent)
    given_up = [one for one in due if one not in sent and one.attempts + 1 >= TRIES]
    return [
        *(Deed(Did.TOLD, campaign, f"{number} message{'s' * (number > 1)}") for campaign, number in counted.items()),
        *(Deed(Did.TROUBLE, one.campaign_id, f"{one.target}: not told, {TRIES} tries failed") for one in given_up),
    ]
