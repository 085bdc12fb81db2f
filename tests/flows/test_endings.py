"""Ends that need a campaign of their own."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from tests.blocks.loopback import serving
from tests.flows.stage import PROVIDER, Stage, save, small
from workprint.charges import ChargeState
from workprint.render import Verdict
from workprint.spec import Kind
from workprint.states import RenderState

pytestmark = pytest.mark.flow


def forgetful(base_url: str) -> Callable[[Request], Awaitable[Response]]:
    """A relay that passes a submit on and loses the answer, and that cannot say what it has."""

    async def relay(request: Request) -> Response:
        if request.method == "POST":
            async with httpx.AsyncClient(base_url=base_url, trust_env=False) as client:
                headers = {"authorization": request.headers["authorization"], "content-type": "application/json"}
                await client.post(request.url.path, content=await request.body(), headers=headers)
        return Response(status_code=502)

    return relay


async def test_an_outcome_nobody_knows_waits_for_a_person(stage: Stage) -> None:
    """A submit nobody can account for ends the run as `Outcome unknown`, is never sent again, and stays on record."""
    app = Starlette()
    app.add_route("/{path:path}", forgetful(stage.sandbox.base_url), methods=["GET", "POST"])
    async with serving(app) as url:
        await save(PROVIDER, stage.provider.model_copy(update={"base_url": url}))
        run_id = await stage.open(small())
        state = await stage.perform(run_id)
        assert ("Outcome unknown", True) == (state.name, state.is_failed())
        assert "Outcome unknown" == (await stage.again(run_id)).name
    render = await stage.render(run_id, "hero", Kind.DRAFT)
    assert (RenderState.UNKNOWN, ChargeState.UNKNOWN, 1) == (render.state, render.charge_state, render.attempts)
    assert 1 == len(await stage.sandbox.tasks())


async def test_an_outcome_nobody_knew_is_found_later(stage: Stage) -> None:
    """Started again when the provider can be asked, the same run finds its task and goes on to its gate."""
    app = Starlette()
    app.add_route("/{path:path}", forgetful(stage.sandbox.base_url), methods=["GET", "POST"])
    async with serving(app) as url:
        await save(PROVIDER, stage.provider.model_copy(update={"base_url": url}))
        run_id = await stage.open(small())
        assert (await stage.perform(run_id)).is_failed()
    await save(PROVIDER, stage.provider)
    assert (await stage.again(run_id)).is_paused()
    assert 1 == len(await stage.charges())


async def test_a_campaign_of_blocked_films_fails_on_moderation(stage: Stage) -> None:
    """When every final is blocked, the run ends as `Failed("Moderation")` and delivery stays empty."""
    await stage.sandbox.faults({"fault": "wrong_duration", "match": {"kind": "final"}})
    run_id, state = await stage.through(small())
    assert ("Moderation", True) == (state.name, state.is_failed())
    assert Verdict.BLOCKED is (await stage.render(run_id, "hero", Kind.FINAL)).moderation
    assert () == await stage.bucket.list("delivery/")


async def test_the_same_brief_twice_is_paid_once(stage: Stage) -> None:
    """A second campaign of the same brief is given the films of the first, pays nothing, and says so."""
    first, _ = await stage.through(small())
    paid = await stage.charges()
    second, state = await stage.through(small())
    assert "Delivered" == state.name
    assert paid == await stage.charges()
    for kind in Kind:
        ours, theirs = await stage.claim(second, "hero", kind), await stage.claim(first, "hero", kind)
        assert (True, theirs.render.id) == (ours.adopted, ours.render.id)
    assert '"adopted": true' in str((await stage.artifact(second, f"variants-{second}")).data)


async def test_two_campaigns_at_once_share_what_they_both_want(stage: Stage) -> None:
    """The same brief in two runs at the same time is one charge, whichever of them came first."""
    runs = [await stage.open(small()), await stage.open(small())]
    states = await asyncio.gather(*(stage.perform(run_id) for run_id in runs))
    assert [True, True] == [state.is_paused() for state in states]
    assert 1 == len(await stage.charges())
    assert [False, True] == sorted([(await stage.claim(run_id, "hero", Kind.DRAFT)).adopted for run_id in runs])


async def test_the_same_run_in_two_places_at_once_pays_once(stage: Stage) -> None:
    """A run that two workers took up at the same time orders every film once."""
    run_id = await stage.open(small("one", "two"))
    await asyncio.gather(stage.perform(run_id), stage.perform(run_id), return_exceptions=True)
    assert (await stage.state(run_id)).is_paused()
    assert 2 == len(await stage.sandbox.tasks())


async def test_a_model_without_native_drafts_renders_again(stage: Stage) -> None:
    """Without native drafts the final has the same inputs and seed, and the report says what that means."""
    await save(PROVIDER, stage.provider.model_copy(update={"model": "doubao-seedance-2-0-260128"}))
    run_id, state = await stage.through(small())
    assert "Delivered" == state.name
    draft, final = [await stage.render(run_id, "hero", kind) for kind in Kind]
    assert (draft.spec.seed, draft.spec.prompt, False) == (final.spec.seed, final.spec.prompt, final.spec.native)
    assert "same inputs and seed" in str((await stage.artifact(run_id, f"report-{run_id}")).data)
