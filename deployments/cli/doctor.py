"""`workprint doctor`."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from deployments.cli.console import OUT, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workprint.health import Finding

_STYLES = {"ok": "green", "warning": "yellow", "problem": "red"}


def doctor(*, as_json: Annotated[bool, Parameter(name="--json", negative=(), help="One JSON object.")] = False) -> int:
    """Check everything Workprint stands on: Prefect, blocks, ledger, bucket, and each provider account.

    Exit code 1 when something does not work; a warning is no failure. Nothing is sent to a provider.
    """
    from deployments.cli.doctor_checks import examine
    from deployments.cli.failing import DONE, FAILED
    from deployments.cli.loop import run_async
    from workprint.health import healthy

    findings = run_async(examine())
    good = healthy(findings)
    if as_json:
        print(json.dumps({"ok": good, "checks": [asdict(f) for f in findings]}, indent=2, ensure_ascii=False))
    else:
        _show(findings)
    return DONE if good else FAILED


def _show(findings: "Sequence[Finding]") -> None:
    for finding in findings:
        OUT.print(f"{finding.level:<8}", style=_STYLES[finding.level], end="", markup=False)
        say(f" {finding.name}: {finding.said}")
        if finding.fix:
            say(f"         -> {finding.fix}")
