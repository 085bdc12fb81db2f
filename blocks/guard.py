"""The guard of every outbound URL that somebody else chose: references, result links, callbacks.

It refuses addresses inside our own network (server-side request forgery), and connects to the very address it checked,
so that a name cannot point elsewhere a moment later (DNS rebinding). Each redirect is checked like a first URL.

Pitfall: proxies from the environment are not used: a proxy would resolve the name again, unchecked.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from blocks.http import SINGLE_USE, USER_AGENT, describe, direct_transport
from workprint.errors import FetchFailed, OutboundError, UnsafeUrl
from workprint.links import without_query

MAX_REDIRECTS = 5
#: Seconds.
_RESOLVE_TIMEOUT = 10.0
_TIMEOUT = httpx.Timeout(30.0, connect=10.0)

_Address = IPv4Address | IPv6Address
#: Host and port -> addresses. Tests and unusual networks bring their own.
Resolver = Callable[[str, int], Awaitable[tuple[str, ...]]]
_FIX = "use a public http(s) address; for a server of your own, the block's setting for private networks allows it"

#: Refused even where private networks are allowed: they hand out the machine's own credentials. Azure's wire server
#: looks public, Alibaba's metadata lies in the carrier-grade range, AWS's IPv6 one in the private range.
_METADATA = frozenset(
    ip_address(text) for text in ("168.63.129.16", "100.100.100.200", "fd00:ec2::254", "169.254.169.254")
)
#: RFC 6598: shared by carriers. `ipaddress` calls it neither private nor global.
_CARRIER_GRADE = ip_network("100.64.0.0/10")
#: IPv6 ranges that carry an IPv4 address in their last 32 bits: IPv4-compatible, and NAT64 (RFC 6052).
_CARRIERS = (IPv6Network("::/96"), IPv6Network("64:ff9b::/96"))


@dataclass(frozen=True, slots=True)
class ResolvedUrl:
    """A URL whose every address was checked; `addresses` in the resolver's order."""

    url: str
    host: str
    port: int
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole small file. `media_type` is what the server said, lower case, without parameters."""

    body: bytes
    media_type: str
    final_url: str


async def resolve(host: str, port: int) -> tuple[str, ...]:
    """Every address the system knows for a name, in its order; at least one.

    Raises `UnsafeUrl` for what can be no name, `OutboundError` when it cannot be resolved now.
    """
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_RESOLVE_TIMEOUT):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise UnsafeUrl(f"{host!r} is no possible host", fix=_FIX) from error
    except (OSError, TimeoutError) as error:
        raise OutboundError(f"the host {host!r} cannot be found", retryable=True, fix="check the name") from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


async def check_url(url: str, *, allow_private: bool = False, resolver: Resolver = resolve) -> ResolvedUrl:
    """The URL with its checked addresses.

    `allow_private` lets loopback and private networks through; link-local, multicast, reserved and metadata addresses
    never. Raises `UnsafeUrl`, or `OutboundError` when the name cannot be resolved now.
    """
    parsed = _parse(url)
    host, port = parsed.raw_host.decode("ascii"), parsed.port or (443 if parsed.scheme == "https" else 80)
    addresses = await resolver(host, port)
    if not addresses:
        raise OutboundError(f"the host {host!r} has no address", retryable=True, fix="check the name")
    for address in addresses:
        _check_address(address, url, allow_private=allow_private)
    return ResolvedUrl(url, host, port, addresses)


def guarded_client(
    *, allow_private: bool = False, timeout: httpx.Timeout = _TIMEOUT, follow_redirects: bool = True
) -> httpx.AsyncClient:
    """An httpx client that can only reach checked addresses. Its transport raises `UnsafeUrl`, else httpx's own errors.

    It follows at most 5 redirects, checking each, keeps no connection, retries nothing and knows no proxy.
    """
    return httpx.AsyncClient(
        transport=GuardedTransport(allow_private=allow_private),
        timeout=timeout,
        follow_redirects=follow_redirects,
        max_redirects=MAX_REDIRECTS,
        trust_env=False,
        # Encoded bodies could unpack to any size, and films do not get smaller.
        headers={"user-agent": USER_AGENT, "accept-encoding": "identity"},
    )


async def fetch(
    url: str,
    *,
    max_bytes: int,
    allow_private: bool = False,
    accept: tuple[str, ...] | None = None,
    seconds: float = 120.0,
) -> Fetched:
    """A whole file of at most `max_bytes`, within `seconds` in all.

    `accept`: beginnings of media types (`image/`, `video/mp4`); None takes any. Raises `UnsafeUrl`, or `FetchFailed`
    saying whether asking again can help.
    """
    check_syntax(url)
    try:
        async with (
            asyncio.timeout(seconds),
            guarded_client(allow_private=allow_private) as client,
            client.stream("GET", url) as response,
        ):
            return await _read(response, max_bytes, accept)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        retryable = not isinstance(error, httpx.TooManyRedirects | httpx.InvalidURL | httpx.UnsupportedProtocol)
        raise FetchFailed(describe(error, url), retryable=retryable, fix="check the address") from error


def check_syntax(url: str) -> None:
    """Raise `UnsafeUrl` unless this is an http(s) URL with a host and without user or password. Resolves nothing."""
    _parse(url)


def _parse(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
        host = parsed.raw_host
    except (httpx.InvalidURL, TypeError, ValueError) as error:
        raise UnsafeUrl(f"{without_query(url)!r} is no URL", fix=_FIX) from error
    if parsed.scheme not in {"http", "https"}:
        raise UnsafeUrl(f"{without_query(url)!r} is not http or https", fix=_FIX)
    if not host:
        raise UnsafeUrl(f"{without_query(url)!r} names no host", fix=_FIX)
    if parsed.userinfo:
        raise UnsafeUrl(f"{without_query(url)!r} carries a user or password", fix="leave user and password out")
    return parsed


def _check_address(text: str, url: str, *, allow_private: bool) -> None:
    address = _innermost(ip_address(text))
    if _never(address) or (_inside(address) and not allow_private):
        raise UnsafeUrl(f"{without_query(url)!r} points to {address}, which is not a public address", fix=_FIX)


def _innermost(address: _Address) -> _Address:
    """The IPv4 address an IPv6 one stands for, where it does: that is where the packet goes."""
    if not isinstance(address, IPv6Address):
        return address
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour or address
    if any(address in carrier for carrier in _CARRIERS) and int(address) > 1:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _never(address: _Address) -> bool:
    if address in _METADATA or address.is_multicast or address.is_unspecified or address.is_link_local:
        return True
    if isinstance(address, IPv6Address) and address.is_site_local:
        return True
    return address.is_reserved and not address.is_loopback


def _inside(address: _Address) -> bool:
    return not address.is_global or address.is_private or address in _CARRIER_GRADE


class GuardedTransport(httpx.AsyncBaseTransport):
    """Resolves, checks, and connects to the checked address; the name stays in the Host header, SNI and certificate.

    No connection is kept: the pool knows only the address, and two names may share one.
    """

    def __init__(
        self, *, allow_private: bool, resolver: Resolver = resolve, inner: httpx.AsyncBaseTransport | None = None
    ) -> None:
        self._allow_private = allow_private
        self._resolver = resolver
        self._inner = inner or direct_transport(SINGLE_USE)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request to a checked address. Raises `UnsafeUrl`, else httpx's errors."""
        resolved = await self._resolved(request)
        request.extensions = {**request.extensions, "sni_hostname": resolved.host}
        named = request.url
        for address in resolved.addresses[:-1]:
            try:
                return await self._send(request, named, address)
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue  # nothing was sent: the next address of the same name
        return await self._send(request, named, resolved.addresses[-1])

    async def aclose(self) -> None:
        """Close what is open."""
        await self._inner.aclose()

    async def _resolved(self, request: httpx.Request) -> ResolvedUrl:
        try:
            return await check_url(str(request.url), allow_private=self._allow_private, resolver=self._resolver)
        except OutboundError as error:
            raise httpx.ConnectError(str(error), request=request) from error

    async def _send(self, request: httpx.Request, named: httpx.URL, address: str) -> httpx.Response:
        request.url = named.copy_with(host=address)
        try:
            return await self._inner.handle_async_request(request)
        finally:
            request.url = named  # redirects are relative to the name


async def _read(response: httpx.Response, max_bytes: int, accept: tuple[str, ...] | None) -> Fetched:
    url = without_query(str(response.url))
    if response.status_code != 200:
        retryable = response.status_code == 429 or response.status_code >= 500
        raise FetchFailed(f"{url}: HTTP {response.status_code}", retryable=retryable, fix="check the address")
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if accept is not None and not media_type.startswith(accept):
        wanted = ", ".join(accept)
        raise FetchFailed(f"{url} is {media_type or 'of no type'}", retryable=False, fix=f"wanted: {wanted}")
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) > max_bytes:
            raise FetchFailed(f"{url} is larger than {max_bytes} bytes", retryable=False, fix="use a smaller file")
    return Fetched(bytes(body), media_type, str(response.url))
