"""A provider block that names no model: the cheapest one is taken, said, and kept for the whole campaign."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.flows.stage import MODEL, PROVIDER, Stage, save, small
from workprint.choosing import cheapest, chosen_in
from workprint.models import VARIABLE

pytestmark = pytest.mark.flow

MINI = "doubao-seedance-2-0-mini-260615"
#: Makes another model nearly free.
CHEAPER = f"""
[[models]]
dialect = "ark"
name = "{MINI}"
prices = [{{ resolutions = ["480p", "720p"], unit = "video", amount = "0.01" }}]
[models.sources.price]
source = "a gift"
date = 2026-11-25
trust = "official"
"""


async def unnamed(stage: Stage) -> None:
    """The stage's block without its model."""
    await save(PROVIDER, stage.provider.model_copy(update={"model": ""}))


async def test_the_cheapest_model_is_taken_and_kept(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quote says which and why, the ledger keeps it, and the finals are made by it also when another has become
    cheaper since.
    """
    await unnamed(stage)
    run_id = await stage.to_gate(small())
    kept = chosen_in((await stage.ledger.campaign(run_id)).brief)[PROVIDER]
    assert MODEL == kept.model
    assert kept.why in str((await stage.artifact(run_id, f"quote-{run_id}")).description)
    (tmp_path / "ours.toml").write_text(CHEAPER)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "ours.toml"))
    assert MINI == cheapest(small(), "ark", datetime.now(UTC).date()).model
    await stage.answer(run_id, "approve_all")
    assert "Delivered" == (await stage.perform(run_id)).name
    assert {MODEL} == {claim.render.spec.model for claim in await stage.ledger.claims(run_id)}
    assert 2 == len(await stage.charges())


async def test_when_no_model_can_make_it_each_says_why(stage: Stage) -> None:
    """A brief that no model can make is refused before anything is spent, with the reason of every model."""
    await unnamed(stage)
    run_id = await stage.open(small(durations=[60]))
    state = await stage.perform(run_id)
    assert state.is_failed()
    told = str(state.message)
    assert "no ark model can make this brief" in told
    assert "doubao-seedance-2-5-260628: durations[0]" in told
    assert [] == await stage.sandbox.tasks()
