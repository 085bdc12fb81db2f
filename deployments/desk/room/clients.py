"""Whose request it is, for counting: the peer, or who a trusted proxy says it asks for."""

from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from starlette.requests import Request

from deployments.desk.room.settings import Network

_Address = IPv4Address | IPv6Address
#: One household or one server has at least so much of IPv6 (RFC 6177): single addresses would be too many.
_PREFIX = 64


def client_of(request: Request, trusted: Collection[Network]) -> str:
    """The right-most address that is no trusted proxy; of IPv6 the /64."""
    if request.client is None:
        return "nobody"
    peer = _plain(ip_address(request.client.host))
    return _shown(_asker(peer, request.headers.getlist("x-forwarded-for"), trusted))


def _asker(peer: _Address, forwarded: Iterable[str], trusted: Collection[Network]) -> _Address:
    """What stands left of an untrusted address was written by a stranger, and so was anything that is no address."""
    hops = [hop for line in forwarded for hop in line.split(",")]
    while hops and any(peer in network for network in trusted):
        try:
            peer = _plain(ip_address(hops.pop().strip()))
        except ValueError:
            break
    return peer


def _plain(address: _Address) -> _Address:
    return getattr(address, "ipv4_mapped", None) or address


def _shown(address: _Address) -> str:
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((address.packed, _PREFIX), strict=False))
