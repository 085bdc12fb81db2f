"""The `workprint` command: one small module per command, loaded only when it is used.

Exit codes: 0 done, 1 the job failed, 2 wrong input, 130 interrupted. Errors go to standard error in the words of
`WorkprintError.diagnostics`; a traceback never does (it goes to `logs/cli.log` in the home).

May import: cyclopts and rich here; everything else inside the commands, so that `--help` and `check` start quickly.
Must not: import prefect before `deployments.cli.servers` chose the server.

Pitfalls:
- Prefect reads its settings once, at import.
- A brief's relative paths mean the brief's folder; a flow runs somewhere else: `run` makes them absolute.
"""

import sys
from importlib.metadata import version

from cyclopts import App, CycloptsError

from deployments.cli.console import ERR
from deployments.cli.failing import WRONG_INPUT, report

_HELP = """\
AI video campaigns on Prefect 3: draft cheap, approve on the record, pay once, archive before the link expires.

`workprint demo` shows the whole job on this machine, with no account. `workprint up` keeps that stack running for the
other commands. Its data lies in the folder WORKPRINT_HOME names (default: .workprint in the current folder). With no
stack running there, the commands talk to the Prefect server of PREFECT_API_URL.

Exit codes: 0 done, 1 the job failed, 2 wrong input. `--debug` with any command shows tracebacks.
"""

app = App(name="workprint", help=_HELP, help_format="markdown", version=lambda: version("workprint"))
app.command(
    "deployments.cli.demo:demo", name="demo", help="Show the whole job, end to end, on this machine.", sort_key=1
)
app.command("deployments.cli.up:up", name="up", help="Start the stack and keep it up until Ctrl-C.", sort_key=2)
app.command("deployments.cli.check:check", name="check", help="Say every problem of a brief.", sort_key=3)
app.command("deployments.cli.quote:quote", name="quote", help="Say what a brief will cost at most.", sort_key=4)
app.command(
    "deployments.cli.models:models", name="models", help="List models: abilities, prices, warnings.", sort_key=16
)
app.command("deployments.cli.run:run", name="run", help="Start a campaign and follow it.", sort_key=5)
app.command(
    "deployments.cli.decide:approve", name="approve", help="Approve drafts of a run that waits at its gate.", sort_key=6
)
app.command(
    "deployments.cli.decide:reject", name="reject", help="Reject the drafts: nothing more is spent.", sort_key=7
)
app.command(
    "deployments.cli.decide:revise", name="revise", help="Ask for another take with another prompt.", sort_key=8
)
app.command(
    "deployments.cli.trace:trace",
    name="trace",
    help="Tell the whole life of a render, from any of its ids.",
    sort_key=9,
)
unknown = App(name="unknown", help="Decide about renders whose outcome nobody knows.", sort_key=10)
unknown.command("deployments.cli.unknown:list_unknown", name="list", help="List them, and what each may cost twice.")
unknown.command("deployments.cli.unknown:adopt", name="adopt", help="Say which task at the provider one of them is.")
unknown.command(
    "deployments.cli.unknown:give_up", name="give-up", help="Give one up; with --new-take it is ordered once more."
)
app.command(unknown)
app.command(
    "deployments.cli.cancel:cancel", name="cancel", help="Cancel a render, or a run with its renders.", sort_key=12
)
app.command("deployments.cli.costs:costs", name="costs", help="Say what was spent, by whom and on what.", sort_key=13)
budget = App(name="budget", help="Limits per campaign, cost centre and day.", sort_key=14)
budget.command("deployments.cli.budget:list_budgets", name="list", help="Show limits, spent, reserved and left.")
limit = App(name="set", help="Set or raise a limit.")
limit.command("deployments.cli.budget:set_cost_centre", name="cost-centre", help="For all campaigns of one.")
limit.command("deployments.cli.budget:set_day", name="day", help="For every day (UTC).")
limit.command("deployments.cli.budget:set_campaign", name="campaign", help="For one campaign, in place of its brief's.")
budget.command(limit)
app.command(budget)
app.command(
    "deployments.cli.doctor:doctor",
    name="doctor",
    help="Check everything Workprint stands on, and how to mend it.",
    sort_key=11,
)
app.command(
    "deployments.cli.conform:conform",
    name="conform",
    help="Examine a provider's dialect, against the sandbox or a real server.",
    sort_key=15,
)
app.command(
    "deployments.cli.links:link", name="link", help="Make a personal link into the screening room.", sort_key=17
)
app.command("deployments.cli.links:links", name="links", help="List who holds a personal link.", sort_key=18)
app.command("deployments.cli.links:unlink", name="unlink", help="Withdraw a personal link.", sort_key=19)


def main(arguments: list[str] | None = None) -> None:
    """Run one command line and exit with its code."""
    words = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in words
    sys.exit(_run([word for word in words if word != "--debug"], debug=debug))


def _run(words: list[str], *, debug: bool) -> int:
    try:
        code = app(words, exit_on_error=False, print_error=False, result_action="return_value")
    except CycloptsError as error:
        ERR.print(f"{error}\n  `workprint --help` shows the commands and their options.", markup=False)
        return WRONG_INPUT
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        if debug:
            raise
        return report(error)
    return int(code or 0)
