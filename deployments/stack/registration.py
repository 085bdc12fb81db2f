"""What Prefect has to know: the work pool, the blocks, the deployments. Registering twice changes nothing.

The deployments come from `deployments/prefect.yaml`, the same file `prefect deploy --all` reads; doing it through the
client in a process that has Prefect loaded already saves the start of another one. A schedule is set when a
deployment is first made, and never again: from then on it belongs to the person who edits it in the UI.
"""

import importlib
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from deployments.objectstore import ObjectStore
from deployments.stack.home import Home
from deployments.stack.plan import SANDBOX_MODEL, WORK_POOL
from deployments.stack.state import StackState
from deployments.stack.zombies import register_zombie_detection
from workprint.errors import StackError

if TYPE_CHECKING:
    from prefect.blocks.core import Block
    from prefect.client.orchestration import PrefectClient

    from blocks.bucket import ArchiveBucket

#: Names of the block documents that the flows load.
PROVIDER, ARCHIVE, LEDGER, CALLBACK, ROOM = "sandbox", "archive", "ledger", "callback", "screening-room"
#: The embedded S3 server's bucket.
BUCKET = "workprint"


def warm_up() -> None:
    """Import what registering needs: seconds of work, done in a thread while the servers start."""
    importlib.import_module("prefect.client.orchestration")
    importlib.import_module("prefect.deployments.runner")
    importlib.import_module("prefect.workers.process")
    importlib.import_module("blocks")
    for entry in entries():
        importlib.import_module(entry["entrypoint"].rpartition(".")[0])


async def register(home: Home, state: StackState) -> None:
    """Work pool, blocks and deployments on the server of `PREFECT_API_URL`, and a migrated ledger and bucket."""
    from prefect.client.orchestration import get_client

    async with get_client() as client:
        await _register_pool(client)
        # One after the other: Prefect on SQLite answers 503 to a second writer, and its client then waits for seconds.
        for entry in entries():
            await _deploy(client, entry)
        await register_zombie_detection(client)
        await _blocks(client, home, state)


async def _register_pool(client: "PrefectClient") -> None:
    from prefect.client.schemas.actions import WorkPoolCreate
    from prefect.exceptions import ObjectAlreadyExists
    from prefect.workers.process import ProcessWorker

    template = ProcessWorker.get_default_base_job_template()
    try:
        await client.create_work_pool(WorkPoolCreate(name=WORK_POOL, type="process", base_job_template=template))
    except ObjectAlreadyExists:
        return


async def _blocks(client: "PrefectClient", home: Home, state: StackState) -> None:
    from blocks.apprise_notice import AppriseNotice
    from blocks.approval_policy import ApprovalPolicy
    from blocks.project_notices import ProjectNotices

    blocks = local_blocks(home, state)
    await cast("ArchiveBucket", blocks[ARCHIVE]).ensure()
    for name, block in blocks.items():
        await block._save(name, overwrite=True, client=client)
    # Nobody needs one to begin with: a person fills in its form in the UI.
    for kind in (ApprovalPolicy, ProjectNotices, AppriseNotice):
        await kind.register_type_and_schema(client=client)


def local_blocks(home: Home, state: StackState) -> "dict[str, Block]":
    """The blocks of this stack, as documents to save or to use with no server in between."""
    from prefect_aws import AwsClientParameters, MinIOCredentials
    from pydantic import SecretStr

    from blocks.bucket import ArchiveBucket
    from blocks.ledger.block import LedgerDatabase
    from blocks.provider import VideoProvider
    from blocks.report_callback import CallbackSender
    from blocks.screening_room import ScreeningRoom

    secrets, store = home.secrets(), ObjectStore(home.s3, state.ports["s3"])
    credentials = MinIOCredentials(
        minio_root_user=store.access_key,
        minio_root_password=SecretStr(store.secret_key),
        aws_client_parameters=AwsClientParameters(endpoint_url=store.endpoint_url),
    )
    return {
        LEDGER: LedgerDatabase(url=SecretStr(state.ledger_url)),
        ARCHIVE: ArchiveBucket(credentials=credentials, bucket=BUCKET, may_create=True),
        PROVIDER: VideoProvider(
            dialect="ark",
            base_url=state.sandbox_url,
            api_key=SecretStr(secrets.sandbox_key),
            model=SANDBOX_MODEL,
            # The sandbox answers fast, and its links point at this machine.
            requests_per_second=50,
            read_timeout=20,
            list_lag=5,
            gone_after=10,
            callback_base_url=state.desk_url,
            allow_private_network=True,
        ),
        # On one's own machine the receiver of a report is usually there too.
        CALLBACK: CallbackSender(secret=SecretStr(secrets.callback_secret), allow_private_network=True),
        ROOM: ScreeningRoom(public_url=state.desk_url, key=SecretStr(secrets.room_key)),
    }


def entries() -> list[dict[str, Any]]:
    """The deployments of `deployments/prefect.yaml`. Raises `StackError` when it names none."""
    from ruamel.yaml import YAML

    text = (files("deployments") / "prefect.yaml").read_text(encoding="utf-8")
    entries = YAML(typ="safe").load(text)["deployments"]
    if not entries:
        raise StackError("deployments/prefect.yaml names no deployment")
    return list(entries)


async def _deploy(client: "PrefectClient", entry: dict[str, Any]) -> None:
    from prefect.deployments.runner import RunnerDeployment

    deployment = RunnerDeployment.from_entrypoint(
        entry["entrypoint"],
        entry["name"],
        parameters=entry.get("parameters"),
        description=entry.get("description"),
        tags=entry.get("tags"),
        version=entry.get("version"),
        concurrency_limit=_limit(entry.get("concurrency_limit")),
        enforce_parameter_schema=entry.get("enforce_parameter_schema", True),
        work_pool_name=entry["work_pool"]["name"],
        job_variables=entry["work_pool"].get("job_variables"),
    )
    # No folder: the code is installed, and Prefect would copy the folder it was registered from for every run.
    deployment._path = None
    schedules = [] if await _exists(client, deployment.full_name) else entry.get("schedules") or []
    await deployment.aapply(schedules=[_schedule(s) for s in schedules])


def _limit(entry: Any) -> Any:
    """A number, or what happens to one run too many, as the client takes it."""
    from prefect.client.schemas.objects import ConcurrencyLimitConfig

    return ConcurrencyLimitConfig(**entry) if isinstance(entry, dict) else entry


async def _exists(client: "PrefectClient", full_name: str) -> bool:
    from prefect.exceptions import ObjectNotFound

    try:
        await client.read_deployment_by_name(full_name)
    except ObjectNotFound:
        return False
    return True


def _schedule(entry: dict[str, Any]) -> dict[str, Any]:
    """One schedule of prefect.yaml as the client takes it: what times it, and whether it is on."""
    outer: dict[str, Any] = {key: entry[key] for key in ("active", "parameters", "slug") if key in entry}
    return {"schedule": {key: value for key, value in entry.items() if key not in outer}, **outer}
