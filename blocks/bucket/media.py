"""Is this the kind of file that was paid for? Judged by what the server says and by the first bytes."""

from workprint.errors import BadMedia

#: How many first bytes are looked at.
HEAD = 64
#: What a server says when it does not know.
_SILENT = frozenset({"", "application/octet-stream", "binary/octet-stream"})


def media_type_of(said: str, first: bytes, expected: tuple[str, ...], shown: str) -> str:
    """The file's media type, which is one of `expected` (an empty list allows nothing).

    The bytes count before the header: an error page that calls itself video/mp4 is none. Raises `BadMedia`.
    """
    seen = sniff(first)
    believed = seen or ("" if said in _SILENT else said)
    if believed in expected:
        return believed
    wanted = " or ".join(expected) or "nothing"
    raise BadMedia(f"{shown} is {believed or 'of unknown type'}, wanted: {wanted}")


def sniff(first: bytes) -> str:
    """The media type that the first bytes prove; empty when they prove none."""
    if first[4:8] == b"ftyp":
        return "video/quicktime" if first[8:12] == b"qt  " else "video/mp4"
    if first[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(first[8:12], "")
    for magic, media_type in _MAGIC:
        if first.startswith(magic):
            return media_type
    return _text(first)


_MAGIC = (
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"ID3", "audio/mpeg"),
)


def _text(first: bytes) -> str:
    """Error pages of servers that answer 200."""
    start = first.lstrip()[:14].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "text/html"
    return "application/xml" if start.startswith(b"<?xml") else ""
