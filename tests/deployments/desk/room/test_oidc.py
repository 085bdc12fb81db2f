"""Sign-in for staff with a real OpenID provider on loopback, which also lies."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from pydantic import SecretStr

from blocks.ledger import Ledger
from deployments.desk.room import oidc, sessions
from deployments.desk.room.oidc_settings import OidcSettings
from tests.deployments.desk.desk import Desk
from tests.deployments.desk.room.room import HOST, KEY, LINKS, as_cookie, cookies_of, now, path, running_room
from tests.servers.oidc import CLIENT, SECRET, Provider, confused, new_key, openid_provider, unsigned
from workprint.tokens import Purpose, seal, unseal

BACK = f"https://{HOST}/room/signed-in"
LIES: list[tuple[str, Any]] = [
    ("iss", "https://elsewhere.example"),
    ("iss", None),
    ("aud", "another client"),
    ("aud", ["another client"]),
    ("aud", []),
    ("aud", None),
    ("aud", [CLIENT, "another client"]),
    ("azp", "another client"),
    ("exp", 1),
    ("exp", None),
    ("exp", "soon"),
    ("iat", 4_000_000_000),
    ("iat", None),
    ("nbf", 4_000_000_000),
    ("nonce", "another nonce"),
    ("nonce", None),
    ("nonce", 7),
    ("sub", None),
    ("email", None),
    ("email", "mei"),
    ("email", "mei @example.com"),
    ("email", "a@evil.example,@example.com"),
    ("email_verified", False),
    ("email_verified", None),
    ("email_verified", "true"),
    ("email", "mei@elsewhere.example"),
    ("email", "mei@example.com.evil.example"),
]
ONWARD = [
    ("/room/cmp", "/room/cmp"),
    ("/room/cmp/film/rnd_1", "/room/cmp/film/rnd_1"),
    ("", "/room/"),
    ("https://evil.example/room/", "/room/"),
    ("//evil.example/room/", "/room/"),
    ("/room//evil.example", "/room/"),
    ("/room/\\evil.example", "/room/"),
    ("/room/../metrics", "/room/"),
    ("/room/cmp?x=1", "/room/"),
    ("/room/cmp\r\nx: y", "/room/"),
    ("/metrics", "/room/"),
    ("/room/sign-in", "/room/"),
    ("/room/" + "a" * 600, "/room/"),
]


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with openid_provider(BACK) as running:
        yield running


def settings(provider: Provider, **changes: Any) -> OidcSettings:
    """A client of this provider, which lets in @example.com."""
    known = OidcSettings(provider.issuer, CLIENT, SecretStr(SECRET), ("@example.com",), private=True, pause=0)
    return replace(known, **changes)


@pytest.fixture
async def desk(sqlite_url: str, provider: Provider) -> AsyncIterator[Desk]:
    async with running_room(sqlite_url, oidc=settings(provider)) as running:
        yield running


async def begun(desk: Desk, onward: str = "/room/cmp") -> tuple[str, dict[str, str]]:
    """Where the sign-in page sends the browser, and the cookie it gives it."""
    answer = await desk.http.get("/room/sign-in", params={"next": onward})
    assert 302 == answer.status_code
    cookie = cookies_of(answer)[oidc.COOKIE]
    assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} < set(cookie.split("; "))
    return answer.headers["location"], {"cookie": cookie.partition(";")[0]}


async def agreed(address: str) -> str:
    """What the provider sends the browser back to, as this desk sees it."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(address)
    assert 302 == answer.status_code
    return path(answer.headers["location"])


async def signed_in(desk: Desk, onward: str = "/room/cmp") -> httpx.Response:
    """The end of a sign-in in one browser."""
    address, cookie = await begun(desk, onward)
    return await desk.http.get(await agreed(address), headers=cookie)


def refused(answer: httpx.Response, status: int = 403) -> bool:
    """Whether nobody was let in, and was told so in both languages."""
    assert (status, False) == (answer.status_code, sessions.COOKIE in cookies_of(answer))
    return 'lang="zh"' in answer.text


