"""Models side by side."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from workprint.brief import InputType
from workprint.catalogue import matches, overview
from workprint.models import PRICE, ModelFacts, all_models, model_facts

TODAY = date(2026, 11, 25)
PRO_15 = model_facts("doubao-seedance-1-5-pro-251215", "ark")
VEO = model_facts("fal-ai/veo3.1", "fal")


def test_five_seconds_are_compared() -> None:
    """Draft and final of a silent landscape film, and how old the list is."""
    one = overview(PRO_15, date(2026, 11, 24))
    assert (5, Decimal("0.4018"), Decimal("1.9440"), 2) == (one.seconds, one.draft, one.final, one.age)
    assert Decimal("2.3458") == one.together


def test_a_model_that_makes_no_five_seconds_is_compared_by_the_next_longer_film() -> None:
    """Nobody is told a price for a film that cannot be ordered."""
    assert 6 == overview(VEO, TODAY).seconds


@pytest.mark.parametrize("facts", all_models(), ids=lambda facts: f"{facts.dialect}:{facts.name}")
def test_every_model_has_a_line(facts: ModelFacts) -> None:
    """Each model says what it can do; without prices it says that, and costs nothing it does not know."""
    one = overview(facts, TODAY)
    assert all(one.abilities)
    assert one.seconds in facts.durations
    assert (one.age is None) == (not facts.prices)
    if not facts.prices:
        assert one.together is None
        assert any("no price" in warning for warning in one.warnings)


def test_old_prices_and_an_end_are_warned_of() -> None:
    """From the ninety-first day on, and thirty days before its end, a model carries a warning in both languages."""
    read = PRO_15.sources[PRICE].date
    assert () == overview(PRO_15, read + timedelta(days=90)).warnings
    (old,) = overview(PRO_15, read + timedelta(days=91)).warnings
    assert "91 days old" in old
    assert "请核对" in old
    (ends,) = overview(PRO_15.model_copy(update={"sunset": TODAY + timedelta(days=3)}), TODAY).warnings
    assert "will be switched off" in ends
    assert "下线" in ends


def test_models_are_found_by_what_they_do() -> None:
    """An input type and a resolution are looked for among drafts and finals; nothing asked finds all."""
    assert matches(PRO_15, None, None)
    assert matches(PRO_15, InputType.IMAGE_TO_VIDEO, "480p")
    assert not matches(PRO_15, InputType.VIDEO_TO_VIDEO, None)
    assert not matches(PRO_15, None, "4k")
