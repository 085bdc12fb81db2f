"""The account under test, and what is known of it."""

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from blocks.provider import VideoProvider
from deployments.conform.books import Books
from deployments.conform.loopback import Heard, Listener, Said
from workprint.callbacks import challenge
from workprint.dialects import Dialect
from workprint.dialects.registry import dialect
from workprint.dialects.replies import json_object
from workprint.models import ModelFacts
from workprint.signatures.keys import Keys

if TYPE_CHECKING:
    from deployments.conform.orders import Order

#: Calls a second: the checks run at the same time, and the sandbox is ours.
_PACE = 1000.0
CALLBACKS = "/callbacks/conform/"


@dataclass(frozen=True, slots=True)
class Account:
    """How to speak to one provider. `path_prefix` empty: the dialect's own."""

    dialect: str
    base_url: str
    path_prefix: str
    key: SecretStr
    model: str

    def block(self, **changes: Any) -> VideoProvider:
        """A provider block of this account, with other settings where a check wants them."""
        given = {
            "dialect": self.dialect,
            "base_url": self.base_url,
            "path_prefix": self.path_prefix,
            "api_key": self.key,
            "model": self.model,
        }
        return VideoProvider(**{**given, **changes})


@dataclass(frozen=True, slots=True)
class Habits:
    """How long one waits for this provider. Seconds."""

    #: Longest between two questions.
    pause: float = 0.1
    #: For a task's end, and for a callback.
    patience: float = 20.0


@dataclass
class Subject:
    """One provider while its checks run. `books` is None at a server that is not ours."""

    account: Account
    facts: ModelFacts
    provider: VideoProvider
    books: Books | None = None
    listener: Listener | None = None
    #: Tokens of our callback addresses.
    tokens: set[str] = field(default_factory=set)
    #: With what the sandbox's signatures are checked.
    keys: Keys = ()
    habits: Habits = field(default_factory=Habits)
    #: Whether the dear half, a final, may be ordered.
    final: bool = True
    #: Everything of the provider's answers that the ledger would keep.
    kept: list[str] = field(default_factory=list)
    #: The one film that checks of a real server share: nobody pays for more than must be.
    shared: "Order | None" = None
    sharing: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def language(self) -> Dialect:
        """The dialect under test."""
        return dialect(self.account.dialect)

    @property
    def live(self) -> bool:
        """Whether it is somebody else's server."""
        return self.books is None


def quick(account: Account, **changes: Any) -> VideoProvider:
    """A block that does not pace itself."""
    return account.block(**{"requests_per_second": _PACE, **changes})


def desk(tokens: set[str], heard: Heard) -> Said:
    """What our desk answers a callback: 404 for a token that is nobody's; a challenge is said back."""
    if heard.path.removeprefix(CALLBACKS) not in tokens:
        return Said(404)
    word = challenge(json_object(heard.body))
    return Said(body=b'{"challenge":"%s"}' % word.encode()) if word else Said()
