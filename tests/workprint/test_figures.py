"""What counts as overdue, and how values are summed up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.figures import SOONEST_OVERDUE, overdue_after, quantiles


@pytest.mark.parametrize(("typical", "expected"), [(None, 600.0), (0.4, 600.0), (300.0, 600.0), (301.0, 602.0)])
def test_overdue_is_twice_the_usual_time_and_never_soon(typical: float | None, expected: float) -> None:
    """A quick or unknown model has ten minutes, a slow one twice what it usually takes."""
    assert expected == overdue_after(typical)
    assert SOONEST_OVERDUE <= expected


def test_quantiles_of_nothing_are_nothing() -> None:
    """Without a value there is none to show."""
    assert {} == quantiles((), (0.5, 1.0))


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(0, 1))
def test_a_quantile_covers_its_share(values: list[float], share: float) -> None:
    """At least that share of the values is not above it, and it is one of them."""
    found = quantiles(values, (share,))[share]
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
