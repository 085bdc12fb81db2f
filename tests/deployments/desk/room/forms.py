"""What guests send from a campaign's page: the form of the decision, and the scripts' JSON."""

from typing import Any

import httpx

from blocks.ledger import Ledger
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.room import inside, ticket, word
from tests.deployments.desk.room.showing import FIRST, SECOND, THIRD
from workprint.gates import Gate
from workprint.render import Approval
from workprint.tickets import Ticket

APPROVED, REJECTED, REVISE = "approved", "rejected", "revise"
PAGE = "/room/cmp_1"
ALL = {variant.name: APPROVED for variant in (FIRST, SECOND, THIRD)}


async def guest(ledger: Ledger, name: str, *roles: str, agent: bool = False, campaign_id: str = "cmp_1") -> Ticket:
    """Somebody with a personal link into the campaign."""
    values: dict[str, Any] = {"campaign_id": campaign_id, "name": name, "roles": roles, "agent": agent}
    return await ledger.room.issue(ticket(id=f"tkt_{campaign_id}_{name}", **values))


def form(gate: Gate, said: dict[str, str], nonce: str = "n1", /, **more: str) -> dict[str, str]:
    """The page's form, with these decisions by variant; `more`: other fields, or other values."""
    offers = {f"offer:{name}": gate.digest(name) for name in gate.variants}
    decisions = {f"decision:{name}": said.get(name, "") for name in {**dict.fromkeys(gate.variants), **said}}
    return {"gate": gate.id, "nonce": nonce, **offers, **decisions, **more}


async def decide(desk: Desk, who: Ticket, sent: dict[str, str]) -> httpx.Response:
    """The answer to a form of this guest."""
    there = f"/room/{who.campaign_id}/decide"
    return await desk.http.post(there, data={"csrf": word(who), **sent}, headers=inside(who))


async def tell(desk: Desk, who: Ticket, what: str, said: Any, at: str = PAGE) -> httpx.Response:
    """The answer to what a script of the page says, `comments` or `watched`."""
    headers = {**inside(who), "x-workprint-csrf": word(who)}
    return await desk.http.post(f"{at}/{what}", json=said, headers=headers)


async def decided(ledger: Ledger, campaign_id: str = "cmp_1") -> dict[str, Approval]:
    """What stands, by variant."""
    return {one.variant: one for one in await ledger.approvals(campaign_id)}


def on_record(answer: httpx.Response, count: int) -> bool:
    """Whether the browser is led back to the page, which says so."""
    assert (303, f"{PAGE}?said={count}") == (answer.status_code, answer.headers.get("location")), answer.text
    return True


def refused(answer: httpx.Response, status: int, *texts: str) -> bool:
    """Whether it is the page once more, with these texts in its list of problems."""
    assert status == answer.status_code, answer.text
    problems = answer.text.partition("data-problem-list")[2].partition("</section>")[0]
    assert [] == [text for text in texts if text not in problems], problems
    return bool(problems)


async def votes(ledger: Ledger) -> list[tuple[str, str, str]]:
    """Who said what of which variant."""
    return [(vote.variant, vote.decision.value, vote.actor) for vote in await ledger.gates.votes("cmp_1")]
