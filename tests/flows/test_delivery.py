"""One brief of two films all the way: what stands in Prefect, ledger, bucket and at the receiver of the report."""

import hashlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from prefect.client.schemas.objects import State
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.blocks.loopback import serving
from tests.flows.stage import APPROVER, SECRET, Stage, small
from workprint.render import Place, Verdict
from workprint.spec import Kind
from workprint.states import RenderState

pytestmark = pytest.mark.flow
SHOTS = ["dial", "strap"]


@dataclass(frozen=True)
class Told:
    """One report as it arrived."""

    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Delivered:
    """A campaign that went all the way."""

    stage: Stage
    run_id: str
    state: State
    reports: list[Told]


@pytest.fixture(scope="module")
async def delivered(shared_stage: Stage) -> AsyncIterator[Delivered]:
    """Two films drafted, approved by a person and delivered, once for this file."""
    reports: list[Told] = []

    async def take(request: Request) -> Response:
        reports.append(Told(dict(request.headers), await request.body()))
        return Response(status_code=204)

    async with serving(Starlette(routes=[Route("/done", take, methods=["POST"])])) as url:
        brief = small(*SHOTS, callback_url=f"{url}/done")
        run_id, state = await shared_stage.through(brief)
        yield Delivered(shared_stage, run_id, state, reports)


async def test_the_run_ends_delivered(delivered: Delivered) -> None:
    """The run of an approved brief ends in the completed state `Delivered`, and the ledger says the same."""
    assert ("Delivered", True) == (delivered.state.name, delivered.state.is_completed())
    assert "Delivered" == (await delivered.stage.ledger.campaign(delivered.run_id)).state


async def test_each_film_is_paid_once(delivered: Delivered) -> None:
    """The provider's bill has one draft and one final a shot, and the ledger holds the very same amounts."""
    charges = await delivered.stage.charges()
    claims = await delivered.stage.ledger.claims(delivered.run_id)
    assert 4 == len(charges)
    assert {c["safety_identifier"]: Decimal(c["amount"]) for c in charges} == {
        c.render.client_ref: c.render.charge_amount for c in claims
    }


async def test_a_final_comes_from_its_approved_draft(delivered: Delivered) -> None:
    """A final carries the approval and the draft it was made from, and the approval was written before it."""
    final = await delivered.stage.render(delivered.run_id, "dial", Kind.FINAL)
    draft = await delivered.stage.render(delivered.run_id, "dial", Kind.DRAFT)
    approval = next(a for a in await delivered.stage.ledger.approvals(delivered.run_id) if a.id == final.approval_id)
    assert (APPROVER, "looks right", draft.id) == (approval.actor, approval.note, final.draft_render_id)
    assert approval.at < final.created_at
    assert approval.final_fingerprint == final.fingerprint


async def test_a_film_lies_in_delivery_as_it_is_on_record(delivered: Delivered) -> None:
    """The bytes under the delivery key have the SHA-256 and size of the asset row, and no copy stays in quarantine."""
    stage = delivered.stage
    final = await stage.render(delivered.run_id, "dial", Kind.FINAL)
    (asset,) = await stage.ledger.assets(final.id)
    body = await stage.bucket.get(asset.key)
    assert (RenderState.ARCHIVED, Verdict.PASSED, Place.DELIVERY) == (final.state, final.moderation, asset.place)
    assert (asset.sha256, asset.size) == (hashlib.sha256(body).hexdigest(), len(body))
    assert (1280, 720) == (asset.width, asset.height)
    assert () == await stage.bucket.list("quarantine/")


async def test_a_manifest_tells_the_whole_story(delivered: Delivered) -> None:
    """Beside each film lies a JSON manifest with the campaign, the render, the hash and who approved it."""
    stage = delivered.stage
    final = await stage.render(delivered.run_id, "strap", Kind.FINAL)
    (asset,) = await stage.ledger.assets(final.id)
    text = (await stage.bucket.get(asset.manifest_key)).decode()
    for word in (delivered.run_id, final.id, final.task_id or "", asset.sha256, APPROVER):
        assert word in text
    assert isinstance(json.loads(text), dict)


async def test_the_table_names_every_variant(delivered: Delivered) -> None:
    """The table artifact of the run has one row a variant, with its key and both costs."""
    artifact = await delivered.stage.artifact(delivered.run_id, f"variants-{delivered.run_id}")
    rows: list[dict[str, Any]] = json.loads(artifact.data) if isinstance(artifact.data, str) else artifact.data  # type: ignore[assignment]
    assert ["dial-16x9-4s", "strap-16x9-4s"] == [row["variant"] for row in rows]
    assert {"delivered · 已交付"} == {row["status"] for row in rows}
    assert all(row["key"].startswith("delivery/") and row["draft cost"] and row["final cost"] for row in rows)


async def test_the_quote_stands_before_the_spending(delivered: Delivered) -> None:
    """The quote artifact adds up every variant, and the bill stays at or below it."""
    artifact = await delivered.stage.artifact(delivered.run_id, f"quote-{delivered.run_id}")
    rows: list[dict[str, str]] = json.loads(artifact.data) if isinstance(artifact.data, str) else artifact.data  # type: ignore[assignment]
    quoted = Decimal(rows[-1]["draft"]) + Decimal(rows[-1]["final"])
    spent = sum((Decimal(line["amount"]) for line in await delivered.stage.charges()), Decimal(0))
    assert "total" == rows[-1]["variant"]
    assert 0 < spent <= quoted


async def test_the_report_says_how_it_ended(delivered: Delivered) -> None:
    """The report artifact names the end, each variant and each approval."""
    artifact = await delivered.stage.artifact(delivered.run_id, f"report-{delivered.run_id}")
    for words in ("Spring: Delivered", "dial-16x9-4s", "native: from the approved draft", f"approved by {APPROVER}"):
        assert words in str(artifact.data)


async def test_progress_ends_at_a_hundred(delivered: Delivered) -> None:
    """The campaign's progress artifact is complete at the end."""
    artifact = await delivered.stage.artifact(delivered.run_id, f"progress-{delivered.run_id}")
    assert 100 == float(str(artifact.data))


async def test_the_report_is_posted_signed(delivered: Delivered) -> None:
    """The brief's callback URL got one report whose Standard Webhooks signature holds, without a signed link in it."""
    (told,) = delivered.reports
    message = Webhook(SECRET).verify(told.body.decode(), told.headers)
    data = message["data"]
    assert (delivered.run_id, "Delivered") == (data["campaign_id"], data["state"])
    assert ["delivered", "delivered"] == [variant["status"] for variant in data["variants"]]
    assert "Signature" not in told.body.decode()


async def test_starting_again_after_the_end_pays_nothing(delivered: Delivered) -> None:
    """A run that ended may be started from the top again: same end, same films, same bill."""
    stage = delivered.stage
    before = (await stage.charges(), await stage.bucket.list(), await stage.ledger.claims(delivered.run_id))
    state = await stage.again(delivered.run_id)
    assert "Delivered" == state.name
    assert before == (await stage.charges(), await stage.bucket.list(), await stage.ledger.claims(delivered.run_id))
