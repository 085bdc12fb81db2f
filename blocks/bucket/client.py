"""The boto3 client of a bucket, and the one place where its errors become ours.

No retries here: `total_max_attempts=1`. Retries live in the Prefect task.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, IncompleteReadError
from prefect_aws import AwsCredentials, MinIOCredentials
from urllib3.exceptions import HTTPError

from workprint.errors import AlreadyThere, ArchiveError

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

Credentials = AwsCredentials | MinIOCredentials

#: Seconds a client is kept: credentials of an assumed role end after an hour.
_CLIENT_LIFE = 900
_MAKING = threading.Lock()
#: What S3 and its imitators say when `If-None-Match: *` meets an object, or two writers meet.
_EXISTS = frozenset({"PreconditionFailed", "412", "ConditionalRequestConflict"})
_ABSENT = frozenset({"NoSuchKey", "NoSuchBucket", "404", "NotFound"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where objects go, as a plain value that threads can share."""

    credentials: Credentials
    bucket: str
    prefix: str
    part_size: int
    concurrency: int
    #: Seconds without an answer of the S3 server.
    read_timeout: float

    @property
    def client(self) -> "S3Client":
        """The (thread-safe) client of this place."""
        return client_for(self.credentials, None, self.read_timeout)

    @property
    def identity(self) -> tuple[str | None, str]:
        """What makes two places the same bucket."""
        return self.credentials.aws_client_parameters.endpoint_url, self.bucket

    def full(self, key: str) -> str:
        """The key as S3 knows it."""
        return self.prefix + key

    def at(self, key: str) -> dict[str, Any]:
        """The `Bucket` and `Key` arguments."""
        return {"Bucket": self.bucket, "Key": self.full(key)}


def client_for(credentials: Credentials, endpoint_url: str | None, read_timeout: float) -> "S3Client":
    """A cached client; `endpoint_url` replaces the credentials' own (for links that browsers follow)."""
    with _MAKING:  # sessions are not safe to make in two threads at once
        return _client(credentials, endpoint_url, read_timeout, int(monotonic() // _CLIENT_LIFE))


@lru_cache(maxsize=16)
def _client(
    credentials: Credentials,
    endpoint_url: str | None,
    read_timeout: float,
    epoch: int,  # noqa: ARG001 - cache key
) -> "S3Client":
    parameters = credentials.aws_client_parameters
    given = parameters.get_params_override()
    if endpoint_url is not None:
        given["endpoint_url"] = endpoint_url
    ours = _config(read_timeout, custom=given.get("endpoint_url") is not None)
    given["config"] = ours.merge(given["config"]) if given.get("config") else ours
    region = credentials.region_name or ("us-east-1" if given.get("endpoint_url") else None)
    return credentials.get_boto3_session().client("s3", region_name=region, **given)


def _config(read_timeout: float, *, custom: bool) -> Config:
    return Config(
        signature_version="s3v4",
        retries={"total_max_attempts": 1, "mode": "standard"},
        connect_timeout=10,
        read_timeout=read_timeout,
        max_pool_connections=50,
        # Several S3 servers fail on the trailers that boto3 sends otherwise; we send checksums where they are honoured.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        # The body is covered by a checksum of ours (and TLS): a second SHA-256 over every part buys nothing.
        s3={"payload_signing_enabled": False, "addressing_style": "path" if custom else "auto"},
    )


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn boto3's errors into `ArchiveError` (`AlreadyThere` for a refused overwrite), saying what was tried."""
    try:
        yield
    except ClientError as error:
        raise _refused(what, error) from error
    except (BotoCoreError, HTTPClientError, IncompleteReadError, HTTPError, OSError) as error:
        raise ArchiveError(
            f"{what}: the S3 server cannot be reached or broke off ({type(error).__name__})",
            fix="check that the endpoint of the bucket block answers",
        ) from error


def code_of(error: ClientError) -> str:
    """The S3 error code, e.g. `NoSuchKey`; the HTTP status where the server gave none."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    """The HTTP status."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def is_absent(error: ClientError) -> bool:
    """Whether the server says that there is no such object or bucket."""
    return code_of(error) in _ABSENT


def is_conflict(error: ClientError) -> bool:
    """Whether the server refused to overwrite."""
    return code_of(error) in _EXISTS or status_of(error) == 412


def _refused(what: str, error: ClientError) -> ArchiveError:
    if is_conflict(error):
        return AlreadyThere(f"{what}: the key exists")
    message = str(error.response.get("Error", {}).get("Message", ""))[:300]
    text = f"{what}: S3 answered {status_of(error)} {code_of(error)} {message}".rstrip()
    return ArchiveError(text, fix=_FIXES.get(code_of(error), ""))


_FIXES = {
    "NoSuchBucket": "create the bucket, or let the block do it (may_create)",
    "InvalidAccessKeyId": "check the credentials block of the bucket",
    "SignatureDoesNotMatch": "check the secret of the bucket's credentials block",
    "AccessDenied": "give the bucket's credentials the right to read, write and list it",
    "RequestTimeTooSkewed": "set this machine's clock",
}
