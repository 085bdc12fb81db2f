"""What `workprint doctor` looks at, one after the other. What is missing is a finding, never an error."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from importlib.metadata import version

from deployments.cli.doctor_providers import providers
from deployments.cli.servers import open_ledger, server
from workprint import health
from workprint.errors import WorkprintError
from workprint.health import Finding
from workprint.redact import redact
from workprint.render import Render
from workprint.states import RenderState

Check = Callable[[], Awaitable[Iterable[Finding]]]

_UP = "`workprint up` makes it on this machine; on a server of yours see README.md"
#: Name of a block document -> its class in `blocks`, and whether nothing works without it.
_BLOCKS = (
    ("ledger", "LedgerDatabase", True),
    ("archive", "ArchiveBucket", True),
    ("callback", "CallbackSender", False),
)
#: Characters of a foreign error that are shown.
_WORDS = 300


async def examine() -> tuple[Finding, ...]:
    """Every finding, in the order of what depends on what."""
    found = [health.python(sys.version_info[:3])]
    found += await _tried("prefect", _prefect)
    answers = health.healthy(found)
    unknown: list[Render] = []
    found += await _tried("ledger", lambda: _ledger(unknown))
    if answers:
        for name, check in {"work pool": _pool, "deployments": _deployments, "blocks": _blocks}.items():
            found += await _tried(name, check)
        found += await _tried("bucket", _bucket)
        found += await _tried("providers", lambda: providers(unknown))
    return tuple(found)


async def _tried(name: str, check: Check) -> tuple[Finding, ...]:
    try:
        return tuple(await check())
    except WorkprintError as error:
        return (health.problem(name, str(error), error.fix),)
    except Exception as error:  # noqa: BLE001  # whatever is broken is what a person wants to hear
        said = redact(f"{type(error).__name__}: {error}", limit=_WORDS)
        return (health.problem(name, said, "mend what it says, and ask the doctor again"),)


async def _prefect() -> list[Finding]:
    here = server()
    from prefect.client.orchestration import get_client

    from deployments.cli.prefect_api import check_answers

    await check_answers()
    async with get_client() as client:
        theirs, ours = await client.api_version(), version("prefect")
    said = f"{here.api_url}, server {theirs}, here {ours}"
    if theirs.split(".")[:2] != ours.split(".")[:2]:
        return [health.warning("prefect", said, "run the same Prefect on both sides")]
    return [health.ok("prefect", said)]


async def _ledger(unknown: list[Render]) -> list[Finding]:
    """Opening brings it to the newest schema, as every command does. `unknown` gets the renders nobody knows of."""
    from blocks.ledger.schema import REVISION

    async with await open_ledger() as ledger:
        unknown += await ledger.in_state(RenderState.UNKNOWN)
    return [health.ok("ledger", f"answers, at revision {REVISION}")]


async def _pool() -> list[Finding]:
    from prefect.client.orchestration import get_client
    from prefect.exceptions import ObjectNotFound

    from deployments.stack.plan import WORK_POOL

    async with get_client() as client:
        try:
            pool = await client.read_work_pool(WORK_POOL)
        except ObjectNotFound:
            return [health.problem("work pool", f"there is no work pool {WORK_POOL}", _UP)]
        workers = [w.name for w in await client.read_workers_for_work_pool(WORK_POOL) if w.status == "ONLINE"]
    if pool.is_paused:
        return [health.problem("work pool", f"{WORK_POOL} is paused", "resume it in the Prefect UI")]
    if not workers:
        fix = f"prefect worker start --pool {WORK_POOL}, or `workprint up` on this machine"
        return [health.warning("work pool", f"{WORK_POOL} has no worker online: no run will start", fix)]
    return [health.ok("work pool", f"{WORK_POOL}, online: {', '.join(workers)}")]


async def _deployments() -> list[Finding]:
    from prefect.client.orchestration import get_client

    from deployments.stack.registration import entries

    async with get_client() as client:
        there = {(found.name, found.entrypoint): found.paused for found in await client.read_deployments()}
    return [_deployment(entry["name"], there.get((entry["name"], entry["entrypoint"]))) for entry in entries()]


def _deployment(name: str, paused: bool | None) -> Finding:
    """`paused` is None when there is none of that name and entrypoint."""
    if paused is None:
        return health.problem(f"deployment {name}", "is not registered", _UP)
    if paused:
        return health.warning(f"deployment {name}", "is paused", "resume it in the Prefect UI")
    return health.ok(f"deployment {name}", "registered")


async def _blocks() -> list[Finding]:
    return [finding async for finding in _each_block()]


async def _each_block() -> AsyncIterator[Finding]:
    import blocks

    for name, class_name, needed in _BLOCKS:
        try:
            await getattr(blocks, class_name).aload(name)
        except ValueError as error:
            fix = f"create a {class_name} block of that name in the Prefect UI"
            said = "cannot be read" if error.__cause__ is None else "is not there"
            yield (health.problem if needed else health.warning)(f"block {name}", said, fix)
        else:
            yield health.ok(f"block {name}", "is there")


async def _bucket() -> list[Finding]:
    from blocks.bucket import ArchiveBucket

    bucket: ArchiveBucket = await ArchiveBucket.aload("archive")
    await bucket.ensure()
    return [health.ok("bucket", f"{bucket.bucket} answers")]
