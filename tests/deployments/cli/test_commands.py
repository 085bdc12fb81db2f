"""The commands that need no stack, as real processes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from deployments.cli.failing import report
from tests.deployments.cli.command import SAMPLES, environment, workprint


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_help_names_every_command(home: Path) -> None:
    """`--help` lists the commands, the exit codes and where the data lies."""
    shown = workprint(home, "--help")
    words = ["up", "demo", "check", "quote", "run", "approve", "reject", "revise", "trace", "WORKPRINT_HOME", "Exit"]
    words += ["cancel", "costs", "budget"]
    assert [0, []] == [shown.returncode, [word for word in words if word not in shown.stdout]]


@pytest.mark.parametrize("words", ["'--help'", f"'check', {str(SAMPLES / 'showcase.yaml')!r}"])
def test_help_and_check_do_not_load_prefect(home: Path, words: str) -> None:
    """What needs no server does not pay for loading it: neither Prefect, nor SQLAlchemy, nor boto3."""
    code = (
        "import sys\nfrom deployments.cli import main\n"
        f"try:\n    main([{words}])\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print(sorted({'prefect', 'sqlalchemy', 'boto3', 'av'} & set(sys.modules)))"
    )
    argv = (sys.executable, "-c", code)
    ran = subprocess.run(argv, env=environment(home), text=True, capture_output=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_a_good_brief_is_good(home: Path) -> None:
    """`check` names the variants of a good brief and ends with 0; warnings go to standard error."""
    checked = workprint(home, "check", str(SAMPLES / "showcase.yaml"))
    assert checked.returncode == 0
    assert "hero-9x16-5s" in checked.stdout
    assert "warning: showcase.yaml:" in checked.stderr


def test_a_bad_brief_is_refused_with_every_problem(home: Path, tmp_path: Path) -> None:
    """Every problem comes at once, with file and line, and the exit code says wrong input."""
    brief = tmp_path / "bad.yaml"
    brief.write_text((SAMPLES / "showcase.yaml").read_text().replace("push_in", "zoom_in").replace("80.00", "-1"))
    checked = workprint(home, "check", str(brief))
    assert checked.returncode == 2
    assert {"shots[0].camera.motion", "budget.amount"} <= set(checked.stderr.replace(":", "").split())
    assert "Traceback" not in checked.stderr


def test_a_reference_that_is_not_there_is_a_problem(home: Path, tmp_path: Path) -> None:
    """A relative path means the brief's folder; a file that is missing there is named in full."""
    brief = tmp_path / "moved.yaml"
    brief.write_text((SAMPLES / "showcase.yaml").read_text())
    checked = workprint(home, "check", str(brief))
    assert checked.returncode == 2
    assert f"shots[0].references[0].source: there is no file {tmp_path / 'product.png'}" in checked.stderr


def test_a_quote_adds_up(home: Path) -> None:
    """`quote --json` gives draft and final of every variant, and totals that are their sums."""
    from decimal import Decimal

    quoted = workprint(home, "quote", str(SAMPLES / "showcase.yaml"), "--json")
    worst = json.loads(quoted.stdout)
    assert quoted.returncode == 0
    assert Decimal(worst["drafts"]) == sum(Decimal(line["draft"]) for line in worst["variants"])
    assert Decimal(worst["total"]) == Decimal(worst["drafts"]) + Decimal(worst["finals"])


def test_a_quote_over_budget_is_wrong_input(home: Path, tmp_path: Path) -> None:
    """Above the budget `quote` still shows the table, says by how much, and ends with 2."""
    brief = tmp_path / "dear.yaml"
    brief.write_text((SAMPLES / "spot.yaml").read_text())
    cheap = [f'{x[: len(x) - len(x.lstrip())]}budget: {{amount: "1.00", currency: CNY}}' if "budget:" in x else x
             for x in brief.read_text().splitlines()]  # fmt: skip
    brief.write_text("\n".join(cheap))
    quoted = workprint(home, "quote", str(brief))
    assert quoted.returncode == 2
    assert "together" in quoted.stdout
    assert "too much" in quoted.stderr


@pytest.mark.parametrize(
    "words", [["nonsense"], ["approve"], ["quote", "no-such-file.yaml"], ["approve", "x", "--as", "me"], ["run"]]
)
def test_wrong_words_are_wrong_input(home: Path, words: list[str]) -> None:
    """A command line nobody can carry out ends with 2 and says what is wrong, without a traceback."""
    ran = workprint(home, *words)
    assert [2, True, False] == [ran.returncode, bool(ran.stderr), "Traceback" in ran.stderr]


def test_without_a_stack_a_run_says_how_to_start_one(home: Path) -> None:
    """`run` with neither a stack nor PREFECT_API_URL starts nothing and names both ways out."""
    ran = workprint(home, "run", str(SAMPLES / "showcase.yaml"))
    assert ran.returncode == 1
    assert "workprint up" in ran.stderr
    assert "PREFECT_API_URL" in ran.stderr


def test_an_unexpected_error_goes_to_the_log(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What nobody foresaw gets one line with an id; its traceback lies in the log under that id."""
    monkeypatch.setenv("WORKPRINT_HOME", str(home))
    assert report(RuntimeError("nobody foresaw this")) == 1
    told = capsys.readouterr().err
    assert "nobody foresaw this" not in told
    name = told.partition("id ")[2].partition(")")[0]
    log = (home / "logs" / "cli.log").read_text()
    assert f"--- {name} at" in log
    assert "RuntimeError: nobody foresaw this" in log


def test_a_broken_ledger_is_said_in_one_line(home: Path) -> None:
    """A ledger that is no database is named as such, with no traceback."""
    home.mkdir()
    (home / "ledger.db").write_text("this is no database")
    ran = workprint(home, "trace", "rnd_1")
    assert (ran.returncode, ran.stderr) == (1, "the database refused: file is not a database\n")


def test_debug_shows_the_traceback(home: Path) -> None:
    """`--debug`, anywhere on the line, shows what the log would have got."""
    home.mkdir()
    (home / "ledger.db").write_text("this is no database")
    assert "Traceback" in workprint(home, "trace", "rnd_1", "--debug").stderr
