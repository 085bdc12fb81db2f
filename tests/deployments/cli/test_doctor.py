"""`workprint doctor` where things are missing: that is its job."""

import json
from pathlib import Path

import pytest

from tests.deployments.cli.command import workprint


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_on_an_empty_machine_the_doctor_says_what_to_do(home: Path) -> None:
    """Without any server every line still comes, with the way to mend it, and the exit code says problem."""
    ran = workprint(home, "doctor")
    assert (1, "") == (ran.returncode, ran.stderr)
    assert "ok       python: 3." in ran.stdout
    assert "problem  prefect: no stack runs in" in ran.stdout
    assert "-> start it with `workprint up`" in ran.stdout


def test_a_server_that_does_not_answer_is_named(home: Path) -> None:
    """A Prefect server that is down is a problem with its address, also for a program."""
    ran = workprint(home, "doctor", "--json", PREFECT_API_URL="http://127.0.0.1:9/api")
    said = json.loads(ran.stdout)
    found = {check["name"]: check for check in said["checks"]}
    assert (1, False, "problem") == (ran.returncode, said["ok"], found["prefect"]["level"])
    assert "http://127.0.0.1:9/api" in found["prefect"]["said"]


def test_a_broken_ledger_is_a_line_of_its_own(home: Path) -> None:
    """A ledger that is no database does not stop the doctor."""
    home.mkdir()
    (home / "ledger.db").write_text("this is no database")
    ran = workprint(home, "doctor")
    assert "problem  ledger: the database refused: file is not a database" in ran.stdout
    assert "Traceback" not in ran.stdout + ran.stderr
