"""What the fields of a provider block may hold: checked when the block is made, told without repeating a secret."""

import httpx
from pydantic import SecretStr

from workprint.links import is_http_link


def plain_address(value: str) -> str:
    """An address without a slash at its end. ValueError for one with user, password, query or fragment."""
    url = httpx.URL(value) if is_http_link(value) else None
    if url is None or url.userinfo or url.query or url.fragment:
        raise ValueError("must be http(s)://host[:port], without user, password, query or fragment")
    return value.rstrip("/")


def plain_address_or_none(value: str) -> str:
    """The same, or nothing."""
    return plain_address(value) if value else value


def plain_path(value: str) -> str:
    """A path with a slash in front and none behind; `/` alone is the root, and nothing is nothing said.

    ValueError for anything else.
    """
    if any(sign in value for sign in "?#") or not value.isprintable():
        raise ValueError("path_prefix is a plain path such as /api/v3")
    return f"/{value.strip('/')}" if value else ""


def sendable_key(value: SecretStr) -> SecretStr:
    """A key that fits into an HTTP header."""
    key = value.get_secret_value().strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError("api_key must be printable ASCII without spaces: anything else breaks the HTTP header")
    return SecretStr(key)
