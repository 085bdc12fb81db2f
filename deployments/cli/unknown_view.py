"""How unknown renders look: a table for a person, JSON for a program."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.markup import escape
from rich.table import Table

from deployments.cli.console import OUT, say
from workprint.dialects.registry import dialect
from workprint.health import totals
from workprint.outcomes import Observation
from workprint.recovery import Absent, Found, Recovered, Unknown, posted_at
from workprint.render import Render
from workprint.unknowns import double_cost

_HEADINGS = ("render", "campaign", "variant", "age", "provider, model", "may cost twice", "grade")


def show(renders: Sequence[Render], answers: Mapping[str, Recovered]) -> None:
    """The table, then what the providers said, then what can be done."""
    if not renders:
        say("There is no render whose outcome is unknown.")
        return
    OUT.print(_table(renders))
    for render in renders:
        if render.id in answers:
            say(f"{render.id}: {_said(answers[render.id])}")
    say(f"Ordered again, together they may cost {' and '.join(totals(renders))} twice.", "bold")
    if not answers:
        say("Ask the providers what they have: workprint unknown list --ask")
    say("Decide: workprint unknown adopt RENDER TASK_ID --as NAME")
    say("        workprint unknown give-up RENDER --as NAME --reason WHY [--new-take]")


def as_text(renders: Sequence[Render], answers: Mapping[str, Recovered]) -> str:
    """Indented JSON: amounts as strings, ages in seconds, times in ISO 8601."""
    rows = [_values(render, answers.get(render.id)) for render in renders]
    return json.dumps({"unknown": rows, "may_cost_twice": totals(renders)}, indent=2, ensure_ascii=False)


def _table(renders: Sequence[Render]) -> Table:
    table = Table(title="Unknown outcomes", title_justify="left")
    for heading in _HEADINGS:
        table.add_column(heading, overflow="fold")
    for render in renders:
        age = str(timedelta(seconds=round(_age(render))))
        account = f"{render.spec.provider}, {render.spec.model}"
        cells = (render.id, render.campaign_id, render.variant, age, account, double_cost(render), _grade(render))
        table.add_row(*map(escape, cells))
    return table


def _values(render: Render, answer: Recovered | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "render": render.id,
        "campaign": render.campaign_id,
        "variant": render.variant,
        "take": render.spec.take,
        "kind": render.kind,
        "submitted_at": posted_at(render).isoformat(),
        "age_seconds": round(_age(render)),
        "provider": render.spec.provider,
        "model": render.spec.model,
        "highest_double_cost": f"{render.charge_amount.normalize():f}",
        "currency": render.charge_currency,
        "grade": _grade(render),
    }
    if answer is not None:
        row |= {"answer": _said(answer), "candidates": [_candidate(task) for task in _candidates(answer)]}
    return row


def _candidates(answer: Recovered) -> tuple[Observation, ...]:
    match answer:
        case Found(task):
            return (task,)
        case Absent():
            return ()
        case Unknown(_, candidates):
            return candidates


def _candidate(task: Observation) -> dict[str, Any]:
    made = task.created_at.isoformat() if task.created_at else None
    return {"task": task.task_id, "status": task.code, "model": task.model, "created_at": made}


def _said(answer: Recovered) -> str:
    match answer:
        case Found(task, how):
            return f"task {task.task_id} ({task.code}) is it: {how}"
        case Absent(raw):
            return f"not there: {raw}"
        case Unknown(reason):
            return reason


def _grade(render: Render) -> str:
    return dialect(render.dialect).recovery.value


def _age(render: Render) -> float:
    """Seconds since its POST."""
    return (datetime.now(UTC) - posted_at(render)).total_seconds()
