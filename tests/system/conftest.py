"""One stack for all system tests: real processes, started once."""

from collections.abc import Iterator

import pytest

from tests.system.stack import RunningStack, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """`workprint up`, ended by Ctrl-C after the last test."""
    with running_stack(tmp_path_factory.mktemp("stack")) as here:
        yield here
