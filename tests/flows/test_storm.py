"""One campaign in which nearly every film meets another fault of the provider: what it costs, and how it ends."""

import asyncio
from dataclasses import dataclass

import pytest
from prefect.client.schemas.objects import State

from tests.flows.stage import Stage, small
from workprint.charges import ChargeState
from workprint.failures import FailureKind
from workprint.failures import Stage as FailedAt
from workprint.render import Place, Render, Verdict
from workprint.spec import Kind
from workprint.states import RenderState

pytestmark = pytest.mark.flow

#: Shot -> the fault that its draft or final meets.
WEATHER = {
    "calm": None,
    "throttled": {"fault": "too_many_requests", "match": {"kind": "draft"}, "retry_after": 1},
    "dropped": {"fault": "accept_then_timeout", "match": {"kind": "draft"}, "hold": 0.1},
    "broken": {"fault": "server_error", "match": {"kind": "draft"}, "created": True},
    "lost": {"fault": "server_error", "match": {"kind": "draft"}},
    "stumbling": {"fault": "failed_task", "match": {"kind": "final"}},
    "hopeless": {"fault": "failed_task", "match": {"kind": "draft"}, "times": 0},
    "indecent": {"fault": "content_rejected", "match": {"kind": "final"}, "times": 0},
    "empty": {"fault": "zero_byte_file", "match": {"kind": "final"}, "times": 0},
    "short": {"fault": "wrong_duration", "match": {"kind": "final"}, "times": 0},
    "late": {"fault": "expired_link", "match": {"kind": "final"}, "times": 0},
    "cut": {"fault": "truncated_download", "match": {"kind": "final"}, "times": 0},
}


@dataclass(frozen=True)
class Storm:
    """A campaign that went through all of it."""

    stage: Stage
    run_id: str
    state: State

    async def draft(self, shot: str) -> Render:
        return await self.stage.render(self.run_id, shot, Kind.DRAFT)

    async def final(self, shot: str) -> Render:
        return await self.stage.render(self.run_id, shot, Kind.FINAL)

    async def ordered(self, shot: str, *, draft: bool) -> int:
        """How many tasks the provider made for a film, charged or not."""
        tasks = [t for t in await self.stage.sandbox.tasks() if f"named {shot}" in t["prompt"]]
        return len([t for t in tasks if t.get("draft", False) is draft])

    async def path(self, render: Render) -> list[RenderState]:
        """The states a render went through."""
        return [event.after for event in await self.stage.ledger.events(render.id)]


@pytest.fixture(scope="module")
async def storm(shared_stage: Stage) -> Storm:
    """All drafts, an approval of all that can be seen, and all finals."""
    aimed = {shot: fault for shot, fault in WEATHER.items() if fault}
    await shared_stage.sandbox.faults(
        *({**fault, "match": {**fault["match"], "prompt": f"named {shot}"}} for shot, fault in aimed.items())
    )
    run_id, state = await shared_stage.through(small(*WEATHER))
    return Storm(shared_stage, run_id, state)


async def test_one_failure_does_not_sink_the_others(storm: Storm) -> None:
    """A campaign with failures among its films completes as `Delivered in part`, with the good ones delivered."""
    assert ("Delivered in part", True) == (storm.state.name, storm.state.is_completed())
    assert "6 delivered" in (storm.state.message or "")


@pytest.mark.parametrize("shot", ["calm", "throttled", "dropped", "broken", "lost", "stumbling"])
async def test_a_film_that_arrives_is_paid_once(storm: Storm, shot: str) -> None:
    """Whatever happened on the way, the bill has one draft and one final of a delivered film."""
    final = await storm.final(shot)
    assert (RenderState.ARCHIVED, Verdict.PASSED) == (final.state, final.moderation)
    assert [1, 1] == [len(await storm.stage.charges(shot, draft=draft)) for draft in (True, False)]


async def test_a_throttled_submit_is_sent_again(storm: Storm) -> None:
    """A 429 with Retry-After puts the render back to planned, and the second POST of the same render is taken."""
    draft = await storm.draft("throttled")
    assert (2, None) == (draft.attempts, draft.retry_of)
    assert RenderState.PLANNED in (await storm.path(draft))[1:]
    assert 1 == await storm.ordered("throttled", draft=True)


@pytest.mark.parametrize("shot", ["dropped", "broken"])
async def test_a_submit_without_an_answer_is_found_in_the_list(storm: Storm, shot: str) -> None:
    """A time-out or bare 500 after the task was made leads over unknown to queued, with one POST and no second task."""
    draft = await storm.draft(shot)
    assert [RenderState.UNKNOWN, RenderState.QUEUED] == (await storm.path(draft))[2:4]
    assert (1, 1) == (draft.attempts, await storm.ordered(shot, draft=True))


