"""What a brief will cost, said before anything is spent."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.briefs import brief, shot
from workprint.brief import Role
from workprint.charges import ChargeState, Evidence
from workprint.errors import InputError, OverBudget
from workprint.models import model_facts
from workprint.quotes import OLD_AFTER, money, quote
from workprint.sizes import RATIOS, SHORT_SIDES, cropped, pixels
from workprint.spec import FrozenReference

PRO_15 = model_facts("doubao-seedance-1-5-pro-251215", "ark")
TWO = model_facts("doubao-seedance-2-0-260128", "ark")
TWO_FIVE = model_facts("doubao-seedance-2-5-260628", "ark")


def test_a_known_render_costs_what_the_list_says() -> None:
    """1080p, 16:9, 5 s at 24 fps is 243 000 tokens, at 77 yuan a million 18.711 yuan."""
    made = brief(ratios=["16:9"])
    charge = quote(made, TWO_FIVE, "sandbox").lines[0].final
    assert (charge.state, charge.evidence) == (ChargeState.QUOTED, Evidence.ESTIMATED)
    assert (Decimal("18.7110"), "CNY") == (charge.amount, charge.currency)
    assert "243000 tokens" in charge.source
    assert "2026-11-22" in charge.source


def test_sound_has_its_own_price() -> None:
    """Seedance 1.5 pro with sound costs twice the silent film."""
    silent = quote(brief(), PRO_15, "sandbox")
    loud = quote(brief(shots=[shot(audio="generate")]), PRO_15, "sandbox")
    assert 2 * silent.finals == loud.finals


def test_a_film_as_reference_counts_its_seconds() -> None:
    """Input seconds are billed too, at the list's price for film input."""
    made = brief(
        ratios=["16:9"],
        shots=[shot(input_type="video_to_video", references=[{"role": "video", "source": "a.mp4"}])],
    )
    film = FrozenReference(Role.VIDEO, "a" * 64, "video/mp4", 9, "k", "a.mp4", 1280, 720, 10.0)
    known = quote(made, TWO, "sandbox", {"hero": (film,)}).lines[0].final
    assert Decimal("20.4120") == (known.amount / 31 * 28).quantize(Decimal("0.0001"))
    assert quote(made, TWO, "sandbox").lines[0].final.amount > known.amount


def test_a_quote_is_the_worst_case() -> None:
    """Every draft and every final of every take counts, and the total is their sum."""
    made = quote(brief(takes=2), PRO_15, "sandbox")
    assert len(made.lines) == 6
    assert made.drafts + made.finals == made.total == sum(line.total for line in made.lines)


def test_a_variant_s_line_is_found_by_its_name() -> None:
    """The gate shows what each variant's final will cost."""
    made = quote(brief(), PRO_15, "sandbox")
    assert made.line("hero-1x1-5s") == made.lines[2]


def test_without_drafts_only_finals_cost() -> None:
    """No draft, no draft's price."""
    made = quote(brief(draft={"enabled": False}), PRO_15, "sandbox")
    assert made.drafts == 0
    assert all(line.draft is None for line in made.lines)


def test_over_budget_says_the_limit_the_quote_the_difference_and_the_way_out() -> None:
    """A quote above the budget stops everything, with all the numbers."""
    made = brief(budget={"amount": "5.00"})
    with pytest.raises(OverBudget) as caught:
        quote(made, PRO_15, "sandbox").check_budget(made.budget)
    told = caught.value.diagnostics()
    assert all(number in told for number in ("5.00", "7.02", "2.02"))
    assert "hero-9x16-5s" in told


def test_a_budget_that_is_just_enough_is_enough() -> None:
    """The budget is the most it may cost, not one cent less."""
    made = quote(brief(), PRO_15, "sandbox")
    made.check_budget(brief(budget={"amount": money(made.total)}).budget)


def test_no_money_is_converted() -> None:
    """A budget in another currency than the price list is a problem of the brief."""
    with pytest.raises(InputError) as caught:
        quote(brief(), PRO_15, "sandbox").check_budget(brief(budget={"amount": 9, "currency": "USD"}).budget)
    assert [p.path for p in caught.value.problems] == ["budget.currency"]


@pytest.mark.parametrize(
    ("resolution", "ratio", "size"),
    [
        ("480p", "16:9", (854, 480)),
        ("480p", "9:16", (480, 854)),
        ("1080p", "16:9", (1920, 1080)),
        ("1080p", "1:1", (1080, 1080)),
        ("720p", "21:9", (1680, 720)),
        ("4k", "4:3", (2880, 2160)),
    ],
)
def test_sizes_follow_the_short_side(resolution: str, ratio: str, size: tuple[int, int]) -> None:
    """The short side names the resolution."""
    assert size == pixels(resolution, ratio)


@given(st.sampled_from(sorted(SHORT_SIDES)), st.sampled_from(sorted(RATIOS)))
def test_sizes_are_even_and_of_the_ratio(resolution: str, ratio: str) -> None:
    """Every size can be encoded, and nothing worth a word is cropped from it."""
    width, height = pixels(resolution, ratio)
    assert (width % 2, height % 2) == (0, 0)
    assert cropped(width, height, ratio) < 0.005


@given(st.integers(1, 8000), st.integers(1, 8000), st.sampled_from(sorted(RATIOS)))
def test_a_crop_is_a_share(width: int, height: int, ratio: str) -> None:
    """For every picture the share cut away lies between nothing and all."""
    assert 0 <= cropped(width, height, ratio) < 1


@pytest.mark.parametrize(("days", "old"), [(-1, False), (0, False), (90, False), (91, True)])
def test_old_prices_are_said_to_be_old(days: int, old: bool) -> None:
    """From the ninety-first day on a quote warns in both languages, with the date of its price list."""
    made = quote(brief(), PRO_15, "sandbox")
    warning = made.age_warning(date.fromisoformat(made.price_date) + timedelta(days=days))
    assert 90 == OLD_AFTER.days
    assert old == (warning is not None)
    if warning:
        assert [True, True, True] == [word in warning for word in ("91 days old", made.price_date, "请核对")]


def test_prices_of_no_date_are_said_to_be_so() -> None:
    """A date nobody can read is a reason to look, not an error."""
    undated = replace(quote(brief(), PRO_15, "sandbox"), price_date="spring")
    assert "nobody knows how old" in str(undated.age_warning(date(2026, 11, 24)))


def test_every_line_shows_the_text_that_is_sent() -> None:
    """The camera's move and what to avoid stand in the text of the quote, with drafts and without."""
    made = brief(shots=[shot(negative_prompt="steam")])
    for wanted in (made, made.model_copy(update={"draft": made.draft.model_copy(update={"enabled": False})})):
        assert {"A steel watch, its hands turn. Camera: slow push in. Avoid: steam."} == {
            line.text for line in quote(wanted, PRO_15, "sandbox").lines
        }
