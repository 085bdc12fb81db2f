"""A plan: what a campaign will do, the same whenever it is read back."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.workprint.briefs import PICTURE, brief, shot
from tests.workprint.builders import EMULATED, approval, asset, draft, facts, final, plan, reference, without_drafts
from workprint.brief import Role
from workprint.evidence import Offer, digest
from workprint.plan import Plan
from workprint.render import Claim, Render
from workprint.spec import Kind
from workprint.states import RenderState
from workprint.variants import Variant

PICTURED = shot(input_type="image_to_video", references=[PICTURE])


def pictured(**changes: Any) -> Plan:
    return Plan("cmp_1", brief(shots=[PICTURED]), facts(), {"hero": (reference(**changes),)})


def test_a_plan_survives_being_stored() -> None:
    """Frozen, written as JSON text and thawed, a plan is the same plan with the same hash and the same films."""
    given = pictured(duration=None)
    again = Plan.thaw("cmp_1", json.loads(json.dumps(given.frozen)), facts())
    assert (given, given.brief_hash) == (again, again.brief_hash)
    assert given.draft(given.variants()[0]).fingerprint == again.draft(again.variants()[0]).fingerprint


@pytest.mark.parametrize("other", [plan(title="Autumn"), pictured(sha256="cd" * 32), pictured(duration=2.0)])
def test_the_brief_hash_covers_brief_and_references(other: Plan) -> None:
    """Another brief, or other bytes behind a reference, is another hash."""
    assert other.brief_hash not in {plan().brief_hash, pictured().brief_hash}


def test_drafts_and_finals_use_the_frozen_references() -> None:
    """The final uses the very bytes that were approved."""
    given = pictured()
    variant = given.variants()[0]
    assert given.references["hero"] == given.draft(variant).references == given.final(variant).references


def test_a_shot_whose_references_were_not_frozen_is_refused() -> None:
    """A missing entry is an error and never means a shot without references."""
    given = replace(plan(), references={})
    with pytest.raises(KeyError, match="hero"):
        given.draft(given.variants()[0])


@pytest.mark.parametrize("given", [plan(), plan(EMULATED)], ids=["native", "emulated"])
def test_a_final_is_made_of_its_draft(given: Plan) -> None:
    """A final carries its draft's fingerprint, and says whether the provider makes it from the draft."""
    variant = given.variants()[0]
    final = given.final(variant)
    assert (given.draft(variant).fingerprint, given.facts.native) == (final.draft, final.native)


def test_without_drafts_a_final_is_direct() -> None:
    """A brief that wants no drafts gets finals that come from none."""
    given = without_drafts()
    final = given.final(given.variants()[0])
    assert ("", False, Kind.FINAL) == (final.draft, final.native, final.kind)


def test_a_draft_order_says_who_and_at_most_what() -> None:
    """An order names campaign, variant, requester and callback, and the highest price."""
    given = plan(callback_url="https://example.com/hook")
    variant = given.variants()[0]
    order = given.draft_order(variant)
    assert ("cmp_1", "hero-9x16-5s", "ann@example.com", "https://example.com/hook") == (
        order.campaign_id,
        order.variant,
        order.submitted_by,
        order.callback_url,
    )
    assert (given.draft(variant), given.facts.price(order.spec)) == (order.spec, order.quote)
    assert (None, None) == (order.approval_id, order.draft_render_id)


def test_a_final_order_carries_its_approval() -> None:
    """A final is ordered with its approval and the draft it was given for."""
    given = plan()
    variant = given.variants()[0]
    order = given.final_order(variant, approval(variant))
    assert ("apr_1", "rnd_1", given.final(variant)) == (order.approval_id, order.draft_render_id, order.spec)


def drafted(given: Plan, variant: Variant) -> Render:
    """The variant's draft, in the bucket."""
    return draft(given, variant, RenderState.ARCHIVED).render


def offered(given: Plan, variant: Variant, **film: Any) -> Offer:
    """What a yes to the variant's archived draft binds."""
    return given.offer(variant, drafted(given, variant), asset(**film))


def test_an_offer_is_about_the_very_draft() -> None:
    """Other draft bytes, no draft, another variant, another take, another brief and another round are other offers."""
    given = plan()
    first, second, _ = given.variants()
    offers = [
        offered(given, first),
        offered(given, first, sha256="00" * 32),
        given.offer(first, None, None),
        offered(given, second),
        offered(given, first.revised("closer", 2)),
        offered(plan(title="Autumn"), first),
        given.offer(first, drafted(given, first), asset(), 1),
    ]
    assert 7 == len({digest([one]) for one in offers})


def test_an_offer_is_the_same_every_time() -> None:
    """A run that starts again from the top asks the very same question."""
    again = Plan.thaw("cmp_1", json.loads(json.dumps(plan().frozen)), facts())
    assert offered(plan(), plan().variants()[0]) == offered(again, again.variants()[0])


NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


def followed(after: timedelta, *finals: Claim) -> tuple[Plan, Variant]:
    """The plan so long after its first draft was submitted, with these finals ordered."""
    given = plan()
    variant = given.variants()[0]
    claims = [draft(given, variant, RenderState.ARCHIVED, submitted_at=NOON), *finals]
    return given.following(claims, NOON + after), variant


@pytest.mark.parametrize(
    ("after", "native"), [(WEEK - timedelta(minutes=11), True), (WEEK - timedelta(minutes=9), False), (WEEK * 9, False)]
)
def test_a_draft_the_provider_forgets_is_none_to_make_a_final_from(after: timedelta, native: bool) -> None:
    """Ten minutes before its provider forgets a draft, its final becomes one of the same prompt and seed."""
    given, variant = followed(after)
    final = given.final(variant)
    assert (native, given.draft(variant).fingerprint) == (final.native, final.draft)


def test_what_is_ordered_stays_as_it_was_ordered() -> None:
    """A final from the provider's draft that is under way does not change when the draft is forgotten meanwhile."""
    first = plan().final(plan().variants()[0])
    under_way = final(plan(), plan().variants()[0], RenderState.PROCESSING)
    given, variant = followed(WEEK * 2, under_way)
    assert first == given.final(variant)


def test_an_emulated_draft_is_never_forgotten() -> None:
    """Where a final is made from the same inputs anyway, no draft has an end."""
    given = plan(EMULATED)
    assert given.handle_until(replace(drafted(given, given.variants()[0]), submitted_at=NOON)) is None


def test_the_quote_is_the_sum_of_the_prices() -> None:
    """The worst case is what every draft and every final cost at most."""
    given = plan()
    prices = [given.price(spec(variant)) for variant in given.variants() for spec in (given.draft, given.final)]
    assert sum(prices, Decimal(0)) == given.quote().total


def test_the_quote_knows_how_long_a_reference_film_is() -> None:
    """Of a frozen film the quote counts its own seconds, and not the most the model takes."""
    film = shot(input_type="video_to_video", references=[{"role": "video", "source": "a.mp4"}])
    wanted = brief(shots=[film])
    short, long = (
        Plan("cmp_1", wanted, facts(), {"hero": (reference(role=Role.VIDEO, duration=seconds),)})
        for seconds in (2.0, 20.0)
    )
    assert short.quote().total < long.quote().total
