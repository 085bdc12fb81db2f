"""What the kling dialect refuses to say, and the money it reads."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.workprint.dialects.cases import DRAFT, spec_of
from workprint.brief import InputType
from workprint.dialects.kling import KlingDialect
from workprint.errors import InputError
from workprint.outcomes import Cost, Observation, Reply
from workprint.recovery import Grade

KLING = KlingDialect()
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SPEC = replace(DRAFT, provider="kling", model="kling-3.0", native=False, resolution="720p")
OMNI = {"model": "kling-3.0-omni", "native": False, "resolution": "720p"}
#: Addresses of the references below.
MEDIA = {letter * 64: f"https://b.example/{letter}" for letter in "abcdef"}
FILM = {"role": "video", "sha256": "a" * 64}
FIVE = [{"role": "subject", "sha256": letter * 64} for letter in "bcdef"]


def test_it_has_the_grade_of_a_provider_that_knows_our_id() -> None:
    """A lost submit is looked up by our own id, and only where that grade is set does anybody ask so."""
    assert [Grade.CLIENT_ID, True] == [KLING.recovery, KLING.look_up("wp-rnd_1") is not None]


@pytest.mark.parametrize("client_ref", ["", "wp-rnd_1,wp-rnd_2"])
def test_a_reference_of_ours_names_one_task(client_ref: str) -> None:
    """An empty id would be no id, and one with a comma would ask for two tasks."""
    with pytest.raises(InputError, match="client_ref"):
        KLING.submit(SPEC, {}, client_ref=client_ref)


def test_an_unknown_model_is_an_input_error() -> None:
    """A model whose route nobody knows is refused before anything is sent."""
    with pytest.raises(InputError, match=r"kling-4\.0"):
        KLING.submit(replace(SPEC, model="kling-4.0"), {}, client_ref="wp-1")


def test_an_input_type_without_a_route_is_an_input_error() -> None:
    """What a model has no route for is refused, and the error says where to add one."""
    with pytest.raises(InputError) as caught:
        KLING.submit(replace(SPEC, input_type=InputType.REFERENCE_TO_VIDEO), {}, client_ref="wp-1")

    assert "fields.routes" in caught.value.diagnostics()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"references": [FILM], "audio": "generate"}, "audio"),
        ({"references": [FILM, *FIVE]}, "references"),
        ({"references": [{"role": "audio", "sha256": "a" * 64}]}, "references"),
        ({"references": [{"role": "subject", "sha256": "0" * 64}]}, "references"),
    ],
    ids=["sound beside a film", "five pictures beside a film", "a reference sound", "a reference without address"],
)
def test_what_kling_would_refuse_is_refused_here(changes: dict[str, Any], field: str) -> None:
    """What the documents rule out never becomes a paid request."""
    spec = spec_of({"spec": {**OMNI, "input_type": "reference_to_video", **changes}})
    with pytest.raises(InputError, match=field):
        KLING.submit(spec, MEDIA, client_ref="wp-1")


def test_a_film_goes_by_link_only() -> None:
    """Kling reads films from a link, so an inline one is refused with the setting that helps."""
    spec = spec_of({"spec": {**OMNI, "input_type": "video_to_video", "references": [FILM]}})
    with pytest.raises(InputError) as caught:
        KLING.submit(spec, {"a" * 64: "data:video/mp4;base64,AAAA"}, client_ref="wp-1")

    assert "reference_delivery" in caught.value.diagnostics()


@pytest.mark.parametrize(
    ("lines", "cost"),
    [
        ([("3.0", "CNY")], Cost(Decimal("3.0"), "CNY")),
        ([("0.30", "usd"), (0.12, "USD")], Cost(Decimal("0.42"), "USD")),
        ([("0", "USD")], Cost(Decimal(0), "USD")),
    ],
)
def test_cash_is_summed_to_the_cent(lines: list[tuple[Any, str]], cost: Cost) -> None:
    """What Kling says it took in money is what the charge will say, without binary fractions."""
    billing = [{"charge_type": "cash", "amount": amount, "currency": currency} for amount, currency in lines]
    body = {"code": 0, "data": [{"id": "1", "status": "failed", "billing": billing}]}

    seen = KLING.read_check(Reply(200, json.dumps(body).encode()), NOW)

    assert isinstance(seen, Observation)
    assert cost == seen.cost


def test_a_prompt_that_is_no_text_can_still_be_sent() -> None:
    """Half a surrogate pair in a prompt cannot break the request after the intent was committed."""
    request = KLING.submit(replace(SPEC, prompt="a \ud83d kettle"), {}, client_ref="wp-1")

    assert json.dumps(request.json, ensure_ascii=False).encode()
