"""`workprint check BRIEF`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from deployments.cli.console import say


def check(brief: Path, /, *, model: Annotated[str | None, Parameter(help="Check against this model.")] = None) -> None:
    """Say every problem of a brief: path, rule, how to mend it. Nothing is sent anywhere.

    Parameters
    ----------
    brief
        A YAML or JSON file.
    """
    from deployments.cli.briefs import load
    from workprint.variants import expand

    loaded = load(brief, model)
    names = [variant.name for variant in expand(loaded.brief)]
    if loaded.chosen:
        say(f"{loaded.chosen.why} · {loaded.chosen.zh}")
    say(f"{brief.name} is good for {loaded.facts.name}: {len(names)} variants ({', '.join(names[:6])}{_rest(names)})")


def _rest(names: list[str]) -> str:
    return f" and {len(names) - 6} more" if len(names) > 6 else ""
