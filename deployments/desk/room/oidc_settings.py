"""Settings of the sign-in for staff (OpenID Connect), from the environment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from blocks.guard import check_syntax
from workprint.errors import UnsafeUrl
from workprint.problems import Problem

ISSUER, CLIENT_ID, CLIENT_SECRET = "WORKPRINT_OIDC_ISSUER", "WORKPRINT_OIDC_CLIENT_ID", "WORKPRINT_OIDC_CLIENT_SECRET"
ALLOWED, ROLES_CLAIM, PRIVATE = "WORKPRINT_OIDC_ALLOWED", "WORKPRINT_OIDC_ROLES_CLAIM", "WORKPRINT_OIDC_PRIVATE"
_NEEDED = {
    ISSUER: "set it to the provider's issuer, as https://login.example.com/realms/house",
    CLIENT_ID: "set it to the id that the provider gave this client",
    CLIENT_SECRET: "set it to the secret that the provider gave this client",
    ALLOWED: "name addresses or @domains with commas between them, as mei@example.com,@studio.example.com",
}
_DEFAULT_CLAIM = "workprint_roles"


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """The provider, who we are to it, and which of its people are ours."""

    issuer: str
    client_id: str
    client_secret: SecretStr
    #: E-mail addresses and `@domain`s, in small letters; never empty: that would not mean everybody.
    allowed: tuple[str, ...]
    roles_claim: str = _DEFAULT_CLAIM
    #: Whether the provider may be in a private network, also over plain http.
    private: bool = False
    #: Seconds between two questions for keys that nobody knows: whoever sends us tokens must not make us ask.
    pause: float = 10.0

    def admits(self, email: str) -> bool:
        """Whether this (verified) address is one of ours. Case does not count."""
        folded = email.casefold()
        return folded in self.allowed or f"@{folded.rpartition('@')[2]}" in self.allowed


def oidc_problems(environment: Mapping[str, str]) -> Iterator[Problem]:
    """What is wrong with these settings; nothing when none of them is set."""
    if not _is_set(environment):
        return
    for name, fix in _NEEDED.items():
        if not environment.get(name, "").strip(", "):
            yield Problem(name, "is missing, and sign-in is set up", fix, zh=f"登录设置不完整：缺少 {name}")
    if environment.get(PRIVATE, "") not in {"", "0", "1"}:
        yield Problem(PRIVATE, "is neither 0 nor 1", "set it to 1, or leave it out", zh="只能是 0 或 1")
    yield from _issuer_problems(environment.get(ISSUER, ""), private=environment.get(PRIVATE) == "1")
    yield from _allowed_problems(environment.get(ALLOWED, ""))


def oidc_from(environment: Mapping[str, str]) -> OidcSettings | None:
    """The settings, of an environment without problems; None when there is no sign-in."""
    if not _is_set(environment):
        return None
    return OidcSettings(
        environment[ISSUER],
        environment[CLIENT_ID],
        SecretStr(environment[CLIENT_SECRET]),
        _words(environment[ALLOWED]),
        environment.get(ROLES_CLAIM) or _DEFAULT_CLAIM,
        environment.get(PRIVATE) == "1",
    )


def _is_set(environment: Mapping[str, str]) -> bool:
    return any(environment.get(name) for name in (*_NEEDED, ROLES_CLAIM, PRIVATE))


def _issuer_problems(issuer: str, *, private: bool) -> Iterator[Problem]:
    if not issuer:
        return
    try:
        check_syntax(issuer)
        parts = urlsplit(issuer)
    except (UnsafeUrl, ValueError):
        yield Problem(ISSUER, "is no http(s) URL", _NEEDED[ISSUER], zh="发行方地址无效")
        return
    if parts.query or parts.fragment:
        yield Problem(ISSUER, "has a query or a fragment", _NEEDED[ISSUER], zh="发行方地址不能带参数")
    if parts.scheme != "https" and not private:
        fix = f"use https; for one in your own network set {PRIVATE}=1"
        yield Problem(
            ISSUER, "must be https: whoever can change it on the way is let in", fix, zh="发行方必须使用 https"
        )


def _allowed_problems(text: str) -> Iterator[Problem]:
    for word in _words(text):
        if word.count("@") != 1 or word.endswith("@") or " " in word:
            yield Problem(
                ALLOWED, f"{word!r} is neither an address nor an @domain", _NEEDED[ALLOWED], zh="名单格式不正确"
            )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip().casefold() for word in text.split(",") if word.strip())
