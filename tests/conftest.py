"""What every test stands on: a clean environment, and real servers by name."""

import os
from collections.abc import Generator
from typing import Any

import pytest

from tests.servers.authority import one_authority

# At import time, before Prefect reads its settings: a developer's own profile must not leak into the tests.
_OURS = "WORKPRINT_TORTURE"  # how many campaigns tests/torture runs
for _name in [name for name in os.environ if name.startswith(("WORKPRINT_", "PREFECT_")) and name != _OURS]:
    del os.environ[_name]
os.environ["SSL_CERT_FILE"] = str(one_authority())

pytest_plugins = ["tests.servers.postgres"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is an error: everything a test needs must be there."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
    return report


#: Folders whose tests share servers that are slow to start: each goes to one worker, whole, the longest first.
#: Everything else goes by file. (xdist's own `loadgroup` does nothing with pytest 9.2: it renames items to say so.)
_TOGETHER = (
    "tests/system",
    "tests/flows",
    "tests/tasks",
    "tests/deployments/stack",
    "tests/deployments/conform",
    "tests/blocks/bucket",
)


def _unit(nodeid: str) -> str:
    """What a test stays together with."""
    file = nodeid.partition("::")[0]
    return next((folder for folder in _TOGETHER if file.startswith(f"{folder}/")), file)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long units begin first, so that none of them is left alone at the end."""
    order = {folder: place for place, folder in enumerate(_TOGETHER)}
    items.sort(key=lambda item: order.get(_unit(item.nodeid), len(order)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out units in the order of the collection."""
    from xdist.scheduler import LoadScopeScheduling

    class ByUnit(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _unit(nodeid)

    config.option.loadscopereorder = False
    return ByUnit(config, log)
