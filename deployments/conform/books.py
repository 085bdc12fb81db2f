"""The sandbox's own side: faults on request, and the truth about its tasks and what they cost."""

from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

import httpx

#: Seconds.
_PATIENCE = 30.0


class Books:
    """One sandbox at `url`, asked with its key. A context manager."""

    def __init__(self, url: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.AsyncClient(base_url=url, headers=headers, timeout=_PATIENCE, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def fault(self, *faults: dict[str, Any]) -> None:
        """Set these faults beside those that are set."""
        (await self._client.post("/sandbox/faults", json=list(faults))).raise_for_status()

    async def tasks(self) -> Sequence[dict[str, Any]]:
        """Every task that ever was, oldest first, as it truly is."""
        reply = await self._client.get("/sandbox/tasks")
        reply.raise_for_status()
        items: list[dict[str, Any]] = reply.json()["items"]
        return items
