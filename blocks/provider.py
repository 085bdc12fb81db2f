"""The one path to a video provider: settings, the API key, and five calls. What they mean is the dialect's business."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Self

from prefect.blocks.core import Block
from pydantic import PrivateAttr

from blocks.http import network_failure, proves_unsent
from blocks.provider_list import NO_LIST, window
from blocks.provider_settings import ProviderSettings
from blocks.provider_wire import TROUBLE, Wire
from workprint.errors import ProviderError
from workprint.failures import FailureKind, Stage
from workprint.outcomes import (
    Checked,
    Listed,
    ListPage,
    NotThere,
    Observation,
    Refused,
    Reply,
    Request,
    Submitted,
    Unanswered,
    Unreadable,
)
from workprint.spec import Kind, Spec
from workprint.states import RenderState


class VideoProvider(ProviderSettings, Block):
    """One account at one provider. Submits once, never retries: the Prefect task decides what may be sent again."""

    _block_type_name = "Workprint video provider"
    _block_type_slug = "workprint-video-provider"
    _description = "A video model's API: dialect, address, key and limits."

    _wire: Wire | None = PrivateAttr(default=None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections of the running loop. The block can be used again afterwards."""
        if self._wire is not None:
            await self._wire.aclose()

    async def turn(self) -> None:
        """Wait for our turn. `submit` does not: between the committed intent and the POST no time may be lost."""
        await self._connected().turn()

    async def submit(
        self,
        spec: Spec,
        media: dict[str, str],
        *,
        client_ref: str,
        draft_task_id: str | None = None,
        callback_url: str | None = None,
    ) -> Submitted:
        """One POST. `media` maps a reference's SHA-256 to the URL or data URL the provider shall read.

        Never raises for the network: refused when nothing was sent, unanswered when nobody can know. Raises
        `InputError` for a spec the dialect cannot say.
        """
        request = self.language.submit(
            spec, media, client_ref=client_ref, draft_task_id=draft_task_id, callback_url=callback_url
        )
        try:
            reply = await self._connected().send(self._with_extra(request, spec))
        except TROUBLE as error:
            failure = network_failure(error, Stage.SUBMIT)
            if proves_unsent(error):
                return Refused(failure, failure.raw)
            return Unanswered(failure.raw, failure.code)
        return self.language.read_submit(reply)

    async def check(self, task_id: str) -> Checked:
        """What the provider says of the task now. Network trouble is `Unreadable`: ask again later."""
        reply = await self._answer(self.language.check(task_id))
        seen = reply if isinstance(reply, Unreadable) else self.language.read_check(reply, _now())
        # Not every provider repeats the id it was asked by, and what a second question needs is that one.
        return await self._followed_up(replace(seen, task_id=task_id)) if isinstance(seen, Observation) else seen

    async def _followed_up(self, seen: Observation) -> Checked:
        """Some providers say in a second answer whether a task that ended has a film."""
        if (request := self.language.follow_up(seen)) is not None:
            reply = await self._answer(request)
            if isinstance(reply, Unreadable):
                return reply
            answer = self.language.read_follow_up(seen, reply, _now())
            if not isinstance(answer, Observation):
                return answer
            seen = answer
        return self._addressed(seen)

    def _addressed(self, seen: Observation) -> Observation:
        """A link that is a path of the API becomes a whole address: it is kept, and the block may change."""
        own = seen.link is not None and seen.link.startswith("/")
        return replace(seen, link=f"{self.api}{seen.link}") if own else seen

    async def check_many(self, task_ids: Sequence[str]) -> dict[str, Checked]:
        """The same for several tasks, in as few requests as the dialect can say. Every id has its answer.

        A task the filtered list leaves out is asked for by itself: only its own GET proves that it is gone.
        """
        size = self.language.batch
        batches = [task_ids[start : start + size] for start in range(0, len(task_ids), size)]
        answers = await asyncio.gather(*(self._batch(batch) for batch in batches))
        return {task_id: answer for batch in answers for task_id, answer in batch.items()}

    async def _batch(self, task_ids: Sequence[str]) -> dict[str, Checked]:
        request = self.language.check_many(task_ids) if len(task_ids) > 1 else None
        found = await self._listed(request) if request else Listed(())
        if isinstance(found, Unreadable) and found.failure.kind is not FailureKind.PARAMETERS:
            return dict.fromkeys(task_ids, found)
        # A relay without this list: each task by itself.
        tasks = () if isinstance(found, Unreadable) else found.tasks
        known: dict[str, Checked] = {task.task_id: task for task in tasks}
        missing = [task_id for task_id in task_ids if task_id not in known]
        singles = await asyncio.gather(*(self.check(task_id) for task_id in missing))
        return {**known, **dict(zip(missing, singles, strict=True))}

    async def _listed(self, request: Request) -> Listed | Unreadable:
        reply = await self._answer(request)
        found = reply if isinstance(reply, Unreadable) else self.language.read_list(reply, _now())
        return (
            found if isinstance(found, Unreadable) else replace(found, tasks=tuple(map(self._addressed, found.tasks)))
        )

    async def cancel(self, task_id: str) -> Checked:
        """Cancel a task that has not started; the answer is what the provider says of it afterwards.

        State `cancelled` is confirmed; any other state means too late; `NotThere`: the record is gone; `Unreadable`:
        nobody knows. Only a queued task is asked to go: on an ended one Ark's DELETE destroys the record.
        """
        before, request = await self.check(task_id), self.language.cancel(task_id)
        if request is None or not isinstance(before, Observation) or before.state is not RenderState.QUEUED:
            return before
        answer = await self._answer(request)
        after = await self.check(task_id)
        return answer if isinstance(answer, Unreadable) and isinstance(after, NotThere) else after

    async def recent(self, since: datetime) -> tuple[Observation, ...]:
        """All tasks made at or after `since` (aware), as far as the provider says when.

        Raises `ProviderError` when the list cannot be read to the end of the window: an empty answer means none. The
        list may lag behind a submit by `list_lag`.
        """
        return _told(await window(self._page, since, _now()))

    async def looked_up(self, client_ref: str) -> tuple[Observation, ...]:
        """The task that carries our own id, where the provider keeps such ids unique; empty: there is none.

        Raises `ProviderError` when the answer cannot be read or the provider has no such question.
        """
        request = self.language.look_up(client_ref)
        if request is None:
            raise ProviderError(f"{self.dialect} cannot look up our own ids")
        found = await self._listed(request)
        return _told(found if isinstance(found, Unreadable) else found.tasks)

    async def _page(self, page: ListPage) -> Listed | Unreadable:
        request = self.language.list(page)
        return NO_LIST if request is None else await self._listed(request)

    async def _answer(self, request: Request) -> Reply | Unreadable:
        try:
            await self.turn()
            return await self._connected().send(request)
        except TROUBLE as error:
            return Unreadable(network_failure(error, Stage.RENDER))

    def _connected(self) -> Wire:
        if self._wire is None:
            self._wire = Wire(
                self.api,
                self._authorization,
                connect_timeout=self.connect_timeout,
                read_timeout=self.read_timeout,
                per_second=self.requests_per_second,
            )
        return self._wire

    def _with_extra(self, request: Request, spec: Spec) -> Request:
        """The operator's fields, under ours; none for a native final, which takes all else from its draft."""
        if not self.extra or request.json is None or (spec.native and spec.kind is Kind.FINAL):
            return request
        return replace(request, json={**self.extra, **request.json})


def _told(found: tuple[Observation, ...] | Unreadable) -> tuple[Observation, ...]:
    if isinstance(found, Unreadable):
        raise ProviderError(f"the provider's list cannot be read: {found.failure.raw or found.failure.code}")
    return found


def _now() -> datetime:
    return datetime.now(UTC)
