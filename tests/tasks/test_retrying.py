"""Which failures of a task are tried again."""

import pytest
from prefect.states import Failed

from tasks.retrying import Again, worth_it
from workprint.errors import ArchiveError, LinkDead, OutcomeUnknown, WorkprintError


async def test_our_own_signal_is_tried_again() -> None:
    """A task that raised `Again` is tried again."""
    assert await worth_it(None, None, Failed(data=Again("busy")))


@pytest.mark.parametrize("error", [OutcomeUnknown(), LinkDead(), ArchiveError(), WorkprintError(), ValueError("a bug")])
async def test_nothing_else_is_tried_again(error: Exception) -> None:
    """An error that does not say so is final, whatever it is: an unknown outcome above all."""
    assert not await worth_it(None, None, Failed(data=error))
