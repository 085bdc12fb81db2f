"""Evidence: what an approval binds, sealed, and what differs from it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.test_votes import vote
from workprint.deciding import approvals_of, disagreements, voters_of, withdrawal, withdrawals
from workprint.evidence import FIELDS, Evidence, Offer, amount_text, changed, digest, in_words, model_version
from workprint.gates import Cause, Deadline, Gate
from workprint.policy import OPEN, ApproverRole, Policy
from workprint.render import Approval, Decision
from workprint.spec import canonical_sha256
from workprint.votes import Settlement

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
OFFER = Offer(
    campaign="cmp",
    variant="hero",
    take=1,
    brief="b" * 64,
    draft_render_id="rnd_1",
    draft="d" * 64,
    final={"prompt": "tea 茶", "duration": 4},
    fingerprint="f" * 64,
    provider="sandbox",
    dialect="ark",
    model="seedance-1-5-pro-251215",
    version="251215",
    max_amount="1.95",
    currency="CNY",
)


def gate(policy: Policy = OPEN, *offers: Offer) -> Gate:
    """A question."""
    end = Deadline(NOON, Cause.TIMEOUT)
    return Gate.asked("cmp", offers or (OFFER,), policy, amount="9", currency="CNY", opened_at=NOON, end=end)


def yes(*offers: Offer) -> Approval:
    """The first approval of a settled yes."""
    asked = gate(OPEN, *offers)
    return approvals_of(asked, "hero", Settlement(Decision.APPROVED, (vote("ann", Decision.APPROVED),)), NOON)[0]


def test_an_approval_agrees_with_its_own_evidence() -> None:
    """Freshly written, row, evidence and seal say the same."""
    approval = yes()
    assert () == disagreements(approval)
    assert approval.covers == canonical_sha256(json.loads(approval.evidence or ""))
    assert {"vot_ann_0"} == voters_of(approval)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"campaign_id": "x"}, "campaign"),
        ({"variant": "x"}, "variant"),
        ({"take": 2}, "take"),
        ({"draft_render_id": "x"}, "draft_render_id"),
        ({"draft_sha256": "x"}, "draft"),
        ({"final_fingerprint": "x"}, "fingerprint"),
        ({"max_amount": Decimal("1.96")}, "max_amount"),
        ({"max_amount": None}, "max_amount"),
        ({"currency": "USD"}, "currency"),
        ({"actor": "eve"}, "approvers"),
        ({"role": "legal"}, "approvers"),
        ({"channel": "prefect-ui"}, "approvers"),
        ({"at": datetime(2026, 1, 1, tzinfo=UTC)}, "at"),
        ({"covers": "0" * 64}, "seal"),
        ({"evidence": None}, "seal"),
        ({"evidence": "[]"}, "seal"),
        ({"evidence": "not JSON"}, "seal"),
    ],
)
def test_a_changed_row_is_noticed(change: dict[str, object], field: str) -> None:
    """Each column that the evidence names too is compared with it, and a broken seal is all there is to say."""
    assert (field,) == disagreements(replace(yes(), **change))  # type: ignore[arg-type]


@given(st.sampled_from(sorted(OFFER.to_json())))
def test_every_field_of_an_offer_is_in_its_digest(field: str) -> None:
    """Whatever changes in what is offered, a vote on it is about something else."""
    value = OFFER.to_json()[field]
    other = {"other": 1} if isinstance(value, dict) else (value + 1 if isinstance(value, int) else f"{value}x")
    assert digest([OFFER]) != digest([replace(OFFER, **{field: other})])


def test_a_yes_to_what_several_may_make_is_one_row_each() -> None:
    """A film without a draft that two blocks may make has two approvals, each for its own price and fingerprint."""
    other = replace(OFFER, provider="other", fingerprint="e" * 64, max_amount="3")
    rows = approvals_of(gate(OPEN, OFFER, other), "hero", Settlement(Decision.APPROVED, (vote("ann"),)), NOON)
    told = {(row.final_fingerprint, row.max_amount) for row in rows}
    assert {("f" * 64, Decimal("1.95")), ("e" * 64, Decimal(3))} == told
    (no,) = approvals_of(gate(OPEN, OFFER, other), "hero", Settlement(Decision.REJECTED, (vote("ann"),)), NOON)
    assert (None, None, None) == (no.final_fingerprint, no.max_amount, no.evidence)


def test_roles_and_channels_of_everybody_stand_on_record() -> None:
    """The row names everyone who agreed, with the roles they answer for, each once."""
    votes = (vote("ann", Decision.APPROVED, ApproverRole.BRAND), vote("ben", Decision.APPROVED, ApproverRole.LEGAL))
    (row,) = approvals_of(gate(), "hero", Settlement(Decision.APPROVED, votes), NOON)
    assert ("ann, ben", "brand, legal", "cli", "because") == (row.actor, row.role, row.channel, row.note)


def test_a_withdrawal_counts_against_its_take_alone() -> None:
    """How often a yes was taken back is counted for this variant and take."""
    row = withdrawal(yes(), "edited", NOON)
    assert [1, 0, 0] == [withdrawals([row], *what) for what in (("hero", 1), ("hero", 2), ("other", 1))]


def test_what_changed_is_named_in_order() -> None:
    """The names of the fields that differ come in the order people read them, also of those that are gone or new."""
    then = Evidence.of(OFFER, OPEN, OPEN.terms(Decimal(9), "CNY"), (), NOON).to_json()
    now = {**then, "model": "x", "brief": "x", "extra": 1}
    assert ("brief", "model", "extra") == changed(then, now)
    assert () == changed(then, dict(then))
    assert in_words(("brief", "model")) == f"{FIELDS['brief']}; {FIELDS['model']}"


@pytest.mark.parametrize(
    ("model", "version"),
    [("doubao-seedance-1-5-pro-251215", "251215"), ("kling-v2.6", "v2.6"), ("fal-ai/x/v2", "v2"), ("hailuo", "")],
)
def test_a_version_is_what_ends_a_models_name(model: str, version: str) -> None:
    """The version is the number at the end of the name, and there may be none."""
    assert version == model_version(model)


@given(st.decimals(min_value=0, max_value=10**9, places=6), st.integers(0, 6))
def test_equal_amounts_have_equal_text(amount: Decimal, zeros: int) -> None:
    """However many zeros a database appends, the evidence says the same, and it is never written as 1E+1."""
    longer = Decimal(f"{amount:f}" + ("" if "." in f"{amount:f}" else ".") + "0" * zeros)
    assert amount_text(amount) == amount_text(longer)
    assert "E" not in amount_text(amount)
