"""How far a campaign is: from 0 to 100, and never back while its renders go on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workprint.builders import approval, board, draft, final, plan, without_drafts
from workprint.progress import percent, story
from workprint.render import Approval, Claim, Decision
from workprint.states import RenderState

PLAN = plan(ratios=["9:16"])
(ONLY,) = PLAN.variants()
DIRECT = without_drafts(ratios=["9:16"])
LIFE = ["planned", "submitting", "queued", "processing", "succeeded", "archived"]
STATES = st.sampled_from(RenderState)


def test_nothing_done_is_nothing() -> None:
    """Before the first draft the campaign stands at zero."""
    assert 0.0 == percent(board(plan()), {})


def test_every_film_archived_is_everything() -> None:
    """With every final archived the campaign stands at a hundred."""
    made = [draft(PLAN, ONLY, RenderState.ARCHIVED), approval(ONLY), final(PLAN, ONLY, RenderState.ARCHIVED)]
    assert 100.0 == percent(board(PLAN, *made), {})


def test_without_drafts_the_final_is_everything() -> None:
    """Where no draft is wanted, none is missing."""
    only = DIRECT.variants()[0]
    assert 100.0 == percent(board(DIRECT, final(DIRECT, only, RenderState.ARCHIVED)), {})


def test_at_the_gate_a_quarter_is_done() -> None:
    """With every draft in the bucket, and no answer, a quarter is done."""
    assert 25.0 == percent(board(PLAN, draft(PLAN, ONLY, RenderState.ARCHIVED)), {})


@pytest.mark.parametrize("state", ["failed", "cancelled", "expired", "link_expired"])
def test_the_dead_hold_nobody_up(state: str) -> None:
    """A variant whose draft or final has ended without a film has arrived."""
    archived = draft(PLAN, ONLY, RenderState.ARCHIVED)
    assert 100.0 == percent(board(PLAN, draft(PLAN, ONLY, RenderState(state))), {})
    assert 100.0 == percent(board(PLAN, archived, final(PLAN, ONLY, RenderState(state))), {})


def test_the_rejected_hold_nobody_up() -> None:
    """A rejected variant has arrived, and is one of three."""
    three = plan()
    assert 33.3 == percent(board(three, approval(three.variants()[0], Decision.REJECTED)), {})


@pytest.mark.parametrize(("reported", "expected"), [({}, 5.0), ({"rnd_1": None}, 5.0), ({"rnd_1": 0.5}, 12.5)])
def test_the_providers_own_figure_counts(reported: dict[str, float | None], expected: float) -> None:
    """While a render is processing, the provider's figure moves it on; silence leaves it where it is."""
    assert expected == percent(board(PLAN, draft(PLAN, ONLY, RenderState.PROCESSING)), reported)


def test_a_life_only_goes_forward() -> None:
    """Each state of a good life is further than the one before it, for draft and final."""
    archived = draft(PLAN, ONLY, RenderState.ARCHIVED)
    drafts = [percent(board(PLAN, draft(PLAN, ONLY, RenderState(state))), {}) for state in LIFE]
    finals = [percent(board(PLAN, archived, final(PLAN, ONLY, RenderState(state))), {}) for state in LIFE]
    assert sorted(set(drafts + finals)) == list(dict.fromkeys(drafts + finals))


@given(st.none() | STATES, st.none() | STATES, st.none() | st.sampled_from(Decision), st.none() | st.floats(0, 1))
def test_always_a_percentage(
    drafted: RenderState | None, filmed: RenderState | None, decided: Decision | None, figure: float | None
) -> None:
    """Whatever stands in the ledger, the figure lies between 0 and 100."""
    rows: list[Claim | Approval] = [draft(PLAN, ONLY, drafted)] if drafted else []
    rows += [final(PLAN, ONLY, filmed)] if filmed else []
    rows += [approval(ONLY, decided)] if decided else []
    assert 0.0 <= percent(board(PLAN, *rows), {"rnd_1": figure, "rnd_2": figure}) <= 100.0


def test_the_story_counts_by_kind_and_state() -> None:
    """One line says how many drafts and finals stand where."""
    three = plan()
    first, second, third = three.variants()
    here = board(
        three,
        draft(three, first, RenderState.PROCESSING),
        draft(three, second, RenderState.ARCHIVED),
        draft(three, third, RenderState.PROCESSING),
    )
    assert "draft: 2 processing, 1 archived; final: none yet" == story(here)
