"""Single objects: put, get, head, list, delete, presign. Blocking; `blocks.bucket` calls these in threads."""

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from blocks.bucket.checksums import checksum_arguments
from blocks.bucket.client import Place, client_for, is_absent, translated
from blocks.bucket.values import SHA256, Honours, Landed, Stored
from workprint.errors import AlreadyThere, ArchiveError

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef, HeadObjectOutputTypeDef

#: Bytes per read when an object is hashed or copied to disk.
READ = 1048576
#: SigV4's own limit, seconds.
PRESIGN_LIMIT = 604800


def ensure(place: Place, *, may_create: bool) -> None:
    """Return when the bucket is there; create it only when allowed. Raises `ArchiveError` otherwise."""
    with translated(f"looking for bucket {place.bucket}"):
        if _has_bucket(place):
            return
    if not may_create:
        raise ArchiveError(f"there is no bucket {place.bucket}", fix="create it, or set may_create in the bucket block")
    with translated(f"creating bucket {place.bucket}"):
        place.client.create_bucket(Bucket=place.bucket, **_location(place))


def _has_bucket(place: Place) -> bool:
    try:
        place.client.head_bucket(Bucket=place.bucket)
    except ClientError as error:
        if is_absent(error):
            return False
        raise
    return True


def put(place: Place, honours: Honours, key: str, body: bytes, media_type: str) -> Landed:
    """Store one small body. The same bytes again are fine; other bytes raise `AlreadyThere`."""
    digest = hashlib.sha256(body).hexdigest()
    landed = Landed(key, digest, len(body), "", media_type)
    if not honours.create and (there := head(place, key)) is not None:
        return same_or_raise(place, landed, there)
    try:
        with translated(f"writing {key}"):
            answer = place.client.put_object(
                **place.at(key),
                Body=body,
                ContentType=media_type,
                Metadata={SHA256: digest},
                **checksum_arguments(honours, body),
                **never_overwriting(honoured=honours.create),
            )
    except AlreadyThere:
        return same_or_raise(place, landed, head(place, key))
    return Landed(key, digest, len(body), unquoted(answer.get("ETag")), media_type)


def same_or_raise(place: Place, landed: Landed, there: Stored | None) -> Landed:
    """The stored object when it holds the very bytes of `landed`; `AlreadyThere` when it holds others.

    Where the metadata has no SHA-256 (files that came in several parts), the object itself is read and hashed.
    """
    if there is None:
        raise ArchiveError(f"{landed.key} was there and is gone; somebody else writes here")
    if there.size == landed.size and (there.sha256 or digest_of(place, landed.key)) == landed.sha256:
        return Landed(landed.key, landed.sha256, there.size, there.etag, there.media_type)
    raise AlreadyThere(
        f"{landed.key} exists and holds other bytes ({there.size}, not {landed.size})"
        if there.size != landed.size
        else f"{landed.key} exists and holds other bytes",
        fix="nothing was overwritten; look at both before you delete one",
    )


def get(place: Place, key: str) -> bytes:
    """The whole object in memory: for manifests and previews. Raises `ArchiveError` when there is none."""
    with translated(f"reading {key}"):
        answer = place.client.get_object(**place.at(key))
        with answer["Body"] as body:
            return body.read()


def digest_of(place: Place, key: str) -> str:
    """SHA-256 of the stored bytes, read back in constant memory."""
    return read_through(place, key).sha256


def read_through(place: Place, key: str) -> Stored:
    """What the bucket says of an object, with the SHA-256 of the bytes that it really gave, in constant memory."""
    digest = hashlib.sha256()
    with translated(f"reading {key}"):
        answer = place.client.get_object(**place.at(key))
        with answer["Body"] as body:
            while chunk := body.read(READ):
                digest.update(chunk)
    return replace(_stored(key, answer), sha256=digest.hexdigest())


def head(place: Place, key: str) -> Stored | None:
    """What the bucket says of the object; None when there is none."""
    with translated(f"looking at {key}"):
        try:
            return _stored(key, place.client.head_object(**place.at(key)))
        except ClientError as error:
            if is_absent(error):
                return None
            raise


def landed(place: Place, key: str) -> Landed | None:
    """The object as a landing; None when there is none. A multipart upload is seen only once it is complete."""
    there = head(place, key)
    if there is None:
        return None
    return Landed(key, there.sha256 or digest_of(place, key), there.size, there.etag, there.media_type)


def list_keys(place: Place, prefix: str) -> tuple[str, ...]:
    """All keys below a prefix, sorted as S3 sorts them, relative to the block's prefix."""
    keys: list[str] = []
    with translated(f"listing {prefix}"):
        pages = place.client.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.full(prefix))
        for page in pages:
            keys += [entry["Key"].removeprefix(place.prefix) for entry in page.get("Contents", ())]
    return tuple(keys)


def delete(place: Place, key: str) -> None:
    """Delete; nothing happens when there is nothing."""
    with translated(f"deleting {key}"):
        try:
            place.client.delete_object(**place.at(key))
        except ClientError as error:
            if not is_absent(error):
                raise


def presign(place: Place, key: str, seconds: int, endpoint_url: str | None) -> str:
    """A GET link that anybody may follow for that long (at most 7 days)."""
    if not 0 < seconds <= PRESIGN_LIMIT:
        raise ArchiveError(f"a link can live 1 to {PRESIGN_LIMIT} seconds, not {seconds}")
    with translated(f"signing a link to {key}"):
        client = client_for(place.credentials, endpoint_url, place.read_timeout)
        return client.generate_presigned_url("get_object", Params=place.at(key), ExpiresIn=seconds)


def never_overwriting(*, honoured: bool) -> dict[str, Any]:
    """The argument that has the server refuse an overwrite, where it does."""
    return {"IfNoneMatch": "*"} if honoured else {}


def unquoted(etag: str | None) -> str:
    """An ETag without its quotes."""
    return (etag or "").strip('"')


def _stored(key: str, answer: "HeadObjectOutputTypeDef | GetObjectOutputTypeDef") -> Stored:
    return Stored(
        key=key,
        size=answer["ContentLength"],
        etag=unquoted(answer.get("ETag")),
        media_type=answer.get("ContentType", ""),
        sha256=answer.get("Metadata", {}).get(SHA256, ""),
        modified_at=answer["LastModified"],
    )


def _location(place: Place) -> dict[str, Any]:
    """AWS wants the region in the body, except for its oldest one."""
    region = place.client.meta.region_name
    if place.credentials.aws_client_parameters.endpoint_url or region == "us-east-1":
        return {}
    return {"CreateBucketConfiguration": {"LocationConstraint": region}}
