"""People are told: of gates, decisions and endings, by real notification blocks that post to a real receiver."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import get_client
from prefect.states import Cancelled
from pydantic import SecretStr

from blocks.approval_policy import ApprovalPolicy
from tasks.report import refused
from tests.flows.receiver import (
    KEY,
    ROOM,
    SECRET,
    Receiver,
    a_room,
    apprise,
    moved,
    notices,
    one_pass,
    receiving,
    rows,
    webhook,
)
from tests.flows.stage import APPROVER, Stage, save, small
from workprint.errors import OverBudget
from workprint.room_links import RoomLinks

#: Apprise loads every service it knows, and one of them an old library.
pytestmark = [pytest.mark.flow, pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")]

LINKS = RoomLinks(ROOM, SecretStr(KEY))


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


async def test_a_campaign_is_told_from_its_gate_to_its_delivery(stage: Stage, receiver: Receiver) -> None:
    """A channel hears once that a gate opened, with price, deadline, page and contact sheet, that it was decided, by
    whom and for how much, and that the film is there; a run that starts again tells nothing twice.
    """
    await notices("told", channels=[{"block": await webhook("team", receiver.port)}])
    async with a_room():
        run_id = await stage.to_gate(small("one", project="told"))
        body = receiver.body("team")
        for words in ("1 draft of", "All finals together cost at most", "Open until", f"Open: {LINKS.page(run_id)}"):
            assert words in body
        assert f"Contact sheet: {ROOM}/room/p/" in body
        assert (await stage.again(run_id)).is_paused()
        assert 1 == len(receiver.heard)
        await stage.answer(run_id, "approve_all")
        assert "Delivered" == (await stage.perform(run_id)).name
        (decision,) = [body for _, subject, body in receiver.heard if "decided" in subject]
        assert f"one-16x9-4s: approved by {APPROVER}: looks right" in decision
        assert ["waits for a decision", "is decided: 1 approved", ": Delivered"] == [
            subject.partition("”")[2].removeprefix(" ") for subject in receiver.of("team")
        ]
        assert "Spent: " in receiver.body("team")
        await stage.again(run_id)
    assert 3 == len(receiver.heard)
    assert {("sent",)} == set(rows(stage, "state"))


async def test_an_approver_gets_a_link_of_their_own(stage: Stage, receiver: Receiver) -> None:
    """Who can be reached alone gets a personal link that the ledger knows, with the roles of the policy, until an hour
    after the gate; the channel does not get it, and no row of the outbox holds it or an address.
    """
    mei, team = await apprise("mei", receiver.port), await webhook("team", receiver.port)
    await save(
        "policy-personal",
        ApprovalPolicy.model_validate({"approvers": [{"name": "Mei", "roles": ["legal"], "notify": mei}]}),
    )
    await notices("personal", channels=[{"block": team, "occasions": ["opened"]}])
    async with a_room():
        run_id = await stage.to_gate(small("one", project="personal", approvers=[]))
    (link,) = re.findall(rf"{ROOM}/room/in/(\S+)", receiver.body("mei"))
    ticket = await stage.ledger.room.ticket(LINKS.ticket_id(link, datetime.now(UTC)))
    gate = await stage.ledger.gates.current(run_id)
    assert gate is not None
    assert ("Mei", ("legal",), gate.deadline + timedelta(hours=1)) == (ticket.name, ticket.roles, ticket.expires_at)
    assert (ticket,) == await stage.ledger.room.tickets(run_id)
    assert "/room/in/" not in receiver.body("team")
    assert 2 == len(rows(stage))
    assert not re.search(f"{SECRET}|/room/|{link}", repr(rows(stage)))


async def test_without_a_room_the_run_is_where_people_go(stage: Stage, receiver: Receiver) -> None:
    """Without a screening room the messages lead to the run in the Prefect UI, also the personal ones, and there is no
    ticket; the form links its previews as ever.
    """
    mei = await apprise("mei", receiver.port)
    await save("policy-roomless", ApprovalPolicy.model_validate({"approvers": [{"name": "Mei", "notify": mei}]}))
    run_id = await stage.to_gate(small("one", project="roomless", approvers=[]))
    assert re.search(rf"Open · 打开: http\S+/runs/flow-run/{run_id}\n", receiver.body("mei"))
    assert () == await stage.ledger.room.tickets(run_id)
    assert "Open the screening room" not in await stage.form(run_id)


async def test_the_form_leads_into_the_room(stage: Stage) -> None:
    """Where there is a room the form names the campaign's page and shows previews by links that last."""
    async with a_room():
        run_id = await stage.to_gate(small("one"))
    form = await stage.form(run_id)
    assert f"[Open the screening room]({LINKS.page(run_id)})** · **[打开审片室]" in form
    links = re.findall(rf"\({ROOM}/room/p/([^)]+)\)", form)
    kept = [LINKS.preview_key(link, datetime.now(UTC)) for link in links]
    assert ["jpg", "webp"] == [key.rpartition(".")[2] for key in kept]
    assert [True, True] == [await stage.bucket.head(key) is not None for key in kept]


