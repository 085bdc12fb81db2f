"""What the minimax dialect refuses to say, and what follows from what it reads."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.workprint.briefs import brief
from tests.workprint.dialects.cases import DRAFT, spec_of
from workprint.brief import Audio
from workprint.dialects.minimax import MiniMaxDialect
from workprint.errors import InputError
from workprint.models import model_facts
from workprint.outcomes import Observation, Reply
from workprint.recovery import Grade
from workprint.rules_model import model_problems
from workprint.spec import Kind

MINIMAX = MiniMaxDialect()
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SPEC = replace(DRAFT, provider="minimax", model="MiniMax-H3", resolution="768p", audio=Audio.GENERATE)
FINAL = replace(SPEC, kind=Kind.FINAL, resolution="2k")


def seen(task: dict[str, Any]) -> Observation:
    """What one answer of Query Task means."""
    found = MINIMAX.read_check(Reply(200, json.dumps({"task": {"id": "1", **task}}).encode()), NOW)
    assert isinstance(found, Observation)
    return found


def test_a_lost_submit_is_told_by_what_the_list_says() -> None:
    """Nothing of ours comes back, so only the list's own facts can tell a lost task."""
    assert [Grade.FINGERPRINT, None] == [MINIMAX.recovery, MINIMAX.look_up("wp-rnd_1")]


def test_a_native_final_needs_its_draft() -> None:
    """Without the draft's task there is nothing to make 2K of, and the error says what is missing."""
    with pytest.raises(InputError, match="draft_task_id"):
        MINIMAX.submit(FINAL, {}, client_ref="wp-1")


def test_a_reference_needs_an_address() -> None:
    """A reference that was not frozen never reaches the provider as an empty item."""
    case = {"spec": {"model": "MiniMax-H3", "references": [{"role": "first_frame", "sha256": "a" * 64}]}}

    with pytest.raises(InputError, match="first_frame"):
        MINIMAX.submit(spec_of(case), {}, client_ref="wp-1")


def test_an_unknown_model_is_an_input_error() -> None:
    """A model nobody described is refused before anything is sent."""
    with pytest.raises(InputError, match="MiniMax-H9"):
        MINIMAX.submit(replace(SPEC, model="MiniMax-H9"), {}, client_ref="wp-1")


def test_the_seconds_it_billed_are_priced_by_the_list() -> None:
    """A draft of eight billed seconds costs eight times the list's price, a final made from it the cheaper rate."""
    facts = model_facts("MiniMax-H3", "minimax")
    billed = seen({"status": "succeeded", "content": {"url": "https://x.example/a"}, "usage": {"total_seconds": 8}})

    charges = [facts.charge_of(spec, billed) for spec in (SPEC, FINAL, replace(FINAL, native=False))]

    assert [Decimal("0.6400"), Decimal("0.4000"), Decimal("1.0400")] == [charge and charge.amount for charge in charges]


def test_every_answer_counts_the_life_of_a_link_anew() -> None:
    """Asking again gives a fresh link, so its hour begins with the answer and not with the render."""
    old = seen({"status": "succeeded", "content": {"url": "https://x.example/a"}, "updated_at": 1_700_000_000})

    assert old.link_expires_at is not None
    assert old.link_expires_at > NOW


def test_a_brief_without_sound_is_refused_with_a_way_out() -> None:
    """H3 always makes sound, so `mute` is an error that says what to ask for instead."""
    quiet = brief(
        budget={"amount": "500.00", "currency": "USD"}, draft={"resolution": "768p"}, final={"resolution": "2k"}
    )

    found = {problem.path: problem.fix for problem in model_problems(quiet, model_facts("MiniMax-H3", "minimax"))}

    assert {"shots[0].audio": "use generate, or another model"} == found
