"""What is written of each model: complete, sourced, and in agreement with the dialect that sells it."""

from datetime import date, timedelta
from itertools import product

import pytest

from tests.workprint.builders import reference, spec
from workprint.brief import Audio, Role
from workprint.dialects.registry import dialect, dialects
from workprint.errors import InputError
from workprint.models import PRICE, ModelFacts, all_models, known_models, model_facts
from workprint.rules_inputs import INPUT_RULES
from workprint.spec import Kind, Spec

MODELS = pytest.mark.parametrize("facts", all_models(), ids=lambda facts: f"{facts.dialect}:{facts.name}")
PRO_15 = model_facts("doubao-seedance-1-5-pro-251215", "ark")
TWO = model_facts("doubao-seedance-2-0-260128", "ark")


def makes(facts: ModelFacts) -> list[Spec]:
    """A spec of every kind, input, length and resolution the model has, with its first kind of sound."""
    return [
        spec(
            model=facts.name,
            kind=kind,
            input_type=input_type,
            references=(reference(role=Role.VIDEO),) if Role.VIDEO in INPUT_RULES[input_type].roles else (),
            duration=duration,
            resolution=resolution,
            ratio=facts.ratios[0],
            audio=facts.audio[0],
            native=facts.native and drafted,
        )
        for input_type, duration, (kind, drafted) in product(
            facts.input_types, facts.durations, ((Kind.DRAFT, True), (Kind.FINAL, True), (Kind.FINAL, False))
        )
        for resolution in (facts.draft.resolutions if kind is Kind.DRAFT else facts.final_resolutions(drafted=drafted))
    ]


def test_every_dialect_has_models() -> None:
    """Whoever chooses a dialect in the form finds a model of it."""
    assert {language.name for language in dialects()} == {facts.dialect for facts in all_models()}


@MODELS
def test_a_model_can_be_priced_at_everything_it_can_do(facts: ModelFacts) -> None:
    """Each kind, input, length and resolution has a size and a price, or the model says that it has no prices."""
    for wanted in makes(facts):
        assert min(facts.size(wanted.resolution, wanted.ratio)) > 0
        if facts.prices:
            assert facts.price(wanted).amount >= 0
        else:
            with pytest.raises(InputError, match=f"no price of {facts.name} is known"):
                facts.price(wanted)


@MODELS
def test_every_figure_has_a_source_and_a_date(facts: ModelFacts) -> None:
    """No number without where it comes from, when it was read and how far to trust it."""
    for figure in facts.sources.values():
        assert figure.source
        assert date(2026, 1, 1) <= figure.date
    assert not facts.prices or str(facts.sources[PRICE].date) in facts.price_source


@MODELS
def test_links_live_as_long_as_the_dialect_says(facts: ModelFacts) -> None:
    """The life of a result link is written once for people and once for the watcher, and both say the same."""
    assert dialect(facts.dialect).link_life == timedelta(hours=facts.link_hours)


@MODELS
def test_what_a_model_takes_fits_its_inputs(facts: ModelFacts) -> None:
    """Every input type has the roles it cannot do without, and a kind of sound it allows."""
    for input_type in facts.input_types:
        rule = INPUT_RULES[input_type]
        assert all(facts.roles.get(role, 0) >= least for role, (least, _) in rule.roles.items())
        assert not rule.one_of or any(facts.roles.get(role) for role in rule.one_of)
    assert {Audio.MUTE, Audio.GENERATE} & set(facts.audio)


def test_a_native_draft_lives_for_a_week() -> None:
    """After seven days a draft cannot become a final; one that is only a preview never ends."""
    assert (PRO_15.draft_lifetime, TWO.draft_lifetime) == (timedelta(days=7), None)


def test_sizes_without_a_table_follow_the_short_side() -> None:
    """Where a model's own pixels are not known, the resolution names the short side."""
    assert (1280, 720) == PRO_15.model_copy(update={"sizes": {}}).size("720p", "16:9")
    assert (1366, 768) == PRO_15.size("768p", "16:9")


def test_an_unknown_model_names_the_known_ones_of_its_dialect() -> None:
    """A typing error in the provider block shows what could have been meant there, in both languages."""
    with pytest.raises(InputError) as caught:
        model_facts("sora-9", "ark")
    told = caught.value.diagnostics()
    assert all(name in told for name in known_models("ark"))
    assert "请在 provider 配置中选择" in told
    assert "MiniMax-H3" not in told


def test_the_same_name_may_be_sold_by_two_dialects() -> None:
    """Facts belong to a model as one dialect sells it."""
    assert "newapi" == model_facts(PRO_15.name, "newapi").dialect
    assert set(known_models("ark")) < set(known_models())
