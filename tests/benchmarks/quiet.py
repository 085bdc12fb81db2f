"""A stack for a measurement: free ports, and no rescue that starts in the middle of it."""

#: Ports nobody uses.
FREE_PORTS = {"prefect": 0, "s3": 0, "sandbox": 0, "desk": 0}


async def without_rescue() -> None:
    """Rescue runs every minute in a process of its own: where something else is measured, it waits."""
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        deployment = await client.read_deployment_by_name("rescue/rescue")
        await client.pause_deployment(deployment.id)
