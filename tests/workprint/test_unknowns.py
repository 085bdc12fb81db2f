"""Unknown outcomes as the reader of a report meets them."""

from tests.workprint.builders import board, claim, draft, given_up, plan
from workprint.report import ending, lines, markdown
from workprint.states import RenderState

PLAN = plan(ratios=["9:16"])
(ONLY,) = PLAN.variants()


def test_an_unknown_outcome_is_told_with_its_price() -> None:
    """Of a submit nobody answered the reader learns what it may cost twice, in both languages, and the render."""
    found = lines(board(PLAN, draft(PLAN, ONLY, RenderState.UNKNOWN)), {})[0]
    assert "it may cost 3.50 CNY twice" in found.why()
    assert "最多可能重复支付 3.50 CNY" in found.why("zh")
    assert found.why().endswith("[rnd_1]")


def test_the_report_says_who_gave_up() -> None:
    """A render that was given up is told with name, reason and price, also when a new take has followed it."""
    for new_take in (False, True):
        here = board(PLAN, claim(ONLY, given_up(PLAN.draft(ONLY), new_take=new_take)))
        found = lines(here, {})
        told = markdown(here, found, ending(found))
        assert "## Unknown outcomes · 结果未知" in told
        assert r"given up by Mei: the relay \| is gone. The provider may still charge up to 3.50 CNY." in told
        assert "供应商仍可能收取最多 3.50 CNY" in told
