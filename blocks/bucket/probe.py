"""Finding out what a server really honours, by trying it with tiny objects. Once per bucket and process.

Many S3 servers accept `If-None-Match` or a wrong checksum and say nothing, so nothing is taken on trust.
"""

import logging
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from blocks.bucket.checksums import crc32, md5
from blocks.bucket.client import Place, is_conflict, translated
from blocks.bucket.values import Honours

_LOG = logging.getLogger(__name__)
#: Writers of one new key at the same moment.
_RACERS = 8
#: Below the block's prefix; removed at the end.
FOLDER = ".workprint-probe"

_KNOWN: dict[tuple[str | None, str], Honours] = {}
_TRYING = threading.Lock()


def honours_of(place: Place) -> Honours:
    """What this bucket's server honours; tried at the first call, remembered afterwards."""
    with _TRYING:
        if place.identity not in _KNOWN:
            with translated(f"probing bucket {place.bucket}"):
                _KNOWN[place.identity] = _Probe(place).run()
            _tell(place, _KNOWN[place.identity])
        return _KNOWN[place.identity]


def _tell(place: Place, honours: Honours) -> None:
    if missing := honours.shortcomings():
        _LOG.warning("bucket %s: the S3 server %s", place.bucket, "; ".join(missing))


class _Probe:
    """One series of tries under a folder of its own."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._s3 = place.client
        self._folder = f"{FOLDER}/{uuid.uuid4().hex}/"

    def run(self) -> Honours:
        try:
            create = self._create()
            return Honours(
                create=create,
                atomic_create=create and self._atomic(),
                create_on_multipart=self._multipart(),
                create_on_copy=self._copy(),
                verifies_checksum=self._checksum(),
                verifies_md5=self._md5(),
            )
        finally:
            self._clean()

    def _at(self, name: str) -> dict[str, Any]:
        return self._place.at(self._folder + name)

    def _put(self, name: str, body: bytes = b"probe", **more: Any) -> None:
        self._s3.put_object(**self._at(name), Body=body, **more)

    def _create(self) -> bool:
        self._put("seen")
        return _refuses(lambda: self._put("seen", IfNoneMatch="*")) and _accepts(
            lambda: self._put("new", IfNoneMatch="*")
        )

    def _atomic(self) -> bool:
        def race(number: int) -> bool:
            return _accepts(lambda: self._put("race", b"%d" % number, IfNoneMatch="*"))

        with ThreadPoolExecutor(_RACERS) as pool:
            return sum(pool.map(race, range(_RACERS))) == 1

    def _multipart(self) -> bool:
        self._put("whole")
        return _refuses(lambda: self._upload("whole", IfNoneMatch="*")) and _accepts(
            lambda: self._upload("parts", IfNoneMatch="*")
        )

    def _copy(self) -> bool:
        source = self._at("seen")
        self._put("copied")

        def copy(name: str) -> None:
            self._s3.copy_object(**self._at(name), CopySource=source, IfNoneMatch="*")  # type: ignore[arg-type]

        return _refuses(lambda: copy("copied")) and _accepts(lambda: copy("copied-anew"))

    def _checksum(self) -> bool:
        """Both ways must hold: the wrong sum refused, the right one taken, on whole bodies and on parts."""
        wrong, right = crc32(b"other"), crc32(b"probe")
        return (
            _refuses(lambda: self._put("sum", ChecksumCRC32=wrong))
            and _accepts(lambda: self._put("sum", ChecksumCRC32=right))
            and _refuses(lambda: self._upload("sum-parts", checksum=wrong))
            and _accepts(lambda: self._upload("sum-parts", checksum=right))
        )

    def _md5(self) -> bool:
        return _refuses(lambda: self._put("md5", ContentMD5=md5(b"other"))) and _accepts(
            lambda: self._put("md5", ContentMD5=md5(b"probe"))
        )

    def _upload(self, name: str, *, checksum: str = "", **complete: Any) -> None:
        """A multipart upload of one tiny part; nothing is left of it when it fails."""
        announced: dict[str, Any] = {"ChecksumAlgorithm": "CRC32", "ChecksumType": "COMPOSITE"} if checksum else {}
        summed: dict[str, Any] = {"ChecksumCRC32": checksum} if checksum else {}
        upload = {
            **self._at(name),
            "UploadId": self._s3.create_multipart_upload(**self._at(name), **announced)["UploadId"],
        }
        try:
            etag = self._s3.upload_part(**upload, PartNumber=1, Body=b"probe", **summed)["ETag"]
            parts: Any = {"Parts": [{"PartNumber": 1, "ETag": etag, **summed}]}
            self._s3.complete_multipart_upload(**upload, MultipartUpload=parts, **complete)
        except ClientError:
            self._abort(upload)
            raise

    def _abort(self, upload: dict[str, Any]) -> None:
        try:
            self._s3.abort_multipart_upload(**upload)
        except ClientError as error:
            _LOG.debug("probe upload not aborted: %s", error)

    def _clean(self) -> None:
        found = self._s3.list_objects_v2(Bucket=self._place.bucket, Prefix=self._place.full(self._folder))
        for entry in found.get("Contents", ()):
            self._s3.delete_object(Bucket=self._place.bucket, Key=entry["Key"])


def _accepts(attempt: Callable[[], None]) -> bool:
    try:
        attempt()
    except ClientError as error:
        _raise_if_denied(error)
        return False
    return True


def _refuses(attempt: Callable[[], None]) -> bool:
    """Whether the server said no for the right reason: a precondition or a bad checksum, not "not implemented"."""
    try:
        attempt()
    except ClientError as error:
        _raise_if_denied(error)
        return is_conflict(error) or error.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    return False


def _raise_if_denied(error: ClientError) -> None:
    """Missing rights are the operator's to mend; they say nothing about what the server honours."""
    if error.response["ResponseMetadata"]["HTTPStatusCode"] in {401, 403}:
        raise error