async def test_a_lost_submit_is_ordered_once_more_when_its_absence_is_proven(storm: Storm) -> None:
    """A bare 500 that made no task ends as failed, free of charge, and a new render that names it takes its place."""
    draft = await storm.draft("lost")
    lost = await storm.stage.ledger.get(draft.retry_of or "")
    assert (RenderState.FAILED, ChargeState.NOT_CHARGED) == (lost.state, lost.charge_state)
    assert RenderState.UNKNOWN in await storm.path(lost)
    assert 1 == await storm.ordered("lost", draft=True)


async def test_the_models_own_failure_is_ordered_once_more(storm: Storm) -> None:
    """A task that failed free of charge is ordered once more on record."""
    final = await storm.final("stumbling")
    assert ChargeState.NOT_CHARGED is (await storm.stage.ledger.get(final.retry_of or "")).charge_state
    assert 2 == await storm.ordered("stumbling", draft=False)


async def test_a_draft_that_keeps_failing_is_given_up(storm: Storm) -> None:
    """A draft whose model failed twice is not tried a third time, never shown at the gate, and costs nothing."""
    draft = await storm.draft("hopeless")
    assert (RenderState.FAILED, FailureKind.UPSTREAM) == (draft.state, draft.failure_kind)
    assert 2 == await storm.ordered("hopeless", draft=True)
    assert 0 == await storm.ordered("hopeless", draft=False)
    assert [] == await storm.stage.charges("hopeless")


async def test_a_final_the_provider_refuses_to_show_is_not_paid(storm: Storm) -> None:
    """Content rejection after rendering ends as failed with class content_policy, uncharged, and is not tried again."""
    final = await storm.final("indecent")
    assert (RenderState.FAILED, FailureKind.CONTENT_POLICY) == (final.state, final.failure_kind)
    assert ChargeState.NOT_CHARGED is final.charge_state
    assert 1 == await storm.ordered("indecent", draft=False)
    assert [] == await storm.stage.charges("indecent", draft=False)


@pytest.mark.parametrize("shot", ["empty", "cut"])
async def test_a_paid_file_that_is_no_film_is_never_rendered_again(storm: Storm, shot: str) -> None:
    """An empty or broken file ends as failed at download, charged as the bill says, and is ordered once only."""
    final = await storm.final(shot)
    assert (RenderState.FAILED, FailureKind.UPSTREAM, FailedAt.DOWNLOAD) == (
        final.state,
        final.failure_kind,
        final.failure_stage,
    )
    assert ChargeState.CHARGED is final.charge_state
    assert (1, 1) == (await storm.ordered(shot, draft=False), len(await storm.stage.charges(shot, draft=False)))


async def test_a_film_that_is_not_what_was_asked_stays_in_quarantine(storm: Storm) -> None:
    """A final of the wrong duration is blocked by name of the rule, kept in quarantine, and never reaches delivery."""
    final = await storm.final("short")
    (asset,) = await storm.stage.ledger.assets(final.id)
    assert (RenderState.ARCHIVED, Verdict.BLOCKED, Place.QUARANTINE) == (final.state, final.moderation, asset.place)
    assert any("duration" in finding["rule"] for finding in final.moderation_findings)
    assert asset.key in await storm.stage.bucket.list("quarantine/")
    assert not [key for key in await storm.stage.bucket.list("delivery/") if "short-" in key]


async def test_a_link_that_died_is_paid_and_not_rendered_again(storm: Storm) -> None:
    """An expired link ends as link_expired, charged, with one task, and the customer's sentence speaks of the link."""
    final = await storm.final("late")
    assert (RenderState.LINK_EXPIRED, FailureKind.LINK) == (final.state, final.failure_kind)
    assert ChargeState.CHARGED is final.charge_state
    assert (1, 1) == (await storm.ordered("late", draft=False), len(await storm.stage.charges("late", draft=False)))


async def test_nothing_half_landed_is_left_behind(storm: Storm) -> None:
    """Below quarantine lies the blocked film with its manifest, and nothing of the films that failed."""
    names = {key.split("/")[-1].split("-")[0] for key in await storm.stage.bucket.list("quarantine/")}
    assert {"short"} == names


async def test_bill_and_ledger_agree(storm: Storm) -> None:
    """What the ledger calls charged is what the provider billed, render by render, failures included."""
    found = await asyncio.gather(*(storm.stage.ledger.in_state(state) for state in RenderState))
    charged = {r.client_ref for renders in found for r in renders if r.charge_state is ChargeState.CHARGED}
    assert {line["safety_identifier"] for line in await storm.stage.charges()} == charged


async def test_starting_again_after_the_storm_pays_nothing(storm: Storm) -> None:
    """A second start from the top asks for nothing, and ends as the first did."""
    before = len(await storm.stage.sandbox.tasks())
    assert "Delivered in part" == (await storm.stage.again(storm.run_id)).name
    assert before == len(await storm.stage.sandbox.tasks())
