"""`workprint costs`: what was spent, by whom, on what, when."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from deployments.cli.console import OUT, say

if TYPE_CHECKING:
    from workprint.costs import CostLine

Grouping = Literal["campaign", "person", "cost_centre", "model", "day"]
Form = Literal["table", "csv", "json"]
Day = Annotated[date | None, Parameter(help="YYYY-MM-DD, UTC.")]
_HEADING = ("currency", "renders", "charged", "not charged", "refunded", "unknown", "spent", "reserved", "reported")


def costs(
    *,
    by: Annotated[Grouping, Parameter(help="What costs are added up by; `day` is that of the submit.")] = "campaign",
    since: Day = None,
    until: Day = None,
    form: Annotated[Form, Parameter(name="--format", help="How to print it.")] = "table",
) -> None:
    """Say what was spent and what is reserved, dearest first, one line per group and currency.

    `reserved` may still be charged: it is in flight, or nobody knows. `reported` is the part of `spent` that rests on
    the provider's own figures; the rest is estimated from the dated price list. `since` and `until` are days of the
    submit, both included.
    """
    from deployments.cli.loop import run_async

    lines = run_async(_costs(by, since, until))
    if form == "csv":
        print(_csv(by, lines), end="")
    elif form == "json":
        print(json.dumps([_values(line) for line in lines], indent=2, ensure_ascii=False))
    else:
        _show(by, lines)


async def _costs(by: Grouping, since: date | None, until: date | None) -> "tuple[CostLine, ...]":
    from deployments.cli.servers import open_ledger
    from workprint.costs import By

    end = until + timedelta(days=1) if until else None
    async with await open_ledger() as ledger:
        return await ledger.money.costs(By(by), since=_midnight(since), until=_midnight(end))


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


def _csv(by: Grouping, lines: Iterable["CostLine"]) -> str:
    from workprint.tables import csv_text

    heading = (by, *(word.replace(" ", "_") for word in _HEADING))
    return csv_text(heading, (tuple(_values(line).values()) for line in lines))


def _values(line: "CostLine") -> dict[str, object]:
    """As JSON has it: amounts as decimal text, nothing rounded."""
    exact = {"spent", "reserved", "reported"}
    return {name: f"{value.normalize():f}" if name in exact else value for name, value in asdict(line).items()}


def _show(by: Grouping, lines: "tuple[CostLine, ...]") -> None:
    from rich.markup import escape
    from rich.table import Table

    from workprint.quotes import money

    if not lines:
        say("Nothing was submitted in that time.")
        return
    table = Table(title=f"Costs by {by.replace('_', ' ')}", title_justify="left")
    table.add_column(by.replace("_", " "), overflow="fold")
    for heading in _HEADING:
        table.add_column(heading, justify="left" if heading == "currency" else "right")
    for x in lines:
        counts = (x.renders, x.charged, x.not_charged, x.refunded, x.unknown)
        amounts = (money(x.spent), money(x.reserved), money(x.reported))
        table.add_row(escape(x.group or "(none)"), x.currency, *map(str, counts), *amounts)
    OUT.print(table)
