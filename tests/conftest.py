"""What every test stands on: a clean environment, and real servers by name."""

import os
from collections.abc import Generator

import pytest

# At import time, before Prefect reads its settings: a developer's own profile must not leak into the tests.
for _name in [name for name in os.environ if name.startswith(("WORKPRINT_", "PREFECT_"))]:
    del os.environ[_name]

pytest_plugins = ["tests.servers.postgres"]

@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is an error: everything a test needs must be there."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
    return report
