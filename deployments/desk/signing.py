"""Whether a callback is signed as its provider signs: judged on the bytes as they came, before anything is kept."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial

from deployments.desk.callback_keys import Signing
from deployments.desk.published_keys import PublishedKeys
from deployments.desk.settings import DeskSettings
from workprint.signatures.verifying import Verdict, verify


class Signatures:
    """What is known of how each provider signs."""

    def __init__(self, settings: DeskSettings) -> None:
        self._signings: Mapping[str, Signing] = settings.callback_keys
        times = {"seconds": settings.keys_seconds, "pause": settings.keys_pause}
        self._published = {
            name: PublishedKeys(signing, **times) for name, signing in self._signings.items() if signing.jwks_url
        }

    async def verdict(self, provider: str, headers: Sequence[tuple[str, str]], body: bytes) -> Verdict | None:
        """None: this provider signs nothing, as far as this desk was told.

        Raises `FetchFailed` when keys would have to be fetched and cannot: nobody can say then.
        """
        signing = self._signings.get(provider)
        if signing is None:
            return None
        judged = partial(verify, signing.scheme, headers=headers, body=body, now=datetime.now(UTC))
        published = self._published.get(provider)
        if published is None:
            return judged(keys=signing.keys)
        verdict = judged(keys=published.at_hand())
        # Whatever else is wrong is so with any key: nobody is asked for it.
        return judged(keys=await published.newest()) if verdict is Verdict.WRONG else verdict
