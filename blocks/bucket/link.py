"""A provider's link, opened for one streaming read straight into our buffers.

Why not httpx here: it hands out copies of 64 KiB each through the event loop, which costs a quarter of a core at the
speed of a local network. `http.client` reads from the socket into memory that the upload then sends. The rules of
`blocks.guard` hold all the same: every hop is checked, and the connection goes to the address that was checked.
"""

import asyncio
import http.client
import socket
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urljoin, urlsplit

from blocks.guard import MAX_REDIRECTS, ResolvedUrl, check_url
from blocks.http import USER_AGENT, tls
from workprint.errors import ArchiveError, BadMedia, LinkDead, OutboundError, Truncated
from workprint.links import without_query

_CONNECT_TIMEOUT = 10.0
#: The link is used up, withdrawn or out of date: asking again cannot help.
_DEAD = frozenset({401, 403, 404, 410, 451})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class OpenLink:
    """An answered link. `length` in bytes as the server announced it, None when it did not."""

    def __init__(self, shown: str, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self.shown = shown
        self.length = response.length
        self.media_type = response.headers.get_content_type() if "content-type" in response.headers else ""
        self._connection = connection
        self._response = response

    def readinto(self, target: memoryview) -> int:
        """Fill `target` as far as the link goes; less only at the end. Raises `Truncated` when it breaks off."""
        filled = 0
        try:
            while filled < len(target) and (count := self._response.readinto(target[filled:])):
                filled += count
        except (OSError, http.client.HTTPException) as error:
            raise Truncated(f"{self.shown} broke off ({type(error).__name__})", fix="fetch it again") from error
        return filled

    def close(self) -> None:
        """Close the connection."""
        self._response.close()
        self._connection.close()


async def open_link(
    url: str, *, headers: Mapping[str, str], allow_private: bool, timeout: float, trusted: str = ""
) -> OpenLink:
    """Follow at most 5 redirects, each checked, and return the open answer.

    `headers` go to the first host only. `trusted`: the one host[:port] that may be private all the same.
    `timeout`: seconds without a byte. Raises `LinkDead`, `UnsafeUrl`, `BadMedia`
    (an encoding we did not ask for) or `ArchiveError` where asking again may help. No text shows the link's query.
    """
    first = urlsplit(url)[:2]  # scheme and host: a step down to plain http is another host
    for _ in range(MAX_REDIRECTS + 1):
        known = bool(trusted) and urlsplit(url).netloc == trusted
        resolved = await _checked(url, allow_private=allow_private or known)
        own = headers if urlsplit(url)[:2] == first else {}
        answer = await asyncio.to_thread(_get, resolved, own, timeout)
        if isinstance(answer, OpenLink):
            return answer
        url = urljoin(url, answer)
    raise ArchiveError(f"{without_query(url)}: more than {MAX_REDIRECTS} redirects")


async def _checked(url: str, *, allow_private: bool) -> ResolvedUrl:
    try:
        return await check_url(url, allow_private=allow_private)
    except OutboundError as error:
        raise ArchiveError(f"{without_query(url)}: {error}", fix=error.fix) from error


def _get(resolved: ResolvedUrl, headers: Mapping[str, str], timeout: float) -> OpenLink | str:
    """The open answer, or where it redirects to."""
    shown = without_query(resolved.url)
    connection = _connection(resolved, timeout)
    try:
        connection.connect()
        connection.request("GET", _target(resolved.url), headers={**_HEADERS, **headers})
        response = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        raise ArchiveError(f"{shown}: no answer ({type(error).__name__})", fix="fetch it again") from error
    link = OpenLink(shown, connection, response)
    try:
        location = _judge(shown, response)
    except ArchiveError:
        link.close()
        raise
    if location is None:
        return link
    link.close()
    return location


def _judge(shown: str, response: http.client.HTTPResponse) -> str | None:
    """None when the file follows; else where it is to be found."""
    if response.status in _REDIRECTS and (location := response.headers.get("location")):
        return location
    if response.status in _DEAD:
        raise LinkDead(f"{shown}: HTTP {response.status}", fix="the link has ended or was withdrawn; nothing to retry")
    if response.status != 200:
        raise ArchiveError(f"{shown}: HTTP {response.status}", fix="fetch it again")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise BadMedia(f"{shown} came encoded though we asked for the plain file")
    return None


_HEADERS = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}


def _target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _connection(resolved: ResolvedUrl, timeout: float) -> http.client.HTTPConnection:
    if urlsplit(resolved.url).scheme == "https":
        return _PinnedTls(resolved, timeout)
    return _Pinned(resolved, timeout)


class _Pinned(http.client.HTTPConnection):
    """Connects to the checked addresses; the name stays in the Host header."""

    def __init__(self, resolved: ResolvedUrl, timeout: float) -> None:
        super().__init__(resolved.host, resolved.port)
        self._addresses = resolved.addresses
        self._seconds = timeout

    def connect(self) -> None:
        """Try each checked address in turn; the last failure counts."""
        for address in self._addresses[:-1]:
            with suppress(OSError):
                return self._reach(address)
        return self._reach(self._addresses[-1])

    def _reach(self, address: str) -> None:
        self.sock = socket.create_connection((address, self.port), _CONNECT_TIMEOUT)
        self.sock.settimeout(self._seconds)


class _PinnedTls(_Pinned):
    """The same over TLS: the name stays in SNI and in the certificate's check."""

    default_port = 443

    def _reach(self, address: str) -> None:
        super()._reach(address)
        self.sock = tls().wrap_socket(self.sock, server_hostname=self.host)
