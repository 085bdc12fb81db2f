"""The keys that a provider publishes (JWKS), as this desk knows them.

Kept for a day at most. Asked for again when none of them made a signature, but never more often than `pause`: a
stranger who sends us signatures must not be able to make us ask.
"""

import asyncio
import logging
import math
import time
from urllib.parse import urlsplit

from blocks.guard import fetch
from deployments.desk.callback_keys import Signing
from workprint.errors import FetchFailed, OutboundError, UnsafeUrl
from workprint.links import without_query
from workprint.signatures.keys import Keys, published_keys

logger = logging.getLogger(__name__)
#: Seconds that keys are believed without asking (fal "Webhooks": cache for at most 24 hours).
LONGEST_LIFE = 24 * 3600
#: Bytes of a document; fal's has a few hundred.
LONGEST_DOCUMENT = 64 * 1024


class PublishedKeys:
    """The keys at one address. `seconds` for one question in all, `pause` seconds between two questions."""

    def __init__(self, signing: Signing, *, seconds: float, pause: float) -> None:
        self._url = signing.jwks_url
        self._allow_private = signing.allow_private_network
        self._seconds, self._pause = seconds, pause
        self._keys: Keys = ()
        self._learnt = self._asked = -math.inf
        self._trouble = ""
        self._one_at_a_time = asyncio.Lock()

    def at_hand(self) -> Keys:
        """What is known without asking, and young enough; may be nothing."""
        return self._keys if time.monotonic() - self._learnt < LONGEST_LIFE else ()

    async def newest(self) -> Keys:
        """The keys as the provider gave them no longer than a pause ago: asked for now unless somebody just did.

        Raises `FetchFailed` when the last question was not answered with keys.
        """
        async with self._one_at_a_time:
            if time.monotonic() - self._asked >= self._pause:
                await self._ask()
            if self._trouble:
                raise FetchFailed(self._trouble, retryable=True, fix="see that the desk can reach the keys' address")
            return self._keys

    async def _ask(self) -> None:
        self._asked, self._trouble = time.monotonic(), "the keys were not asked for to the end"
        try:
            self._keys = await self._fetched()
        except (OutboundError, UnsafeUrl) as error:
            self._trouble = str(error)
            logger.warning("callback_keys_not_fetched %s", error)
        else:
            self._learnt, self._trouble = self._asked, ""

    async def _fetched(self) -> Keys:
        found = await fetch(
            self._url, max_bytes=LONGEST_DOCUMENT, allow_private=self._allow_private, seconds=self._seconds
        )
        shown = without_query(self._url)
        # Scheme, host and port: keys that come from elsewhere are somebody else's.
        if urlsplit(found.final_url)[:2] != urlsplit(self._url)[:2]:
            raise FetchFailed(f"{shown} leads elsewhere", retryable=False, fix="write the address it leads to")
        if keys := published_keys(found.body):
            return keys
        raise FetchFailed(f"{shown} holds no Ed25519 key", retryable=True, fix="check the address")
