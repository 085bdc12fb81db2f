"""The sending half of a landing: one multipart upload, its parts sent by a few threads of the process."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from blocks.bucket.buffers import Buffers
from blocks.bucket.checksums import announced, checksum_arguments
from blocks.bucket.client import translated
from blocks.bucket.intake import Order
from blocks.bucket.objects import head, never_overwriting, unquoted
from workprint.errors import AlreadyThere, ArchiveError

_LOG = logging.getLogger(__name__)
#: S3's own limit.
MAX_PARTS = 10_000
#: Senders of parts for the whole process; the buffers bound how many have work.
_SENDERS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="workprint-part")


def check_free(order: Order, *, honoured: bool) -> None:
    """Where the server does not refuse an overwrite, look a last time. A race of two writers stays possible."""
    if not honoured and head(order.place, order.key) is not None:
        raise AlreadyThere(f"{order.key}: the key exists")


class Upload:
    """One multipart upload of ours."""

    def __init__(self, order: Order, buffers: Buffers) -> None:
        self._order = order
        self._buffers = buffers
        self._s3 = order.place.client
        self._upload: dict[str, Any] = {}
        self._sending: list[Future[dict[str, Any]]] = []

    def begin(self, media_type: str) -> None:
        """Announce the upload; nothing is visible yet."""
        at = self._order.place.at(self._order.key)
        with translated(f"starting the upload of {self._order.key}"):
            answer = self._s3.create_multipart_upload(**at, ContentType=media_type, **announced(self._order.honours))
        self._upload = {**at, "UploadId": answer["UploadId"]}

    def send(self, part: bytearray) -> None:
        """Send in the background; an earlier part's failure is raised here, so that no time is lost."""
        number = len(self._sending) + 1
        try:
            self._check_before(number)
        except BaseException:
            self._buffers.give_back(part)
            raise
        self._sending.append(_SENDERS.submit(self._send, number, part))

    def complete(self) -> str:
        """Make the object visible, unless the key has been taken meanwhile. Returns its ETag."""
        parts = [sent.result() for sent in self._sending]
        check_free(self._order, honoured=self._order.honours.create_on_multipart)
        with translated(f"completing {self._order.key}"):
            answer = self._s3.complete_multipart_upload(
                **self._upload,
                MultipartUpload={"Parts": parts},  # type: ignore[typeddict-item]
                **never_overwriting(honoured=self._order.honours.create_on_multipart),
            )
        return unquoted(answer.get("ETag")) or self._stored_etag()

    def _stored_etag(self) -> str:
        """Ceph RGW's answer to a completion has no ETag that boto3 finds."""
        stored = head(self._order.place, self._order.key)
        return stored.etag if stored is not None else ""

    def abort(self) -> None:
        """Wait for what is under way, then throw the parts away. Never hides the error that led here."""
        for sent in self._sending:
            sent.exception()  # never cancelled: each one gives its buffer back
        if not self._upload:
            return
        try:
            with translated(f"aborting the upload of {self._order.key}"):
                self._s3.abort_multipart_upload(**self._upload)
        except ArchiveError as error:
            _LOG.warning("an unfinished upload stays behind: %s", error)

    def _check_before(self, number: int) -> None:
        if number > MAX_PARTS:
            raise ArchiveError(f"{self._order.key} needs more than {MAX_PARTS} parts", fix="raise part_size")
        for sent in self._sending:
            if sent.done():
                sent.result()

    def _send(self, number: int, part: bytearray) -> dict[str, Any]:
        summed = checksum_arguments(self._order.honours, part)
        try:
            with translated(f"writing part {number} of {self._order.key}"):
                answer = self._s3.upload_part(
                    **self._upload,
                    PartNumber=number,
                    Body=part,  # type: ignore[arg-type]  # a bytearray is sent without a copy
                    **summed,
                )
        finally:
            self._buffers.give_back(part)
        kept = {name: value for name, value in summed.items() if name == "ChecksumCRC32"}
        return {"PartNumber": number, "ETag": answer["ETag"], **kept}
