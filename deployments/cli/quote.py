"""`workprint quote BRIEF`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from deployments.cli.console import OUT, say

if TYPE_CHECKING:
    from workprint.quotes import Quote


def quote(
    brief: Path,
    /,
    *,
    model: Annotated[str | None, Parameter(help="Quote for this model.")] = None,
    as_json: Annotated[bool, Parameter(name="--json", negative=(), help="One JSON object.")] = False,
) -> None:
    """Say what a brief will cost at most, draft and final of every variant, before anything is spent.

    Exit code 2 when it is above the brief's budget.

    Parameters
    ----------
    brief
        A YAML or JSON file.
    """
    from deployments.cli.briefs import load
    from workprint.quotes import quote as quoted

    checked, facts = load(brief, model)
    worst = quoted(checked, facts, checked.provider)
    if as_json:
        print(json.dumps(_values(worst)))
    else:
        _show(worst)
    worst.check_budget(checked.budget)


def _show(worst: "Quote") -> None:
    from rich.table import Table

    from workprint.quotes import money

    table = Table(title=f"Quote for {worst.model}, every draft approved", show_footer=True)
    table.add_column("variant", "together")
    for heading, total in (("draft", worst.drafts), ("final", worst.finals), (worst.currency, worst.total)):
        table.add_column(heading, money(total), justify="right")
    for line in worst.lines:
        table.add_row(
            line.variant, money(line.draft.amount) if line.draft else "-", money(line.final.amount), money(line.total)
        )
    OUT.print(table)
    say(f"Prices: {worst.price_source}")
    if warning := worst.age_warning(datetime.now(UTC).date()):
        say(f"Warning: {warning}", "yellow")


def _values(worst: "Quote") -> dict[str, object]:
    lines = [
        {"variant": x.variant, "draft": str(x.draft.amount) if x.draft else None, "final": str(x.final.amount)}
        for x in worst.lines
    ]
    return {
        "model": worst.model,
        "currency": worst.currency,
        "drafts": str(worst.drafts),
        "finals": str(worst.finals),
        "total": str(worst.total),
        "price_source": worst.price_source,
        "price_date": worst.price_date,
        "price_warning": worst.age_warning(datetime.now(UTC).date()),
        "variants": lines,
    }
