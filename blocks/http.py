"""What every outbound HTTP path shares: no retries, no proxies from the environment, foreign errors in our words.

Pitfall: httpx's `retries` and a kept-alive connection both turn one POST into two or into a doubtful one. Whatever
costs money goes over a new connection, once.
"""

import ssl
import threading
from functools import cache

import httpx

from workprint.failures import Failure, FailureKind, Stage
from workprint.links import without_query
from workprint.outcomes import Reply

#: Said of us to every server.
USER_AGENT = "workprint"
#: No connection is used twice: what was checked or counted once holds for one request only.
SINGLE_USE = httpx.Limits(max_connections=100, max_keepalive_connections=0)

#: Raised before a byte of the request is on the wire (httpx docs, exceptions; the TLS handshake counts as connecting).
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


def proves_unsent(error: Exception) -> bool:
    """Whether the other side cannot have seen the request. Everything doubtful is a no."""
    return isinstance(error, _UNSENT)


def network_failure(error: Exception, stage: Stage) -> Failure:
    """Network trouble as a classified failure: the kind of error, and no text a header could hide in."""
    return Failure(FailureKind.NETWORK, stage, type(error).__name__, _reason(error))


def describe(error: Exception, url: str) -> str:
    """One line for a person: where, and what kind of trouble."""
    return f"{without_query(url)}: {_reason(error)}"


@cache
def tls() -> ssl.SSLContext:
    """One verifying context for the process: loading the CA bundle takes tens of milliseconds."""
    return httpx.create_ssl_context()


def direct_transport(limits: httpx.Limits) -> httpx.AsyncHTTPTransport:
    """The one way out: no retries, no proxy."""
    return httpx.AsyncHTTPTransport(verify=tls(), limits=limits, retries=0)


async def capped_body(response: httpx.Response, limit: int) -> bytes:
    """At most `limit` bytes of a streamed body; what is longer is cut, and reads as a broken answer."""
    parts, size = [], 0
    async for part in response.aiter_bytes():
        parts.append(part)
        size += len(part)
        if size >= limit:
            break
    return b"".join(parts)[:limit]


def as_reply(response: httpx.Response, body: bytes, received: str) -> Reply:
    """The reply as a value. `received` (an HTTP-date) stands in for a missing `Date` (RFC 9110, section 6.6.1)."""
    headers = {"date": received} | {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, body, headers)


class Pace:
    """Hands out starting times at most `per_second` a second, evenly. One for all threads and loops of an instance."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1.0 / per_second
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self, now: float) -> float:
        """Seconds from `now` (a monotonic clock) to the next call's start; the place is taken."""
        with self._lock:
            start = max(now, self._next)
            self._next = start + self._gap
        return start - now


def _reason(error: Exception) -> str:
    return _REASONS.get(type(error), type(error).__name__)


_REASONS: dict[type[Exception], str] = {
    httpx.ConnectError: "could not connect",
    httpx.ConnectTimeout: "no connection in time",
    httpx.PoolTimeout: "no free connection in time",
    httpx.ReadTimeout: "no answer in time",
    httpx.WriteTimeout: "the request could not be sent in time",
    httpx.ReadError: "the connection broke while reading the answer",
    httpx.WriteError: "the connection broke while sending",
    httpx.CloseError: "the connection broke while closing",
    httpx.RemoteProtocolError: "the server closed the connection or broke HTTP",
    httpx.LocalProtocolError: "the request broke HTTP",
    httpx.ProxyError: "the proxy refused",
    httpx.UnsupportedProtocol: "the address is not http or https",
    httpx.DecodingError: "the answer's encoding is broken",
    httpx.TooManyRedirects: "too many redirects",
    httpx.InvalidURL: "the address is no URL",
    TimeoutError: "no complete answer in time",
}
