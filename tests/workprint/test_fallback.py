"""Fallback: when another provider block may make a film, at what price, and who serves it afterwards."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from tests.workprint.briefs import brief
from tests.workprint.builders import (
    EMULATED,
    NATIVE,
    WATCHER,
    approval,
    board,
    claim,
    failed,
    failure,
    given_up,
    plan,
    render,
    spec,
)
from workprint import steps
from workprint.brief import Brief
from workprint.charges import ChargeState
from workprint.failures import FailureKind, Stage
from workprint.fallback import Choice, Switch, choice_problems, in_chinese, may_switch, named_twice, tells_of_switch
from workprint.models import model_facts
from workprint.outcomes import Refused
from workprint.plan import Plan
from workprint.render import Change, Render
from workprint.rules import campaign_problems
from workprint.spec import Kind, Spec
from workprint.states import RenderState

BACKUP = Choice("backup", model_facts(EMULATED, "ark"))
SWITCHED = {
    FailureKind.AUTH,
    FailureKind.QUOTA,
    FailureKind.RATE_LIMIT,
    FailureKind.UPSTREAM,
    FailureKind.NETWORK,
}
TODAY = date(2026, 11, 22)


def two_blocks(**changes: object) -> Plan:
    """A campaign whose brief names a second block."""
    return replace(plan(NATIVE, fallbacks=["backup"], **changes), fallbacks=(BACKUP,))


def after(before: Render, change: Change) -> Render:
    return replace(before, state=change.to, **change.facts)


def refused(of: Spec | None = None, kind: FailureKind = FailureKind.AUTH, attempts: int = 99) -> Render:
    """A render as it stands once its provider has refused it."""
    sent = render(RenderState.SUBMITTING, of, attempts=attempts)
    return after(sent, steps.refused(sent, Refused(failure(kind), "{}"), WATCHER))


@pytest.mark.parametrize("kind", FailureKind)
def test_only_what_lies_with_the_provider_goes_elsewhere(kind: FailureKind) -> None:
    """A submit refused for the account, the pace, the model or the network may be made by another provider, one refused
    for its content or parameters may not.
    """
    assert (kind in SWITCHED) == may_switch(refused(kind=kind))


def test_first_its_own_retries() -> None:
    """A refusal that may be sent again leaves the render planned, which nobody else may take."""
    assert not may_switch(refused(kind=FailureKind.RATE_LIMIT, attempts=1))


def test_an_unknown_outcome_never_goes_elsewhere() -> None:
    """A submit nobody answered stays where it is while it is unknown, once it is proven absent, and when given up."""
    unknown = render(RenderState.UNKNOWN)
    absent = after(unknown, steps.absent(unknown, "{}", WATCHER))
    assert not any(map(may_switch, (unknown, absent, given_up(spec()))))


@pytest.mark.parametrize(
    "changes",
    [
        {"task_id": "cgt-1"},
        {"failure_stage": Stage.RENDER},
        {"charge_state": ChargeState.UNKNOWN},
        {"charge_state": ChargeState.CHARGED},
        {"state": RenderState.PLANNED},
    ],
)
def test_what_was_taken_or_charged_never_goes_elsewhere(changes: dict[str, object]) -> None:
    """After acceptance, with any doubt about its cost, or before it has failed, nobody else makes a film."""
    assert may_switch(refused())
    assert not may_switch(replace(refused(), **changes))  # type: ignore[arg-type]


def test_a_final_stays_where_its_draft_was_made() -> None:
    """A refused final of an approved draft is not made elsewhere; one without a draft may be."""
    of = spec(kind=Kind.FINAL, native=False)
    assert [True, False] == [may_switch(refused(one)) for one in (of, replace(of, draft="ab" * 32))]


@pytest.mark.parametrize(("names", "places"), [(["a", "b"], []), (["sandbox", "a", "a"], [0, 2])])
def test_each_block_is_named_once(names: list[str], places: list[int]) -> None:
    """A fallback that is the brief's own provider, or stands in the list before, is a problem with its place."""
    wanted = brief(fallbacks=names)
    paths = [f"fallbacks[{place}]" for place in places]
    assert paths == [p.path for p in named_twice(wanted)]
    assert paths == [p.path for p in campaign_problems(wanted) if p.path.startswith("fallbacks")]


def test_a_fallback_must_be_able_to_make_the_brief() -> None:
    """What a fallback's model cannot do is said with its name and the field, as is another currency."""
    wanted: Brief = brief(fallbacks=["backup"], durations=[60], budget={"amount": "9.00", "currency": "USD"})
    found = list(choice_problems(wanted, (BACKUP,), TODAY))
    assert {"fallbacks[0]"} == {problem.path for problem in found}
    said = " ".join(f"{problem.rule} {problem.fix} {problem.zh}" for problem in found)
    for words in ("backup could not make this brief: durations[0]", "budget.currency", "备用供应商 backup"):
        assert words in said
    assert [] == list(choice_problems(two_blocks().brief, (BACKUP,), TODAY))


