"""A scorecard at the terminal."""

from collections.abc import Sequence

from rich.table import Table

from deployments.cli.console import OUT, say
from deployments.conform.scorecard import Scorecard, Verdict


def show(cards: Sequence[Scorecard]) -> None:
    """What failed, what is not offered, and the numbers."""
    for card in cards:
        _failures(card)
    if len(cards) == 1:
        _not_offered(cards[0])
    OUT.print(_numbers(cards))


def _failures(card: Scorecard) -> None:
    for result in card.of(Verdict.FAILED):
        say(f"✗ {card.dialect} {result.check.id}: {result.check.english}", "red")
        say(f"    {result.check.chinese}")
        say(f"    expected: {result.expected}")
        say(f"    seen:     {result.seen}")


def _not_offered(card: Scorecard) -> None:
    for result in card.of(Verdict.NOT_OFFERED):
        say(f"– {result.check.id}: {result.reason} {result.reason_zh}", "dim")


def _numbers(cards: Sequence[Scorecard]) -> Table:
    table = Table(title="Conformance")
    table.add_column("dialect")
    for heading in ("model", "where"):
        table.add_column(heading, overflow="fold")
    for heading in ("passed", "failed", "not offered", "only at the sandbox", "seconds"):
        table.add_column(heading, justify="right")
    for card in cards:
        numbers = (card.passed, card.offered - card.passed, len(card.of(Verdict.NOT_OFFERED)), card.left_out)
        style = "green" if card.conforms else "red"
        table.add_row(card.dialect, card.model, card.where, *map(str, numbers), f"{card.seconds:.1f}", style=style)
    return table