async def test_staff_sign_in(desk: Desk, ledger: Ledger) -> None:
    """Whoever the provider vouches for comes back to the page they wanted, under their address and known roles."""
    answer = await signed_in(desk)
    assert (303, "/room/cmp") == (answer.status_code, answer.headers["location"])
    token = cookies_of(answer)[sessions.COOKIE].partition(";")[0].partition("=")[2]
    said = unseal(KEY, Purpose.SESSION, token, now())
    assert ("Mei@example.com", "creative,legal") == (said["n"], said["r"])
    assert "Max-Age=0" in cookies_of(answer)[oidc.COOKIE]
    assert 200 == (await desk.http.get("/room/", headers=as_cookie(token))).status_code
    assert 404 == (await desk.http.get("/room/nobody", headers=as_cookie(token))).status_code


async def test_the_request_tells_no_secret(desk: Desk) -> None:
    """Neither the client's secret nor the verifier stands in an address or a cookie, and every sign-in is another."""
    asked = []
    for _ in range(2):
        address, cookie = await begun(desk)
        asked.append({name: value[0] for name, value in parse_qs(urlsplit(address).query).items()})
        state = asked[-1]["state"]
        secrets = (SECRET, "s3cret", oidc.word(KEY, "pkce", state))
        assert [] == [secret for secret in secrets if secret in address or secret in cookie["cookie"]]
    assert [] == [name for name in ("state", "nonce", "code_challenge") if asked[0][name] == asked[1][name]]


@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA", "Ed25519"])
@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_every_allowed_signature(desk: Desk, provider: Provider, alg: str) -> None:
    """Tokens of each algorithm that we allow are believed."""
    provider.alg, provider.key = alg, new_key("other", alg)
    assert 303 == (await signed_in(desk)).status_code


@pytest.mark.parametrize(("name", "value"), LIES)
async def test_lies_in_the_token(desk: Desk, provider: Provider, name: str, value: Any) -> None:
    """A token for somebody else, for another time, about nobody, or about a stranger lets nobody in."""
    provider.claims = {name: value}
    assert refused(await signed_in(desk))
    provider.claims = {}
    assert 303 == (await signed_in(desk)).status_code


@pytest.mark.parametrize("claims", [{"aud": [CLIENT, "other"], "azp": CLIENT}, {"aud": [CLIENT]}, {"azp": CLIENT}])
async def test_tokens_for_several(desk: Desk, provider: Provider, claims: dict[str, Any]) -> None:
    """A token for us among others is believed when it was made for us."""
    provider.claims = claims
    assert 303 == (await signed_in(desk)).status_code


async def test_forged_tokens(desk: Desk, provider: Provider) -> None:
    """Unsigned, signed with another key of the same name, with HMAC over the public key, and garbage are refused."""
    stranger = Provider(BACK, key=new_key())
    forgeries: list[Any] = [unsigned, stranger.signed, confused(provider), lambda _: "a.b.c", lambda _: "", lambda _: 7]
    for forge in forgeries:
        provider.forge = forge
        assert refused(await signed_in(desk))
    provider.forge = None
    assert 303 == (await signed_in(desk)).status_code


async def test_a_new_key_is_asked_for(desk: Desk, provider: Provider) -> None:
    """A provider that changed its key is believed at once, and one that hides it is not."""
    assert 303 == (await signed_in(desk)).status_code
    provider.key = new_key("second")
    assert 303 == (await signed_in(desk)).status_code
    provider.published, provider.key = [provider.key], new_key("third")
    assert refused(await signed_in(desk))


async def test_strangers_do_not_make_us_ask(sqlite_url: str, provider: Provider) -> None:
    """Within the pause nobody's token makes the desk fetch the keys again."""
    async with running_room(sqlite_url, oidc=settings(provider, pause=600.0)) as desk:
        assert 303 == (await signed_in(desk)).status_code
        provider.forge = Provider(BACK, key=new_key("unknown")).signed
        assert all([refused(await signed_in(desk)) for _ in range(3)])
    assert 1 == provider.jwks_asked


async def test_a_sign_in_belongs_to_one_browser(desk: Desk) -> None:
    """Another browser's answer, another state, an old cookie and a second use of the same answer let nobody in."""
    address, cookie = await begun(desk)
    _, others = await begun(desk)
    back = await agreed(address)
    old = seal(KEY, Purpose.SIGN_IN, {"s": "x", "x": "/room/"}, now() - timedelta(seconds=1))
    for headers in ({}, others, {"cookie": f"{oidc.COOKIE}={old}"}, {"cookie": f"{oidc.COOKIE}=nonsense"}):
        assert refused(await desk.http.get(back, headers=headers))
    assert refused(await desk.http.get(f"{back}x", headers=cookie))
    assert 303 == (await desk.http.get(back, headers=cookie)).status_code
    assert refused(await desk.http.get(back, headers=cookie))


