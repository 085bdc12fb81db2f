"""The checksum that goes along with a body, in the form the server really verifies."""

import base64
import hashlib
import zlib
from typing import Any

from blocks.bucket.values import Honours

Body = bytes | bytearray


def checksum_arguments(honours: Honours, body: Body) -> dict[str, Any]:
    """Arguments for PutObject and UploadPart: CRC32 where it is verified, else Content-MD5 where that is."""
    if honours.verifies_checksum:
        return {"ChecksumCRC32": crc32(body)}
    if honours.verifies_md5:
        return {"ContentMD5": md5(body)}
    return {}


def announced(honours: Honours) -> dict[str, Any]:
    """Arguments for CreateMultipartUpload: AWS takes a part's checksum only when it was announced."""
    return {"ChecksumAlgorithm": "CRC32", "ChecksumType": "COMPOSITE"} if honours.verifies_checksum else {}


def crc32(body: Body) -> str:
    """CRC32 as S3 writes it: four bytes, big endian, base64."""
    return base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


def md5(body: Body) -> str:
    """MD5 as `Content-MD5` writes it. It guards the wire, not against forgery."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
