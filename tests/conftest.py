"""What every test stands on: a clean environment, and real servers by name."""

import os
from collections.abc import Generator

import pytest

# At import time, before Prefect reads its settings: a developer's own profile must not leak into the tests.
_OURS = "WORKPRINT_TORTURE"  # how many campaigns tests/torture runs
for _name in [name for name in os.environ if name.startswith(("WORKPRINT_", "PREFECT_")) and name != _OURS]:
    del os.environ[_name]

pytest_plugins = ["tests.servers.postgres"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is an error: everything a test needs must be there."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
    return report


#: Folders whose tests share servers that are slow to start: each goes to one worker, everything else by file.
_TOGETHER = ("tests/flows", "tests/tasks", "tests/system", "tests/blocks/bucket", "tests/deployments/stack")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tell pytest-xdist what must stay together (`--dist loadgroup`)."""
    for item in items:
        file = item.nodeid.partition("::")[0]
        group = next((folder for folder in _TOGETHER if file.startswith(folder)), file)
        item.add_marker(pytest.mark.xdist_group(group))
