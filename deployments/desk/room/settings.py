"""Settings of the screening room, from the environment; all that is wrong with them is said in one list."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from deployments.desk.room.limits import Rate
from deployments.desk.room.oidc_settings import OidcSettings, oidc_from, oidc_problems
from workprint.problems import Problem, refuse
from workprint.room_links import RoomLinks
from workprint.tokens import SHORTEST_KEY

if TYPE_CHECKING:
    from blocks.bucket import ArchiveBucket

ROOM_KEY, ROOM_URL, TRUSTED_PROXIES = "WORKPRINT_ROOM_KEY", "WORKPRINT_ROOM_URL", "WORKPRINT_TRUSTED_PROXIES"
_DEFAULT_PORTS = {"http": 80, "https": 443}
#: A page of 200 variants asks for some hundreds of films and pictures at once.
_DOOR, _INSIDE = Rate(burst=30, per_second=0.5), Rate(burst=600, per_second=20)
_KEY_FIX = "set it to the output of: openssl rand -base64 48"
_URL_FIX = "set it to the desk's address as browsers reach it, as https://room.example.com"

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class RoomSettings:
    """Everything one can set. Times in seconds."""

    links: RoomLinks
    #: Sign-in for staff; None: personal links only.
    oidc: OidcSettings | None = None
    #: Proxies whose X-Forwarded-For is believed.
    trusted_proxies: tuple[Network, ...] = ()
    #: How often one address may try a sign-in, or a link that opens nothing.
    door: Rate = _DOOR
    #: How often one guest, one link that opens something, or else one address may ask for anything.
    inside: Rate = _INSIDE
    #: Where the bucket comes from; None: the Prefect block `archive`.
    archive: "Callable[[], Awaitable[ArchiveBucket]] | None" = None
    body_seconds: float = 10.0
    #: So long a guest waits for any answer before being asked to try again.
    answer_seconds: float = 30.0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "RoomSettings | None":
        """None when neither key nor URL is set: no room. Raises `InputError` with every problem."""
        key, url = environment.get(ROOM_KEY, ""), environment.get(ROOM_URL, "")
        proxies = environment.get(TRUSTED_PROXIES, "")
        if not key and not url:
            return None
        refuse([*_key_problems(key), *_url_problems(url), *_proxy_problems(proxies), *oidc_problems(environment)])
        links = RoomLinks(url, SecretStr(key))
        return cls(links, oidc_from(environment), tuple(ip_network(word) for word in _words(proxies)))

    @property
    def key(self) -> SecretStr:
        """What links, cookies and forms are signed with."""
        return self.links.key

    @property
    def origin(self) -> str:
        """The public origin, as browsers write it."""
        return origin_of(self.links.base_url)

    @property
    def secure(self) -> bool:
        """Whether browsers come over TLS."""
        return self.origin.startswith("https://")


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL as browsers write an origin: in small letters, without the usual port.

    Raises ValueError for a port that is none.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, _DEFAULT_PORTS.get(parts.scheme)} else f":{parts.port}"
    return f"{parts.scheme}://{shown}{port}"


def _key_problems(key: str) -> Iterator[Problem]:
    if not key:
        rule = f"is missing, and {ROOM_URL} is set"
        yield Problem(ROOM_KEY, rule, _KEY_FIX, zh=f"已设置 {ROOM_URL}，但缺少 {ROOM_KEY}")
    elif len(key.encode()) < SHORTEST_KEY:
        rule = f"has {len(key.encode())} bytes, at least {SHORTEST_KEY} are needed"
        yield Problem(ROOM_KEY, rule, _KEY_FIX, zh=f"密钥太短，至少需要 {SHORTEST_KEY} 字节")


def _url_problems(url: str) -> Iterator[Problem]:
    if not url:
        rule = f"is missing, and {ROOM_KEY} is set"
        yield Problem(ROOM_URL, rule, _URL_FIX, zh=f"已设置 {ROOM_KEY}，但缺少 {ROOM_URL}")
    elif rule := _unfit(url):
        yield Problem(ROOM_URL, rule, _URL_FIX, zh="公开地址无效：须为 https 地址，不含路径、参数或账号")


def _unfit(url: str) -> str:
    """Why this is no public address; empty when it is one."""
    try:
        parts, _ = urlsplit(url), origin_of(url)
    except ValueError:
        return "is no URL"
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or not url.isascii() or not url.isprintable():
        return "is no http(s) URL with a host"
    if url != f"{parts.scheme}://{parts.netloc}" or "@" in parts.netloc or " " in url:
        return "has a path, a query or a user, or ends with a slash: it is scheme, host and port alone"
    if parts.scheme == "http" and not _is_loopback(parts):
        return "is plain http: cookies and links would travel in the open, and browsers would not send them back"
    return ""


def _is_loopback(parts: SplitResult) -> bool:
    if parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _proxy_problems(text: str) -> Iterator[Problem]:
    for word in _words(text):
        try:
            ip_network(word)
        except ValueError:
            fix = "write networks with commas between them, as 127.0.0.1/32,10.0.0.0/8"
            yield Problem(TRUSTED_PROXIES, f"{word!r} is no network", fix, zh="受信任的代理必须写成网段")


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
