"""The guard: which addresses are refused, and that the checked address is the one connected to."""

import asyncio
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.guard import GuardedTransport, check_url, guarded_client
from blocks.http import SINGLE_USE
from tests.blocks.certificates import certify
from tests.blocks.loopback import free_port, serving
from tests.blocks.site import SITE
from workprint.errors import OutboundError, UnsafeUrl

INSIDE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "fc00::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "192.0.2.1",
    "198.18.0.1",
    "2001:db8::1",
]
NEVER = [
    "169.254.169.254",
    "169.254.1.1",
    "168.63.129.16",
    "100.100.100.200",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "0.0.0.0",  # noqa: S104 - refused, not bound
    "::",
    "224.0.0.1",
    "ff02::1",
    "240.0.0.1",
    "255.255.255.255",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
]


def in_url(address: str) -> str:
    return f"http://[{address}]/" if ":" in address else f"http://{address}/"


def knows(*addresses: str) -> Any:
    """A resolver that gives these addresses for every name."""

    async def resolver(_host: str, _port: int) -> tuple[str, ...]:
        return addresses

    return resolver


@pytest.mark.parametrize("address", INSIDE + NEVER)
async def test_addresses_inside_are_refused(address: str) -> None:
    """No URL of a stranger reaches our own network, however the address is written."""
    with pytest.raises(UnsafeUrl):
        await check_url(in_url(address))


@pytest.mark.parametrize("address", NEVER)
async def test_some_addresses_are_never_allowed(address: str) -> None:
    """Metadata, link-local, multicast and reserved addresses stay closed where private networks are open."""
    with pytest.raises(UnsafeUrl):
        await check_url(in_url(address), allow_private=True)


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "100.64.0.1", "::1", "fc00::1"])
async def test_private_networks_can_be_allowed(address: str) -> None:
    """An operator may let loopback and private networks through."""
    resolved = await check_url(in_url(address), allow_private=True)

    assert (address,) == resolved.addresses


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "64:ff9b::808:808"])
async def test_public_addresses_pass(address: str) -> None:
    """What everybody can reach is let through, also an IPv4 address behind NAT64."""
    assert (address,) == (await check_url(in_url(address))).addresses


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f.1", "127.1", "017700000001"])
async def test_other_spellings_of_loopback_are_refused(host: str) -> None:
    """A name, or a number in any notation, is judged by where it leads."""
    with pytest.raises(UnsafeUrl):
        await check_url(f"http://{host}/")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://v.example/x",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "//v.example/x",
        "v.example/x",
        "http://",
        "http://user@v.example/",
        "http://user:secret@v.example/",
        "http://v.example:port/",
        "http://[::1/",
        "http://v.example/\n",
        "",
    ],
)
async def test_what_is_no_plain_http_url_is_refused(url: str) -> None:
    """Only http(s) with a host and without credentials; the error says how to mend it and repeats no password."""
    with pytest.raises(UnsafeUrl) as caught:
        await check_url(url, resolver=knows("8.8.8.8"))

    assert caught.value.fix
    assert "secret" not in caught.value.diagnostics()


async def test_one_bad_address_among_good_ones_is_enough() -> None:
    """A name is refused when any of its addresses leads inside."""
    with pytest.raises(UnsafeUrl):
        await check_url("http://v.example/", resolver=knows("8.8.8.8", "127.0.0.1"))


async def test_a_name_without_address_is_no_unsafe_url() -> None:
    """A name that cannot be resolved may be so tomorrow: the error says that asking again can help."""
    with pytest.raises(OutboundError) as caught:
        await check_url("http://kettle.invalid/")

    assert caught.value.retryable


@given(st.ip_addresses())
def test_every_address_has_a_verdict(address: Any) -> None:
    """For every address there is, the guard lets it through or raises UnsafeUrl, and a private one it never lets in."""

    async def passes() -> bool:
        try:
            await check_url("http://v.example/", resolver=knows(str(address)))
        except UnsafeUrl:
            return False
        return True

    let_in = asyncio.run(passes())
    assert not (let_in and (address.is_loopback or address.is_link_local or address.is_multicast))
    assert not (let_in and not address.is_global and address.version == 4)


async def test_the_checked_address_is_the_one_connected_to() -> None:
    """A name is resolved once per request and its connection goes there: nobody can move it in between."""
    asked = []

    async def rebinding(host: str, _port: int) -> tuple[str, ...]:
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("169.254.169.254",)

    async with serving(SITE) as url, client_of(rebinding) as client:
        port = httpx.URL(url).port
        first = await client.get(f"http://kettle.example:{port}/hello")
        with pytest.raises(UnsafeUrl):
            await client.get(f"http://kettle.example:{port}/hello")

    assert f"kettle.example:{port}" == first.text
    assert asked == ["kettle.example"] * 2


async def test_the_next_address_is_tried_when_nobody_listens() -> None:
    """A name with several addresses works as long as one of them does."""
    async with serving(SITE) as url, client_of(knows("127.0.0.2", "127.0.0.1")) as client:
        answer = await client.get(f"http://kettle.example:{httpx.URL(url).port}/hello")

    assert answer.status_code == 200


async def test_the_certificate_must_fit_the_name(tmp_path: Path) -> None:
    """The connection goes to an address, but TLS is checked against the name that was asked for."""
    paths = certify(tmp_path, "kettle.example")
    trusting = httpx.AsyncHTTPTransport(verify=ssl.create_default_context(cafile=paths.certificate), limits=SINGLE_USE)
    settings = {"ssl_certfile": str(paths.certificate), "ssl_keyfile": str(paths.key)}

    async with serving(SITE, **settings) as url, client_of(knows("127.0.0.1"), inner=trusting) as client:
        port = httpx.URL(url).port
        right = await client.get(f"https://kettle.example:{port}/hello")
        with pytest.raises(httpx.ConnectError):
            await client.get(f"https://teapot.example:{port}/hello")

    assert right.status_code == 200


async def test_the_environments_proxy_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve the name again, unchecked, so the guarded client knows none."""
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{await free_port()}")
    async with serving(SITE) as url, guarded_client(allow_private=True) as client:
        answer = await client.get(f"{url}/hello")

    assert answer.status_code == 200


def client_of(resolver: Any, inner: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    transport = GuardedTransport(allow_private=True, resolver=resolver, inner=inner)
    return httpx.AsyncClient(transport=transport, trust_env=False)