def test_a_refused_draft_is_still_to_be_made_while_a_block_is_left() -> None:
    """From the ledger alone: refused by the first block it is to be drafted, refused by the last or for its content it
    is not.
    """
    here = two_blocks()
    first, second, third = here.variants()
    last = here.instead(second, BACKUP).draft(second)
    standing = board(
        here,
        claim(first, refused(here.draft(first))),
        claim(second, refused(last)),
        claim(third, refused(here.draft(third), FailureKind.CONTENT_POLICY)),
    )
    assert (first,) == standing.to_draft


def test_a_final_follows_the_provider_of_its_draft() -> None:
    """A variant whose draft another block made has its final there, of that draft, by that model and at its price."""
    here = two_blocks()
    variant, other, _ = here.variants()
    there = here.instead(variant, BACKUP)
    served = board(here, claim(variant, render(RenderState.ARCHIVED, there.draft(variant)))).plan
    final = served.final(variant)
    assert ("backup", EMULATED, False) == (final.provider, final.model, final.native)
    assert (there.draft(variant).fingerprint, there.final(variant)) == (final.draft, final)
    assert BACKUP.facts.price(final).amount == served.price(final)
    assert ("sandbox", NATIVE) == (served.final(other).provider, served.final(other).model)


def test_another_block_is_another_film() -> None:
    """The same variant at another block has another fingerprint, so its own render and its own price."""
    here = two_blocks()
    variant = here.variants()[0]
    there = here.instead(variant, BACKUP)
    orders = [one.draft_order(variant) for one in (here, there)]
    assert orders[0].spec.fingerprint != orders[1].spec.fingerprint
    assert [here.facts.price(orders[0].spec), BACKUP.facts.price(orders[1].spec)] == [order.quote for order in orders]
    assert [True, False] == [order.replaceable for order in orders]


def test_a_final_of_a_draft_is_not_replaceable() -> None:
    """Only drafts and finals without one say that another block is ready."""
    drafted, direct = two_blocks(), two_blocks(draft={"enabled": False})
    variant = drafted.variants()[0]
    assert not drafted.final_order(variant, approval(variant)).replaceable
    assert direct.final_order(variant, approval(variant)).replaceable


def test_the_worst_case_counts_what_is_still_to_be_ordered() -> None:
    """Before anything is claimed it is the quote; a film whose draft was refused counts for nothing, and at another
    block for its draft and final there.
    """
    here = two_blocks()
    first, *rest = here.variants()
    assert here.quote().total == board(here).worst_case(())
    standing = board(here, claim(first, refused(here.draft(first))))
    others = sum((here.price(one) for v in rest for one in (here.draft(v), here.final(v))), Decimal(0))
    assert others == standing.worst_case(())
    there = here.instead(first, BACKUP)
    dearer = [there.draft(first), there.final(first)]
    assert others + sum(map(there.price, dearer), Decimal(0)) == standing.worst_case(dearer)


def test_each_block_has_its_own_yes() -> None:
    """Of the approvals of a film without a draft, the one over the film of the block that serves it counts."""
    here = two_blocks(draft={"enabled": False})
    variant = here.variants()[0]
    there = here.instead(variant, BACKUP)
    own, other = (
        approval(variant, id=name, final_fingerprint=one.final(variant).fingerprint)
        for name, one in (("own", here), ("other", there))
    )
    assert own == board(here, own, other).approval(variant)
    serving = claim(variant, render(RenderState.QUEUED, there.final(variant)))
    assert other == board(here, own, other, serving).approval(variant)


def test_a_switch_is_told_with_reason_and_prices() -> None:
    """The notes of both renders name block, model, reason code and both prices, and what did not fit says so."""
    said = Switch(refused(), spec(provider="backup", model=EMULATED), Decimal("1.201"), Decimal("2"))
    why = "refused with auth Oops, highest price 1.21 -> 2.00 CNY"
    assert f"switched to backup ({EMULATED}): {why}" == said.made()
    assert f"in place of rnd_1 at sandbox: {why}" == said.in_place()
    dear = said.too_dear(Decimal(12), two_blocks().brief.budget)
    assert dear.endswith("the campaign could then cost 12.00, its budget is 500.00 CNY")
    assert [True, True, False] == [tells_of_switch(note) for note in (said.made(), dear, said.in_place())]
    assert ["已更换供应商", "超出预算，未更换供应商"] == [in_chinese(note) for note in (said.made(), dear)]


def test_a_failure_in_the_model_stays() -> None:
    """A task that was taken and failed is nobody else's business."""
    assert not may_switch(failed(task_id="cgt-1", charge_state=ChargeState.NOT_CHARGED))
