"""The table and the JSON of `workprint models`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rich.table import Table
from rich.text import Text

from deployments.cli.console import OUT, say
from workprint.catalogue import Overview
from workprint.quotes import money


def show(found: Sequence[Overview]) -> None:
    """One row a model, then what to mind of each."""
    if not found:
        say("No model is like that. `workprint models` lists them all.")
        return
    table = Table(title="Models, and the highest price of a silent 16:9 film of five seconds")
    for heading in ("model", "dialect", "can"):
        table.add_column(heading)
    for heading in ("draft", "final", "currency", "price age"):
        table.add_column(heading, justify="right")
    for one in found:
        table.add_row(*_cells(one), end_section=True)
    OUT.print(table)
    for one in found:
        for warning in one.warnings:
            say(f"Warning: {one.facts.dialect} {one.facts.name}: {warning}", "yellow")


def _cells(one: Overview) -> list[Text | str]:
    facts = one.facts
    age = "-" if one.age is None else f"{one.age} d"
    name = f"{facts.name}\n{facts.title}" if facts.title else facts.name
    can = "\n".join(one.abilities)
    return [Text(name), facts.dialect, Text(can), _amount(one.draft), _amount(one.final), facts.currency, age]


def _amount(amount: Decimal | None) -> str:
    return "-" if amount is None else money(amount)


def values(one: Overview) -> dict[str, Any]:
    """Everything that is known of a model, with its prices for five seconds."""
    return {
        **one.facts.model_dump(mode="json"),
        "example": {
            "seconds": one.seconds,
            "draft": None if one.draft is None else str(one.draft),
            "final": None if one.final is None else str(one.final),
        },
        "price_age_days": one.age,
        "warnings": list(one.warnings),
    }
