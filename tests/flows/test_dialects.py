"""One film the whole way in each provider's language: brief, draft, gate, final, moderation, archive."""

from decimal import Decimal

import pytest

from tests.flows.stage import PROVIDER, Stage, save, shot, small
from workprint.brief import Audio, InputType
from workprint.charges import ChargeState
from workprint.models import ModelFacts, all_models
from workprint.render import Place
from workprint.spec import Kind

pytestmark = pytest.mark.flow
#: alltoken speaks like ark, and publishes no prices: nothing can be ordered before its user writes them down.
DIALECTS = ["kling", "minimax", "fal", "openrouter", "newapi", "openai_shape"]


def able(dialect: str) -> ModelFacts:
    """A model that makes films from words and has a price."""
    priced = [f for f in all_models(dialect) if f.prices and InputType.TEXT_TO_VIDEO in f.input_types]
    return min(priced, key=lambda f: (not f.native, f.name))


@pytest.mark.parametrize("dialect", DIALECTS)
async def test_a_film_goes_the_whole_way(stage: Stage, dialect: str) -> None:
    """A block with dialect, address, key and model is all it takes: the film is delivered, its charge is known, and its
    bytes are fetched from the API's own host without opening private networks.
    """
    facts = able(dialect)
    changes = {"dialect": dialect, "path_prefix": f"/{dialect}", "model": facts.name, "allow_private_network": False}
    await save(PROVIDER, stage.provider.model_copy(update=changes))
    audio = Audio.MUTE if Audio.MUTE in facts.audio else Audio.GENERATE
    brief = small(
        shots=[shot("hero", audio=audio)],
        durations=[facts.durations[0]],
        draft={"resolution": facts.draft.resolutions[0]},
        final={"resolution": facts.final_resolutions(drafted=True)[0], "fps": facts.fps[0] if facts.fps else 24},
        budget={"amount": Decimal(100), "currency": facts.currency},
    )
    run_id, state = await stage.through(brief)
    assert "Delivered" == state.name, state.message
    renders = [await stage.render(run_id, "hero", kind) for kind in Kind]
    assert [(dialect, ChargeState.CHARGED)] * 2 == [(r.dialect, r.charge_state) for r in renders]
    assert {task["id"] for task in await stage.sandbox.tasks()} == {r.task_id.rpartition("/")[2] for r in renders}
    places = [asset.place for asset in await stage.ledger.assets(renders[1].id)]
    assert Place.DELIVERY in places
