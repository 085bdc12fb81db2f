"""What was approved is what is paid: whatever is changed in between, the final is refused before it is sent."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from prefect.logging import disable_run_logger

from blocks.bucket import ArchiveBucket
from deployments.sandbox.testing import Sandbox
from tasks import submit
from tasks.board import board_of
from tasks.gates import open_gate
from tasks.house import House
from tasks.retrying import Again
from tasks.voting import typed
from tests.servers.objectstore import swift
from tests.servers.s3 import S3Server
from tests.tasks.approved import BEN, Approved, Edit, voted, votes_of
from tests.tasks.orders import Opener, small_plan
from workprint.errors import BlockUnreadable, EditedSinceApproval
from workprint.evidence import FIELDS, Offer
from workprint.policy import Channel, Policy
from workprint.render import Decision
from workprint.spec import Kind
from workprint.states import RenderState
from workprint.votes import Voter

__all__ = ["swift"]


@pytest.fixture(autouse=True)
def _outside_of_runs() -> Iterator[None]:
    with disable_run_logger():
        yield


@pytest.fixture(scope="session")
async def drafts(swift: S3Server) -> ArchiveBucket:
    """Where the drafts lie."""
    bucket = ArchiveBucket(credentials=swift.credentials(), bucket="workprint-evidence", may_create=True)
    await bucket.ensure()
    return bucket


@pytest.fixture
async def house(another_house: Opener, drafts: ArchiveBucket, tmp_path: Path) -> House:
    """A process with a bucket."""
    opened = await another_house()
    opened.bucket = drafts.model_copy(update={"prefix": f"{tmp_path.name}/"})
    return opened


@pytest.fixture
async def approved(house: House, tmp_path: Path) -> Approved:
    """An approved final that was not sent yet."""
    return await Approved.at(house, small_plan(), tmp_path)


async def test_an_unchanged_final_is_sent(approved: Approved, sandbox: Sandbox) -> None:
    """What is as it was when somebody said yes goes to the provider, once."""
    assert RenderState.QUEUED is (await approved.sent()).state
    assert 2 == len(await sandbox.tasks())


def _other(value: Any) -> Any:
    """A value of the same kind that is another one."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str():
            return ("b" if value[:1] == "a" else "a") + value[1:]
        case dict():
            key = sorted(value)[0]
            return {**value, key: _other(value[key])}
        case list():
            return [_other(value[0]), *value[1:]] if value else ["somebody"]
        case _:
            return "something"


#: Everything the evidence binds: the offer's own fields and the rest of it.
BOUND = [*Offer.__dataclass_fields__, "policy", "terms", "at", "approvers"]


def test_every_bound_field_has_a_name_for_people() -> None:
    """Whatever can have changed can be told in both languages."""
    assert set(BOUND) <= set(FIELDS)


@pytest.mark.parametrize("field", BOUND)
async def test_no_bound_field_may_change(approved: Approved, sandbox: Sandbox, field: str) -> None:
    """Evidence with one field changed and sealed anew is refused before anything is sent: the final is cancelled free
    of charge, the yes is withdrawn with the name of what changed, and the variant waits again.
    """
    bound = json.loads(approved.approval.evidence or "")
    approved.forge(**{field: _other(bound[field])})
    await _refused(approved, sandbox, field)


async def _refused(approved: Approved, sandbox: Sandbox, field: str) -> None:
    with pytest.raises(EditedSinceApproval, match="edited since approval") as told:
        await approved.sent()
    assert FIELDS[field] in str(told.value)
    assert 1 == len(await sandbox.tasks())
    ledger = approved.house.ledger
    final = await ledger.get(approved.final.id)
    assert (RenderState.CANCELLED, False) == (final.state, final.live)
    withdrawn = [one for one in await ledger.approvals("cmp_1") if one.decision is Decision.WITHDRAWN]
    assert [(approved.approval.id, True)] == [(one.withdraws, FIELDS[field] in one.note) for one in withdrawn]
    board = await board_of(approved.house, approved.plan)
    assert [approved.final.variant] == [variant.name for variant in board.waiting]


