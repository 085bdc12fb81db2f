"""After a person decided about an unknown render: the campaigns it serves go on."""

from typing import TYPE_CHECKING

from deployments.cli.console import say

if TYPE_CHECKING:
    from blocks.ledger import Ledger
    from deployments.cli.servers import Server
    from workprint.campaigns import Campaign
    from workprint.render import Render


async def go_on(ledger: "Ledger", render: "Render") -> None:
    """Start every run again that the render serves and that has ended; say what becomes of the others."""
    from deployments.cli.servers import server
    from workprint.errors import WorkprintError

    trace = await ledger.find(render.id)
    for campaign in trace.campaigns:
        try:
            await _start_again(server(), campaign)
        except WorkprintError as error:
            say(f"Campaign {campaign.id} was not started again: {error}", "yellow")
            say("  it takes the decision up when its flow run is started again (Retry in the Prefect UI)")


async def _start_again(here: "Server", campaign: "Campaign") -> None:
    from deployments.cli.prefect_api import check_answers, read_run, schedule_again

    await check_answers()
    run = await read_run(campaign.flow_run_id or campaign.id)
    if run.ended:
        await schedule_again(run)
        say(f"Campaign {campaign.id} goes on: {here.run_url(run.id)}")
    elif run.waiting:
        say(f"Campaign {campaign.id} waits at its gate and takes it up when it is answered: {here.run_url(run.id)}")
    else:
        say(f"Campaign {campaign.id} is {run.state}; Retry takes it up once it has ended: {here.run_url(run.id)}")
