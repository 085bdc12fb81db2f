"""`workprint costs`, `workprint budget` and the money in a trace, over a real ledger and as real processes."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from blocks.ledger import Ledger
from tests.blocks.ledger.making import archive, campaign, claim, spec
from tests.deployments.cli.command import workprint
from workprint.budgets import Scope
from workprint.render import CancelState, Render, Source


@pytest.fixture
async def told(tmp_path: Path) -> tuple[Path, Render]:
    """A home whose ledger holds one archived render, of a cost centre that a spreadsheet would calculate."""
    home = tmp_path / "home"
    home.mkdir()
    async with await Ledger.open(f"sqlite:///{home / 'ledger.db'}") as ledger:
        priced = {"brief": {"budget": {"amount": "80", "currency": "CNY"}}}
        await ledger.open_campaign(campaign(cost_centre="=1+1", requested_by="mei [red]", brief=priced))
        return home, await archive(ledger, (await claim(ledger, spec("a teapot"))).render)


async def standing(home: Path, scope: Scope, key: str) -> Decimal | None:
    async with await Ledger.open(f"sqlite:///{home / 'ledger.db'}") as ledger:
        return (await ledger.money.account(scope, key, "CNY")).limit


@pytest.mark.parametrize(
    ("by", "group"), [("campaign", "cmp"), ("person", "mei [red]"), ("cost_centre", "=1+1"), ("model", "sandbox-1")]
)
async def test_costs_are_shown_in_groups(told: tuple[Path, Render], by: str, group: str) -> None:
    """Each grouping names its group and the amount, as a table and as JSON with exact amounts."""
    table = workprint(told[0], "costs", "--by", by)
    line = json.loads(workprint(told[0], "costs", "--by", by, "--format", "json").stdout)
    assert [0, True, True] == [table.returncode, group in table.stdout, "1.23" in table.stdout]
    assert [(group, "CNY", 1, "1.23", "0", "0")] == [
        (x["group"], x["currency"], x["renders"], x["spent"], x["reserved"], x["reported"]) for x in line
    ]


async def test_csv_is_safe_to_open(told: tuple[Path, Render]) -> None:
    """The CSV has one record a group, and a cost centre that looks like a formula stays text."""
    shown = workprint(told[0], "costs", "--by", "cost_centre", "--format", "csv")
    heading, row = csv.reader(io.StringIO(shown.stdout))
    assert ["cost_centre", "currency", "renders", "charged", "not_charged", "refunded", "unknown"] == heading[:7]
    assert ["'=1+1", "CNY", "1", "1", "0", "0", "0", "1.23", "0", "0"] == row


async def test_costs_of_days(told: tuple[Path, Render]) -> None:
    """Both days belong to the time asked for, and a time without a submit says so."""
    today = datetime.now(UTC).date()
    days = [str(today - timedelta(days=1)), str(today + timedelta(days=1))]
    assert "1.23" in workprint(told[0], "costs", "--by", "day", "--since", days[0], "--until", days[1]).stdout
    assert "Nothing was submitted" in workprint(told[0], "costs", "--until", days[0]).stdout


async def test_a_limit_is_set_and_listed(told: tuple[Path, Render]) -> None:
    """Limits of a cost centre, of every day and of a campaign are set by name, and the list shows what is left."""
    home, _ = told
    sets = [("cost-centre", "=1+1", "100.50"), ("day", "200"), ("campaign", "cmp", "0.00")]
    for words in sets:
        assert 0 == workprint(home, "budget", "set", *words, "CNY", "--as", "lin").returncode
    limits = [await standing(home, scope, key) for scope, key in ((Scope.COST_CENTRE, "=1+1"), (Scope.CAMPAIGN, "cmp"))]
    assert [Decimal("100.50"), Decimal(0)] == limits
    shown = workprint(home, "budget", "list")
    for words in ("cost centre =1+1", "100.50", "99.27", "day 2", "198.77", "campaign cmp", "-1.23", "lin"):
        assert words in shown.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("day", "a lot", "CNY"), "no amount"),
        (("day", "-1", "CNY"), "no amount"),
        (("day", "NaN", "CNY"), "no amount"),
        (("day", "1", "EUR"), "CNY or USD"),
        (("campaign", "nobody", "1", "CNY"), "nobody"),
        (("campaign", "cmp", "1", "USD"), "billed in CNY"),
    ],
)
async def test_a_limit_nobody_can_mean_is_refused(told: tuple[Path, Render], words: tuple[str, ...], said: str) -> None:
    """A wrong amount, currency or campaign ends with 2, says what is wrong, and sets nothing."""
    ran = workprint(told[0], "budget", "set", *words, "--as", "lin")
    assert [2, True, False] == [ran.returncode, said in ran.stderr, "Traceback" in ran.stderr]
    assert None is await standing(told[0], Scope.DAY, datetime.now(UTC).date().isoformat())


async def test_a_limit_needs_a_name(told: tuple[Path, Render]) -> None:
    """Nobody sets a limit without saying who."""
    assert 2 == workprint(told[0], "budget", "set", "day", "1", "CNY").returncode


async def test_a_trace_tells_what_each_attempt_cost(told: tuple[Path, Render]) -> None:
    """The charge of every attempt stands in the table and in the JSON, and so does the wish to cancel."""
    home, render = told
    async with await Ledger.open(f"sqlite:///{home / 'ledger.db'}") as ledger:
        late = {"cancel_state": CancelState.TOO_LATE}
        await ledger.record(render.id, source=Source.PERSON, actor="lin", note="too late to cancel", facts=late)
    shown = workprint(home, "trace", render.id)
    whole = json.loads(workprint(home, "trace", render.id, "--json").stdout)
    assert ["quoted", "charged"] == [charge["state"] for charge in whole["charges"]]
    for words in ("what it cost", "price table of 2026-11-01", "too late"):
        assert words in shown.stdout


def test_cancelling_needs_a_server(tmp_path: Path) -> None:
    """Without a Prefect server nothing can be cancelled, and both ways to one are named."""
    ran = workprint(tmp_path / "home", "cancel", "rnd_1", "--as", "lin")
    assert [1, True] == [ran.returncode, "workprint up" in ran.stderr]