@pytest.mark.parametrize("place", ["final", "policy", "approvers"])
async def test_every_part_of_a_bound_field_counts(approved: Approved, sandbox: Sandbox, place: str) -> None:
    """Each single parameter of the final, each rule of the policy and each word about an approver is bound."""
    bound = json.loads(approved.approval.evidence or "")
    whole = bound[place][0] if place == "approvers" else bound[place]
    from tasks.evidence import edited

    for part in whole:
        changed = {**whole, part: _other(whole[part])}
        approved.forge(**{place: [changed] if place == "approvers" else changed})
        approval = await approved.house.ledger.approval(approved.approval.id)
        assert approval is not None
        assert place in await edited(approved.house, approved.final, approval), part
    await _refused(approved, sandbox, place)


async def _brief(approved: Approved) -> None:
    frozen = approved.plan.frozen
    frozen["brief"]["title"] = "Another title"
    approved.sql("UPDATE campaigns SET brief = ? WHERE id = 'cmp_1'", json.dumps(frozen))


async def _bytes(approved: Approved) -> None:
    film = (await approved.house.ledger.films("cmp_1"))[approved.final.draft_render_id or ""]
    await approved.house.bucket.remove(film.key)
    await approved.house.bucket.put(film.key, b"another film", "video/mp4")


async def _missing(approved: Approved) -> None:
    film = (await approved.house.ledger.films("cmp_1"))[approved.final.draft_render_id or ""]
    await approved.house.bucket.remove(film.key)


async def _asset(approved: Approved) -> None:
    approved.sql("UPDATE assets SET sha256 = ?", "e" * 64)


async def _price(approved: Approved) -> None:
    """The price list knows this model no longer at the old price: here the model itself is another one."""
    spec = replace(approved.final.spec, model="seedance-1-5-pro-251215")
    approved.sql("UPDATE renders SET spec = ? WHERE id = ?", json.dumps(spec.to_json()), approved.final.id)


async def _parameters(approved: Approved) -> None:
    spec = replace(approved.final.spec, duration=5)
    approved.sql("UPDATE renders SET spec = ? WHERE id = ?", json.dumps(spec.to_json()), approved.final.id)


async def _policy(approved: Approved) -> None:
    async def stricter(project: str) -> Policy:
        return Policy(quorum=2)

    approved.house.policy_of = stricter


async def _vote(approved: Approved) -> None:
    approved.sql("UPDATE votes SET actor = 'mallory' WHERE id = ?", votes_of(approved)[0]["vote"])


async def _channel(approved: Approved) -> None:
    approved.sql("UPDATE votes SET channel = 'prefect-ui' WHERE id = ?", votes_of(approved)[0]["vote"])


async def _row(approved: Approved) -> None:
    approved.sql("UPDATE approvals SET at = '2020-01-01 00:00:00.000000'")


async def _actor(approved: Approved) -> None:
    approved.sql("UPDATE approvals SET actor = 'mallory'")


async def _seal(approved: Approved) -> None:
    approved.sql("UPDATE approvals SET covers = ?", "0" * 64)


EDITS: dict[str, tuple[Edit, str]] = {
    "the brief in the ledger": (_brief, "brief"),
    "the draft's bytes in the bucket": (_bytes, "draft"),
    "the draft itself": (_missing, "draft"),
    "the draft's record": (_asset, "draft"),
    "the order's model and price": (_price, "model"),
    "the order's parameters": (_parameters, "final"),
    "the project's policy": (_policy, "policy"),
    "a vote's person": (_vote, "approvers"),
    "a vote's channel": (_channel, "approvers"),
    "the time of the approval": (_row, "at"),
    "the approver of the approval": (_actor, "approvers"),
    "the seal": (_seal, "seal"),
}


