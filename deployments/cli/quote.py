"""`workprint quote BRIEF`."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from deployments.cli.console import OUT, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workprint.choosing import Chosen
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

    loaded = load(brief, model)
    worst = quoted(loaded.brief, loaded.facts, loaded.brief.provider)
    others = {c.provider: quoted(loaded.brief, c.facts, c.provider) for c in loaded.fallbacks}
    if as_json:
        print(json.dumps(_values(worst, loaded.chosen, others), ensure_ascii=False))
    else:
        _show(worst, loaded.chosen)
        _show_others(others)
    worst.check_budget(loaded.brief.budget)


def _show(worst: "Quote", chosen: "Chosen | None") -> None:
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
    if chosen:
        say(f"Model: {chosen.why} · {chosen.zh}")
    say(f"Prices: {worst.price_source}")
    if warning := worst.age_warning(datetime.now(UTC).date()):
        say(f"Warning: {warning}", "yellow")
    say("Text sent, in the model's own words:")
    for text, names in _texts(worst).items():
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        say(f"  {names[0]}{others}: {text}")


def _show_others(others: "Mapping[str, Quote]") -> None:
    from workprint.quotes import money

    for name, one in others.items():
        say(f"All of it at the fallback {name} ({one.model}): {money(one.total)} {one.currency}")
    if others:
        say("What is refused goes to a fallback only as far as the budget allows.")


def _texts(worst: "Quote") -> dict[str, list[str]]:
    """The variants each text is sent for: those of one shot share theirs."""
    texts: dict[str, list[str]] = {}
    for line in worst.lines:
        texts.setdefault(line.text, []).append(line.variant)
    return texts


def _values(worst: "Quote", chosen: "Chosen | None", others: "Mapping[str, Quote]") -> dict[str, object]:
    lines = [
        {
            "variant": x.variant,
            "draft": str(x.draft.amount) if x.draft else None,
            "final": str(x.final.amount),
            "text": x.text,
        }
        for x in worst.lines
    ]
    return {
        "model": worst.model,
        "chosen": chosen.why if chosen else None,
        "currency": worst.currency,
        "drafts": str(worst.drafts),
        "finals": str(worst.finals),
        "total": str(worst.total),
        "price_source": worst.price_source,
        "price_date": worst.price_date,
        "price_warning": worst.age_warning(datetime.now(UTC).date()),
        "fallbacks": {name: {"model": one.model, "total": str(one.total)} for name, one in others.items()},
        "variants": lines,
    }
