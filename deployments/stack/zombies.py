"""Prefect's own zombie detection: a flow run whose heartbeats stop is called crashed, and rescue goes on from there."""

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect.client.orchestration import PrefectClient

NAME = "Workprint: a run without heartbeat has crashed"
#: Seconds between two heartbeats; the least that Prefect takes is 30.
HEARTBEAT = 30
#: So long without any word of a run, and its process is gone: two heartbeats lost and half a third.
SILENCE = timedelta(seconds=90)


async def register_zombie_detection(client: "PrefectClient") -> None:
    """Create the automation once; whoever edits it in the UI keeps the edit. Runs beat by `HEARTBEAT`."""
    from prefect.client.schemas.objects import StateType
    from prefect.events.actions import ChangeFlowRunState
    from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture

    if await client.read_automations_by_name(NAME):
        return
    trigger = EventTrigger(
        match={"prefect.resource.id": "prefect.flow-run.*"},
        for_each={"prefect.resource.id"},
        after={"prefect.flow-run.heartbeat"},
        # Our states have names of their own (Delivered, Rejected ...), and each name is an event: any word will do.
        expect={"prefect.flow-run.*"},
        posture=Posture.Proactive,
        threshold=1,
        within=SILENCE,
    )
    crash = ChangeFlowRunState(
        name=None, state=StateType.CRASHED, message="no heartbeat: the process of this run is gone"
    )
    await client.create_automation(
        AutomationCore(
            name=NAME,
            description="90 s without a word of a run that said it lives: its process is gone. Rescue starts it again.",
            trigger=trigger,
            actions=[crash],
        )
    )
