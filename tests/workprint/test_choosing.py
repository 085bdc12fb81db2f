"""No model named: the cheapest that can make the brief, for a reason that is told and kept."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.briefs import brief, shot
from tests.workprint.builders import plan
from workprint.choosing import Chosen, cheapest, chosen_in
from workprint.dialects.registry import dialects
from workprint.errors import InputError
from workprint.models import all_models, model_facts
from workprint.plan import Plan
from workprint.problems import errors_in
from workprint.quotes import quote
from workprint.rules_model import model_problems, sunset_problems

TODAY = date(2026, 11, 25)
CLIP = {"role": "video", "source": "clip.mp4"}
BRIEFS: list[dict[str, Any]] = [
    {},
    {"durations": [20]},
    {"final": {"resolution": "720p"}},
    {"draft": {"enabled": False}},
    {"budget": {"amount": 50, "currency": "USD"}},
    {"shots": [shot(input_type="video_to_video", references=[CLIP])], "ratios": ["16:9"]},
    {"shots": [shot(audio="generate")]},
]


@given(st.sampled_from(BRIEFS), st.sampled_from(dialects()))
def test_nothing_cheaper_can_make_it(changes: dict[str, Any], language: Any) -> None:
    """The chosen model can make the brief, and no other of the dialect that can is cheaper; or none can at all."""
    made = brief(**changes)
    able = {
        facts.name: quote(made, facts, "any").total
        for facts in all_models(language.name)
        if not errors_in((*model_problems(made, facts), *sunset_problems(facts, TODAY)))
    }
    if able:
        assert min(able.values()) == able[cheapest(made, language.name, TODAY).model]
    else:
        with pytest.raises(InputError, match=f"no {language.name} model can make this brief"):
            cheapest(made, language.name, TODAY)


def test_the_reason_is_told() -> None:
    """It names the price, how many could, and the next in line, in both languages."""
    chosen = cheapest(brief(durations=[20]), "ark", TODAY)
    assert "doubao-seedance-2-5-260628" == chosen.model
    chosen = cheapest(brief(), "ark", TODAY)
    assert "doubao-seedance-1-5-pro-251215 (7.02 CNY) is the cheapest of 3 ark models" in chosen.why
    assert "before doubao-seedance-2-0-260128" in chosen.why
    assert "最便宜" in chosen.zh


def test_money_of_another_currency_is_no_bargain() -> None:
    """Only prices in the budget's own currency are compared."""
    chosen = cheapest(brief(budget={"amount": 50, "currency": "USD"}), "ark", TODAY)
    assert "seedance-1-5-pro-251215" == chosen.model


def test_a_model_that_was_switched_off_is_not_chosen() -> None:
    """Before its end the cheapest for two seconds is taken; afterwards nothing is as short, and each is told why."""
    made = brief(durations=[2])
    assert "doubao-seedance-1-0-pro-250528" == cheapest(made, "ark", date(2026, 11, 1)).model
    with pytest.raises(InputError) as caught:
        cheapest(made, "ark", TODAY)
    told = caught.value.diagnostics()
    assert "switched off by its provider on 2026-11-24" in told
    assert "doubao-seedance-2-5-260628: durations[0]" in told


def test_a_dialect_without_prices_chooses_nothing() -> None:
    """What cannot be quoted is not chosen, and the way to write the prices down is named."""
    with pytest.raises(InputError, match=r"no price of seedance-1\.5-pro is known"):
        cheapest(brief(), "alltoken", TODAY)


def test_a_chosen_model_is_kept_with_the_campaign() -> None:
    """What the ledger keeps says which model was chosen and why, and a rerun reads the same."""
    given = plan("doubao-seedance-1-5-pro-251215")
    chosen = {"sandbox": cheapest(given.brief, "ark", TODAY)}
    kept = Plan("cmp_1", given.brief, given.facts, given.references, chosen=chosen).frozen
    thawed = Plan.thaw("cmp_1", kept, model_facts(chosen_in(kept)["sandbox"].model, "ark"))
    assert (chosen, kept) == (thawed.chosen, thawed.frozen)


def test_a_named_model_leaves_no_trace() -> None:
    """A campaign whose blocks name their models is kept as before, so approvals of old campaigns still hold."""
    kept = plan().frozen
    assert {"brief", "references"} == set(kept)
    assert {} == chosen_in(kept)
    assert Chosen("m", "why", "zh") != cheapest(brief(), "ark", TODAY)
    assert Decimal(0) < quote(brief(), model_facts("doubao-seedance-2-0-260128", "ark"), "x").total
