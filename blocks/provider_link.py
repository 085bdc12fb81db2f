"""How a provider's result link is fetched: whose key it wants, and which host is known anyway."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Fetch:
    """`headers` are for the first host only; `trusted` is the one host[:port] that may be in a private network."""

    headers: dict[str, str] = field(default_factory=dict, repr=False)
    trusted: str = ""


def fetching(link: str, api: str, authorization: str) -> Fetch:
    """A link of the provider whose API is at `api`. The key goes nowhere but to the API's own scheme, host and port."""
    own = urlsplit(link)[:2] == urlsplit(api)[:2]
    headers = {"Authorization": authorization} if own and authorization else {}
    return Fetch(headers, urlsplit(api).netloc if own else "")
