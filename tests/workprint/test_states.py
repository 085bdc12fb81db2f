"""The life of a render, as a table."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workprint.errors import IllegalTransition
from workprint.states import FRUITLESS, IN_FLIGHT, NEXT, TERMINAL, RenderState, check_step

STATES = st.sampled_from(RenderState)


def reachable(start: RenderState) -> set[RenderState]:
    found, frontier = {start}, [start]
    while frontier:
        new = NEXT[frontier.pop()] - found
        found |= new
        frontier += new
    return found


def test_table_knows_every_state() -> None:
    """Each state has its line in the table, so that none is a dead end by accident."""
    assert set(RenderState) == set(NEXT)


def test_every_state_can_happen() -> None:
    """From `planned` a render can come to stand in each state."""
    assert set(RenderState) == reachable(RenderState.PLANNED)


@pytest.mark.parametrize("state", RenderState)
def test_every_life_can_end(state: RenderState) -> None:
    """Whatever a render is, an end can be reached from it."""
    assert reachable(state) & TERMINAL


def test_ends_are_the_five_we_know() -> None:
    """Archived, link_expired, failed, cancelled and expired are ends, and nothing else is."""
    assert {"archived", "link_expired", "failed", "cancelled", "expired"} == TERMINAL


@given(st.lists(STATES, min_size=1, max_size=12))
def test_no_path_leaves_an_end(wishes: list[RenderState]) -> None:
    """A render that has ended stays as it is, whatever is asked of it in whatever order."""
    state, end = RenderState.PLANNED, None
    for wish in wishes:
        try:
            check_step(state, wish)
        except IllegalTransition:
            continue
        assert end is None
        state = wish
        end = state if state in TERMINAL else None


@given(STATES, STATES)
def test_check_is_the_table(before: RenderState, after: RenderState) -> None:
    """The check refuses exactly the steps the table does not have."""
    try:
        check_step(before, after)
    except IllegalTransition:
        assert after not in NEXT[before]
    else:
        assert after in NEXT[before]


def test_standing_still_is_no_step() -> None:
    """No state follows itself: a repeated answer changes nothing."""
    assert [] == [state for state, following in NEXT.items() if state in following]


def test_refusal_names_what_is_allowed() -> None:
    """The error says both states and which steps the first one has."""
    with pytest.raises(IllegalTransition, match="that is unknown cannot become succeeded; allowed: failed, queued"):
        check_step(RenderState.UNKNOWN, RenderState.SUCCEEDED)


def test_refusal_after_the_end_says_so() -> None:
    """Of an ended render the error says that it has ended."""
    with pytest.raises(
        IllegalTransition, match="that is archived cannot become failed; allowed: nothing, it has ended"
    ):
        check_step(RenderState.ARCHIVED, RenderState.FAILED)


def test_unknown_is_never_sent_again() -> None:
    """No path leads from `unknown` back to a POST."""
    assert {RenderState.PLANNED, RenderState.SUBMITTING}.isdisjoint(reachable(RenderState.UNKNOWN))


def test_a_render_in_flight_ends_or_goes_on() -> None:
    """What the provider holds can succeed or end without a film, and only the queue leads to processing."""
    ends = {RenderState.SUCCEEDED, *FRUITLESS}
    assert (ends | {RenderState.PROCESSING}, ends) == (NEXT[RenderState.QUEUED], NEXT[RenderState.PROCESSING])


def test_only_a_refused_submit_goes_back() -> None:
    """Only `submitting` can become `planned` again."""
    assert [RenderState.SUBMITTING] == [state for state, following in NEXT.items() if RenderState.PLANNED in following]


def test_an_asset_was_succeeded_before() -> None:
    """Only a succeeded render can become archived."""
    assert [RenderState.SUCCEEDED] == [state for state, following in NEXT.items() if RenderState.ARCHIVED in following]


def test_fruitless_ends_and_flights_are_apart() -> None:
    """What ended without a film has ended, and what is in flight has not."""
    assert FRUITLESS < TERMINAL
    assert IN_FLIGHT.isdisjoint(TERMINAL)
