"""What a render costs: by the list before it is made, by the provider's own word afterwards."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import facts, observation, reference, spec
from workprint.brief import Audio, InputType, Role
from workprint.charges import ChargeState, Evidence
from workprint.errors import InputError
from workprint.models import ModelFacts, Tier
from workprint.outcomes import Cost
from workprint.spec import Kind
from workprint.states import RenderState

COUNTS = st.integers(0, 10**9)
AMOUNTS = st.decimals("0", "1000", places=2)


def selling(*prices: dict[str, Any]) -> ModelFacts:
    """A model with these lines."""
    lines = tuple(Tier.model_validate({"resolutions": ["480p", "1080p"], **line}) for line in prices)
    return facts().model_copy(update={"prices": lines})


BY_TOKENS = selling({"unit": "tokens", "amount": "70"})
BY_SECONDS = selling({"unit": "seconds", "amount": "0.08"})
BY_FILM = selling({"unit": "video", "amount": "0.35"})


def seen(**changes: Any) -> Any:
    return observation(RenderState.SUCCEEDED, **changes)


def test_the_unit_says_what_is_counted() -> None:
    """A list counts tokens by the million, seconds of film, or whole films."""
    five = spec(references=(), duration=5, ratio="16:9")
    assert Decimal("3.3626") == BY_TOKENS.price(five).amount
    assert (Decimal("0.4000"), "5 seconds") == (BY_SECONDS.price(five).amount, BY_SECONDS.price(five).source[:9])
    assert Decimal("0.3500") == BY_FILM.price(five).amount


def test_seconds_of_reference_films_are_billed_too() -> None:
    """A film as input counts with its own length, and with the longest the model takes while nobody knows it."""
    film = reference(role=Role.VIDEO, duration=2.5)
    assert Decimal("0.6000") == BY_SECONDS.price(spec(references=(film,))).amount
    unread = replace(film, duration=None)
    assert Decimal("2.8000") == BY_SECONDS.price(spec(references=(unread,))).amount


@pytest.mark.parametrize(
    ("line", "fitting", "other"),
    [
        ({"audio": True}, {"audio": Audio.GENERATE}, {"audio": Audio.MUTE}),
        ({"audio": True}, {"audio": Audio.KEEP}, {"audio": Audio.MUTE}),
        ({"video_input": True}, {"references": (reference(role=Role.VIDEO),)}, {"references": ()}),
        ({"from_draft": True}, {"kind": Kind.FINAL}, {"kind": Kind.DRAFT}),
        ({"from_draft": True}, {"kind": Kind.FINAL}, {"kind": Kind.FINAL, "native": False}),
        ({"durations": [10]}, {"duration": 10}, {"duration": 5}),
        ({"input_types": ["image_to_video"]}, {}, {"input_type": InputType.TEXT_TO_VIDEO}),
        ({"resolutions": ["1080p"]}, {"resolution": "1080p"}, {"resolution": "480p"}),
    ],
)
def test_a_line_prices_what_it_names(line: dict[str, Any], fitting: dict[str, Any], other: dict[str, Any]) -> None:
    """A line that names a condition is for what meets it, and the next line that fits is for the rest."""
    model = selling({"amount": "9", "unit": "video", **line}, {"amount": "1", "unit": "video"})
    assert Decimal("9.0000") == model.price(spec(**fitting)).amount
    assert Decimal("1.0000") == model.price(spec(**other)).amount


def test_a_price_nobody_knows_is_an_input_error() -> None:
    """What the price list does not have is named with the way out, not guessed."""
    with pytest.raises(InputError, match="at 360p, sound mute") as caught:
        facts().price(spec(resolution="360p"))
    assert "WORKPRINT_MODELS" in caught.value.diagnostics()


@given(COUNTS, AMOUNTS)
def test_the_provider_s_own_money_comes_first(count: int, amount: Decimal) -> None:
    """What the provider says it took is the charge, whatever else it counts."""
    told = seen(cost=Cost(amount, "CNY"), tokens=count, seconds=Decimal(count))
    charge = BY_TOKENS.charge_of(spec(), told)
    assert charge is not None
    assert (ChargeState.CHARGED, Evidence.REPORTED, amount, "CNY") == (
        charge.state,
        charge.evidence,
        charge.amount,
        charge.currency,
    )


@given(AMOUNTS.filter(bool))
def test_money_of_another_currency_is_told_and_not_counted(amount: Decimal) -> None:
    """A budget in yuan is never moved by dollars: the estimate stays, and its source says what was reported."""
    charge = BY_TOKENS.charge_of(spec(), seen(cost=Cost(amount, "USD")))
    assert charge is not None
    assert (BY_TOKENS.price(spec()).amount, "CNY", Evidence.ESTIMATED) == (
        charge.amount,
        charge.currency,
        charge.evidence,
    )
    assert f"{amount} USD reported by the provider" in charge.source


def test_nothing_is_nothing_in_every_currency() -> None:
    """A reported cost of zero is zero, also where the list is in another currency."""
    charge = BY_TOKENS.charge_of(spec(), seen(cost=Cost(Decimal(0), "USD")))
    assert charge is not None
    assert (Decimal(0), "CNY", Evidence.REPORTED) == (charge.amount, charge.currency, charge.evidence)


@given(COUNTS)
def test_a_list_by_seconds_takes_seconds_and_a_list_by_tokens_tokens(count: int) -> None:
    """Only the unit of the list makes a charge of a count; another one says nothing that can be priced."""
    by_tokens, by_seconds = seen(tokens=count), seen(seconds=Decimal(count))
    charge = BY_TOKENS.charge_of(spec(), by_tokens)
    assert charge is not None
    assert (Decimal(70) * count / 1_000_000).quantize(Decimal("0.0001"), "ROUND_HALF_UP") == charge.amount
    assert f"{count} tokens reported" in charge.source
    told = BY_SECONDS.charge_of(spec(), by_seconds)
    assert told is not None
    assert Decimal("0.08") * count == told.amount
    assert (None, None) == (BY_TOKENS.charge_of(spec(), by_seconds), BY_SECONDS.charge_of(spec(), by_tokens))
    assert None is BY_FILM.charge_of(spec(), seen(tokens=count, seconds=Decimal(count)))
