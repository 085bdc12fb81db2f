"""A scheduled batch: briefs from a list or from files in a bucket prefix, one campaign run each."""

from datetime import datetime

from prefect import flow, get_run_logger
from prefect.deployments import arun_deployment
from prefect.runtime import flow_run

from tasks.briefs import briefs_in
from workprint.brief import Brief
from workprint.spec import canonical_sha256

#: Name of the deployment that runs one brief.
CAMPAIGN = "campaign/campaign"


@flow(name="batch", persist_result=False)
async def batch(briefs: list[Brief] | None = None, prefix: str = "") -> list[str]:
    """Start one campaign run per brief, and return the runs' ids.

    The schedule's slot is part of each run's idempotency key: the same slot fired twice starts nothing twice.
    `prefix` is a folder of YAML or JSON briefs in the archive bucket, such as `briefs/daily/`.
    """
    found = [*(briefs or []), *(await briefs_in(prefix) if prefix else [])]
    if not found:
        get_run_logger().warning("batch.empty: no briefs given and none under %r", prefix)
    return [await _start(brief) for brief in found]


async def _start(brief: Brief) -> str:
    run = await arun_deployment(
        CAMPAIGN,
        parameters={"brief": brief.model_dump(mode="json")},
        timeout=0,
        as_subflow=False,
        idempotency_key=slot_key(slot(), brief),
        tags=["batch"],
    )
    get_run_logger().info("batch.started %s as %s", brief.title, run.id)
    return str(run.id)


def slot() -> str:
    """The time this run was scheduled for, in UTC: the same for every firing of one slot."""
    scheduled: datetime = flow_run.scheduled_start_time
    return scheduled.isoformat()


def slot_key(slot: str, brief: Brief) -> str:
    """Equal slot and equal brief, equal key."""
    return f"batch:{slot}:{canonical_sha256(brief.model_dump(mode='json'))}"