@pytest.mark.parametrize("edit", EDITS)
async def test_nothing_behind_an_approval_may_change(approved: Approved, sandbox: Sandbox, edit: str) -> None:
    """Whoever edits what an approval stands on, anywhere in the ledger, the bucket or the policy, is found out."""
    change, field = EDITS[edit]
    await change(approved)
    await _refused(approved, sandbox, field)


async def test_what_was_withdrawn_can_be_approved_anew(approved: Approved, sandbox: Sandbox) -> None:
    """After a refusal the question is another one: the old yes does not count for it, a new one does, and the same
    content is then paid once.
    """

    async def stricter(project: str) -> Policy:
        return Policy(quote_days=7, requester_may_approve=True)

    approved.house.policy_of = stricter
    await _refused(approved, sandbox, "policy")
    gate = await open_gate(approved.house, await board_of(approved.house, approved.plan))
    assert (1, ()) == (gate.offers[0].round, (await voted_before(approved, gate.id)))
    await voted(approved.house, approved.plan, typed(gate, BEN, Channel.CLI), "again")
    board = await board_of(approved.house, approved.plan)
    ((variant, approval),) = board.approved
    order = board.final_order(variant, approval)
    again = await submit.submitted(approved.house, await submit.claim(approved.house, order))
    assert (RenderState.QUEUED, approved.final.id, approval.id) == (again.state, again.retry_of, again.approval_id)
    assert 2 == len(await sandbox.tasks())
    claims = [claim for claim in await approved.house.ledger.claims("cmp_1") if claim.kind is Kind.FINAL]
    assert [again.id] == [claim.render.id for claim in claims]


async def voted_before(approved: Approved, gate_id: str) -> tuple[Any, ...]:
    """Votes that count at a gate already."""
    return tuple(v for v in await approved.house.ledger.gates.votes("cmp_1") if v.gate_id == gate_id)


async def test_what_nobody_can_know_now_takes_no_yes_back(approved: Approved, sandbox: Sandbox) -> None:
    """While the policy cannot be read, or the bucket does not answer, the final waits, and the yes stands; afterwards
    it is sent.
    """
    policy_of, bucket = approved.house.policy_of, approved.house.bucket

    async def unreadable(project: str) -> Policy:
        raise BlockUnreadable

    away = bucket.model_copy(update={"credentials": S3Server("http://127.0.0.1:9", "nobody", "nobody").credentials()})
    for broken in ({"policy_of": unreadable}, {"bucket": away}):
        for name, value in {"policy_of": policy_of, "bucket": bucket, **broken}.items():
            setattr(approved.house, name, value)
        with pytest.raises(Again):
            await approved.sent()
        assert [approved.approval] == list(await approved.house.ledger.approvals("cmp_1"))
    approved.house.bucket = bucket
    assert RenderState.QUEUED is (await approved.sent()).state
    assert 2 == len(await sandbox.tasks())


async def test_an_order_outlived_by_its_approval_is_made_anew(approved: Approved, sandbox: Sandbox) -> None:
    """A process that died between taking back a yes and its unsent order leaves nothing in the way: the next yes pays
    the same content, once.
    """
    await approved.house.ledger.gates.withdraw(approved.approval, "edited since approval")
    await voted(approved.house, approved.plan, Voter(BEN, Channel.CLI), "again")
    board = await board_of(approved.house, approved.plan)
    ((variant, approval),) = board.approved
    again = await submit.claim(approved.house, board.final_order(variant, approval))
    assert (approval.id, approved.final.id) == (again.approval_id, again.retry_of)
    assert RenderState.QUEUED is (await submit.submitted(approved.house, again)).state
    assert 2 == len(await sandbox.tasks())


async def test_money_is_bound_in_whole(approved: Approved) -> None:
    """The approval names the highest price of the final as the quote of the order does."""
    assert Decimal(json.loads(approved.approval.evidence or "")["max_amount"]) == approved.final.charge_amount
