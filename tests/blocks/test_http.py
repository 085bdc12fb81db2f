"""The shared rules of every outbound path."""

import inspect
from itertools import pairwise

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.http import Pace, describe, network_failure, proves_unsent
from workprint.failures import FailureKind, Stage

ERRORS = [e for _, e in inspect.getmembers(httpx, inspect.isclass) if issubclass(e, httpx.TransportError)]
LEAVES = [e for e in ERRORS if not e.__subclasses__()]


@pytest.mark.parametrize("error", LEAVES)
def test_every_transport_error_has_words(error: type[httpx.TransportError]) -> None:
    """Each of httpx's transport errors is told in plain words; a new one in httpx fails here."""
    failure = network_failure(error("boom"), Stage.SUBMIT)

    assert (FailureKind.NETWORK, error.__name__) == (failure.kind, failure.code)
    assert error.__name__ != failure.raw


def test_only_these_errors_prove_that_nothing_was_sent() -> None:
    """The list of errors after which a paid POST may be sent again is closed."""
    proving = {error.__name__ for error in ERRORS if proves_unsent(error("boom"))}

    assert {"ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol"} == proving


def test_an_error_text_has_no_signature() -> None:
    """A signed link in trouble is told without its query, and without the foreign error's own text."""
    line = describe(httpx.ReadError("secret"), "https://v.example/x.mp4?X-Tos-Signature=secret")

    assert line == "https://v.example/x.mp4: the connection broke while reading the answer"


@given(st.integers(1, 1000), st.integers(1, 50))
def test_calls_are_spread_evenly(per_second: int, calls: int) -> None:
    """However many ask at once, the n-th starts n gaps after the first."""
    pace = Pace(per_second)

    assert [pytest.approx(n / per_second) for n in range(calls)] == [pace.wait(100.0) for _ in range(calls)]


@given(st.lists(st.floats(0, 10), min_size=1, max_size=20))
def test_a_pause_is_not_saved_up(pauses: list[float]) -> None:
    """After a quiet time calls do not come in a burst: between two starts there is always a gap."""
    pace, now, starts = Pace(4), 0.0, []
    for pause in pauses:
        now += pause
        starts.append(now + pace.wait(now))

    assert all(later - earlier >= 0.25 - 1e-9 for earlier, later in pairwise(starts))
