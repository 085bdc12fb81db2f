"""What the zygote has ready before it forks: modules, models, word lists and S3 clients without a connection."""

import importlib
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.torture import spared
from tests.torture.films import S3_SECONDS

#: S3 clients by endpoint. A client opens its first connection with its first call: after the fork.
S3: dict[str | None, Any] = {}


def warm() -> None:
    """Import and load what every child would."""
    for name in (
        *("boto3", "prefect.client.orchestration", "prefect.events.worker", "prefect.flow_engine"),
        *("sqlalchemy.dialects.postgresql.asyncpg", "sqlalchemy.dialects.sqlite.aiosqlite"),
        *("blocks.bucket.block", "blocks.media.previews", "flows.campaign", "tests.torture.child"),
        *("deployments.desk.__main__", "tests.torture.desks", "tests.torture.points"),
    ):
        importlib.import_module(name)
    from PIL import Image

    from blocks import moderators
    from blocks.http import tls
    from workprint.lexicon import check_text

    Image.init()
    tls()
    moderators._classifier()
    moderators._profanity("A steel watch")
    check_text("A steel watch")
    complete_models()


def more(order: dict[str, Any]) -> None:
    """Also what a first child was seen to import late, and a client for every endpoint of the round."""
    for name in order["modules"]:
        if name not in sys.modules:
            with suppress(Exception):  # a module that was made, and not imported from a file
                importlib.import_module(name)
    complete_models()
    spared.prepare(Path(order["films"]))
    for parameters in order["s3"]:
        S3[parameters["endpoint_url"]] = _client(**parameters)


def complete_models() -> None:
    """Pydantic leaves the schemas of Prefect's models for their first use; here they are used once."""
    from pydantic import BaseModel

    waiting = [BaseModel]
    while waiting:
        model = waiting.pop()
        waiting += model.__subclasses__()
        if not model.__pydantic_complete__ and model is not BaseModel:
            with suppress(Exception):  # a model that names something nobody has imported
                model.model_rebuild(raise_errors=False)


def _client(endpoint_url: str, access_key: str, secret_key: str) -> Any:
    from blocks.bucket import client
    from tests.servers.s3 import S3Server

    return client._client.__wrapped__(S3Server(endpoint_url, access_key, secret_key).credentials(), None, S3_SECONDS, 0)