async def test_people_are_reminded_once_and_then_those_above(stage: Stage, receiver: Receiver) -> None:
    """At half of a gate's time its channel and the approver who has not voted are reminded, once; in the last tenth
    again, and whoever it is escalated to.
    """
    mei, team, head = [await apprise(name, receiver.port) for name in ("mei", "team", "head")]
    await save("policy-slow", ApprovalPolicy.model_validate({"approvers": [{"name": "Mei", "notify": mei}]}))
    await notices("slow", channels=[{"block": team, "occasions": ["reminded"]}], escalate_to=[head])
    run_id = await stage.to_gate(small("one", project="slow", approvers=[]))
    assert "all is well" == await one_pass()
    moved(stage, run_id, opened=timedelta(hours=6), deadline=timedelta(hours=5, minutes=1))
    assert "1 reminded, 1 told" == await one_pass()
    assert (2, 1, 0) == tuple(len(receiver.of(name)) for name in ("mei", "team", "head"))
    assert "still waits: 5 h left" in receiver.of("team")[-1]
    assert "1 of 1 variants are still undecided" in receiver.body("team")
    assert "all is well" == await one_pass()
    moved(stage, run_id, opened=timedelta(hours=20), deadline=timedelta(hours=1, minutes=1))
    assert "1 reminded, 1 told" == await one_pass()
    assert (3, 2, 1) == tuple(len(receiver.of(name)) for name in ("mei", "team", "head"))
    assert "Escalated:" in receiver.of("head")[0]
    assert "all is well" == await one_pass()


async def test_a_failed_campaign_is_told_with_its_reason(stage: Stage, receiver: Receiver) -> None:
    """A campaign that fails says the class of failure and what to do, in the project's language, and no provider."""
    await stage.sandbox.faults({"fault": "content_rejected", "match": {"prompt": "named bad"}, "times": 0})
    await notices("sad", channels=[{"block": await webhook("team", receiver.port)}], language="zh")
    run_id = await stage.open(small("bad", project="sad"))
    assert (await stage.perform(run_id)).is_failed()
    (subject,) = receiver.of("team")
    assert "失败" in subject
    assert "供应商的内容政策拒绝了" in receiver.body("team")
    assert "sandbox" not in receiver.body("team")


async def test_a_cancelled_campaign_is_told(stage: Stage, receiver: Receiver) -> None:
    """A run that was cancelled while it waited at its gate is told once, by whoever cancels what is left of it."""
    await notices("off", channels=[{"block": await webhook("team", receiver.port), "occasions": ["failed"]}])
    run_id = await stage.to_gate(small("one", project="off"))
    async with get_client() as client:
        await client.set_flow_run_state(UUID(run_id), Cancelled(), force=True)
    assert "1 cancelled" == await one_pass()
    assert "all is well" == await one_pass()
    (subject,) = receiver.of("team")
    assert subject.endswith(": Cancelled")


async def test_a_refused_campaign_is_told(stage: Stage, receiver: Receiver) -> None:
    """A campaign the ledger knows and that may not go on is told with what to do; one it does not know ends quietly."""
    await notices("dear", channels=[{"block": await webhook("team", receiver.port), "occasions": ["failed"]}])
    run_id = await stage.to_gate(small("one", project="dear"))
    for refused_run in (run_id, str(uuid4())):
        assert "Over budget" == (await refused(refused_run, OverBudget())).name
    (subject,) = receiver.of("team")
    assert subject.endswith(": Over budget")
    assert "Raise the budget or ask for less" in receiver.body("team")


async def test_a_project_that_wants_nothing_has_an_empty_outbox(stage: Stage) -> None:
    """Without settings and without approvers to reach nothing is written down."""
    _, state = await stage.through(small("one"))
    assert "Delivered" == state.name
    assert [] == rows(stage)