@pytest.mark.parametrize(("onward", "location"), ONWARD)
async def test_nobody_is_led_elsewhere(desk: Desk, onward: str, location: str) -> None:
    """After the sign-in there are only pages of the room."""
    assert location == (await signed_in(desk, onward)).headers["location"]


async def test_the_provider_says_no(desk: Desk, provider: Provider) -> None:
    """An error, another provider's answer and a refused code are told as a refusal, without the provider's words."""
    provider.error = "access_denied<script>"
    answer = await signed_in(desk)
    assert refused(answer)
    assert "access_denied" not in answer.text
    provider.error, provider.back = "", {"iss": "https://elsewhere.example"}
    assert refused(await signed_in(desk))
    provider.back = {"code": "another code"}
    assert refused(await signed_in(desk))
    for status, told in ((401, 403), (500, 503)):
        provider.back, provider.token_status = {}, status
        assert refused(await signed_in(desk), told)


async def test_the_secret_in_the_form(desk: Desk, provider: Provider) -> None:
    """A provider that takes the client's secret only in the form gets it there."""
    provider.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert 303 == (await signed_in(desk)).status_code


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://elsewhere.example"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
async def test_a_provider_that_describes_another(desk: Desk, provider: Provider, document: dict[str, Any]) -> None:
    """A discovery document of another issuer, or without usable endpoints, is not believed."""
    provider.discovery = document
    answer = await desk.http.get("/room/sign-in")
    assert ("5", True) == (answer.headers["retry-after"], refused(answer, 503))


@pytest.mark.parametrize("changes", [{"private": False}, {"issuer": "http://127.0.0.1:9"}])
async def test_a_provider_that_cannot_be_reached(sqlite_url: str, provider: Provider, changes: dict[str, Any]) -> None:
    """One in a private network that was not allowed, and one that does not answer, are told as not ready."""
    async with running_room(sqlite_url, oidc=settings(provider, **changes)) as desk:
        assert refused(await desk.http.get("/room/sign-in"), 503)
        assert 403 == (await desk.http.get("/room/in/x")).status_code


async def test_keys_that_cannot_be_had(desk: Desk, provider: Provider) -> None:
    """While the keys cannot be fetched nobody is let in, and is asked to try again."""
    provider.discovery = {"jwks_uri": f"{provider.issuer}/nothing"}
    assert refused(await signed_in(desk), 503)


async def test_without_sign_in_there_is_none(sqlite_url: str) -> None:
    """A room without a provider knows no sign-in, and offers none."""
    async with running_room(sqlite_url) as desk:
        assert refused(await desk.http.get("/room/sign-in"), 404)
        assert refused(await desk.http.get("/room/signed-in?code=x&state=y"), 404)
        assert "/room/sign-in" not in (await desk.http.get("/room/")).text


async def test_refusals_offer_the_sign_in(desk: Desk) -> None:
    """Where staff can sign in, pages that ask for a link say so, and come back to the page that was wanted."""
    assert 'href="/room/sign-in?next=/room/cmp"' in (await desk.http.get("/room/cmp")).text
    assert 'href="/room/sign-in?next=/room/%22%3E%3Cb%3E"' in (await desk.http.get('/room/"><b>')).text


async def test_a_little_late_is_not_too_late(desk: Desk, provider: Provider) -> None:
    """Clocks may differ by half a minute in both directions."""
    for claims in ({"exp": int(time.time()) - 30}, {"iat": int(time.time()) + 30}):
        provider.claims = claims
        assert 303 == (await signed_in(desk)).status_code


async def test_roles_that_are_none(desk: Desk, provider: Provider) -> None:
    """A claim that is no list, or is not there, gives no role; the person may look all the same."""
    for said in (None, "legal", {"legal": 1}, [["legal"], 7]):
        provider.claims = {"workprint_roles": said}
        answer = await signed_in(desk)
        token = cookies_of(answer)[sessions.COOKIE].partition(";")[0].partition("=")[2]
        assert "" == unseal(KEY, Purpose.SESSION, token, now())["r"]


def test_our_address_is_what_the_provider_knows() -> None:
    """Staff come back to the public address of the room."""
    assert BACK == f"{LINKS.base_url}/room/signed-in"
