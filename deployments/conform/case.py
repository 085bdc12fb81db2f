"""What one check works with: its own prompt, its own faults, its own tasks."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from blocks.bucket.link import open_link
from blocks.ledger.ids import client_ref, new_render_id
from blocks.provider import VideoProvider
from deployments.conform.books import Books
from deployments.conform.loopback import Heard, Listener
from deployments.conform.orders import Order, lost
from deployments.conform.specs import PROMPT, smallest
from deployments.conform.subject import CALLBACKS, Subject
from workprint.errors import Deviation
from workprint.outcomes import Accepted, Checked, Observation, Refused, Submitted, Unreadable
from workprint.recovery import WINDOW, Grade, Recovered, match
from workprint.render import Render
from workprint.spec import Spec
from workprint.states import RenderState

#: Seconds between the first two questions about a task; doubled until the provider's habit is reached.
_FIRST_PAUSE = 0.05
_ENDS = frozenset({RenderState.SUCCEEDED, RenderState.FAILED, RenderState.CANCELLED, RenderState.EXPIRED})


def expect(holds: object, expected: str, seen: object) -> None:
    """Raise `Deviation` unless it holds."""
    if not holds:
        raise Deviation(expected, shown(seen) or "nothing")


def shown(value: object) -> str:
    """A value for a person, short."""
    if isinstance(value, Refused | Unreadable):
        return f"{type(value).__name__} {value.failure.kind} ({value.failure.code}): {value.failure.raw[:200]}"
    return str(value)[:400]


class Case:
    """One run of one check."""

    def __init__(self, subject: Subject, name: str) -> None:
        self.subject = subject
        self.mark = f"{name} {subject.account.dialect} {secrets.token_hex(6)}"
        self.prompt = f"{PROMPT}, {self.mark}"
        self.token = secrets.token_urlsafe(32)
        subject.tokens.add(self.token)

    @property
    def provider(self) -> VideoProvider:
        """The account under test."""
        return self.subject.provider

    @property
    def books(self) -> Books:
        """The sandbox's own side. Only in checks that are not `live`."""
        assert self.subject.books is not None  # noqa: S101 - the runner leaves those checks out
        return self.subject.books

    @property
    def listener(self) -> Listener:
        """Who is called back. Only in checks that are not `live`."""
        assert self.subject.listener is not None  # noqa: S101 - the runner leaves those checks out
        return self.subject.listener

    @property
    def callback_path(self) -> str:
        """Where callbacks of this check come in."""
        return CALLBACKS + self.token

    @property
    def callback_url(self) -> str:
        """The same as the provider is told it."""
        return self.listener.url + self.callback_path

    def spec(self, **changes: Any) -> Spec:
        """The smallest film, with this check's prompt."""
        return smallest(self.subject.facts, **{"prompt": self.prompt, **changes})

    async def fault(self, name: str, **settings: Any) -> None:
        """Let this go wrong with every task of this check from now on."""
        await self.books.fault({"fault": name, "match": {"prompt": self.mark}, "times": 0, **settings})

    def new(self, spec: Spec | None = None) -> Order:
        """An order that was not sent yet."""
        now = datetime.now(UTC)
        return Order(spec or self.spec(), client_ref(new_render_id(now)), now)

    async def submit(
        self,
        order: Order,
        *,
        provider: VideoProvider | None = None,
        media: Mapping[str, str] | None = None,
        draft_task_id: str | None = None,
        callback_url: str | None = None,
    ) -> Submitted:
        """One POST."""
        answer = await (provider or self.provider).submit(
            order.spec,
            dict(media or {}),
            client_ref=order.client_ref,
            draft_task_id=draft_task_id,
            callback_url=callback_url,
        )
        self._keep(answer)
        return answer

    async def ordered(self, spec: Spec | None = None, **more: Any) -> Order:
        """An order the provider took. Raises `Deviation` when it did not."""
        order = self.new(spec)
        answer = await self.submit(order, **more)
        if not isinstance(answer, Accepted):
            raise Deviation("the submit is accepted", shown(answer))
        return replace(order, task_id=answer.task_id)

    async def film(self) -> Order:
        """An order like any other; all checks of a real server share one."""
        if not self.subject.live:
            return await self.ordered()
        async with self.subject.sharing:
            self.subject.shared = self.subject.shared or await self.ordered()
            return self.subject.shared

    async def check(self, task_id: str) -> Checked:
        """What the provider says of a task now."""
        answer = await self.provider.check(task_id)
        self._keep(answer)
        return answer

    async def look(self, task_id: str) -> Observation:
        """The same. Raises `Deviation` when the answer says nothing of the task."""
        answer = await self.check(task_id)
        if not isinstance(answer, Observation):
            raise Deviation(f"an answer about task {task_id}", shown(answer))
        return answer

    async def until(self, task_id: str, *states: RenderState | None) -> Observation:
        """The task once it is in one of these states; answers that say nothing are asked again."""
        habits, seen, pause = self.subject.habits, None, _FIRST_PAUSE
        deadline = asyncio.get_running_loop().time() + habits.patience
        while asyncio.get_running_loop().time() < deadline:
            seen = await self.check(task_id)
            if isinstance(seen, Observation) and seen.state in states:
                return seen
            await asyncio.sleep(pause)
            pause = min(2 * pause, habits.pause)
        raise Deviation(f"{' or '.join(map(str, states))} within {habits.patience:g} s", shown(seen))

    async def end(self, task_id: str) -> Observation:
        """The task once it has ended."""
        return await self.until(task_id, *_ENDS)

    async def succeeded(self) -> tuple[Order, Observation]:
        """A film that came out well, with what the provider says of it."""
        order = await self.film()
        seen = await self.end(order.task_id)
        expect(seen.state is RenderState.SUCCEEDED, "succeeded", seen)
        return order, seen

    async def truth(self) -> Sequence[dict[str, Any]]:
        """What the sandbox really made of this check's submits, oldest first."""
        return [task for task in await self.books.tasks() if self.mark in task["prompt"]]

    async def recovered(self, order: Order) -> Recovered:
        """What the provider's list, or our own id, says of a lost submit; every other task belongs to somebody."""
        render, grade = self.lost(order), self.subject.language.recovery
        if grade is Grade.CLIENT_ID:
            tasks = await self.provider.looked_up(order.client_ref)
        else:
            tasks = await self.provider.recent(order.posted - WINDOW) if grade.lists else ()
        claimed = [] if self.subject.live else await self._others()
        return match(render, tasks, claimed, grade)

    async def fetched(self, link: str) -> bytes:
        """The first mebibyte behind a result link, fetched as the archive does it."""
        way, private = self.provider.fetching(link), self.provider.allow_private_network
        source = await open_link(link, headers=way.headers, allow_private=private, timeout=30.0, trusted=way.trusted)
        try:
            buffer = bytearray(1024 * 1024)
            return bytes(buffer[: await asyncio.to_thread(source.readinto, memoryview(buffer))])
        finally:
            source.close()

    def heard(self) -> Sequence[Heard]:
        """What was called back so far."""
        return self.listener.of(self.callback_path)

    def name_in(self, one: Heard) -> str:
        """The task a callback names; empty without one."""
        return self.subject.language.task_named(one.body, self.subject.account.model)

    async def called(self) -> Sequence[Heard]:
        """The callbacks of this check, once there are any."""
        return await self.until_called(self.heard, 1, "a callback")

    async def naming(self, task_id: str, count: int = 1) -> Sequence[Heard]:
        """The callbacks that name this task, once there are so many."""
        return await self.until_called(
            lambda: [one for one in self.heard() if self.name_in(one) == task_id], count, f"{count} about {task_id}"
        )

    async def named(self) -> str:
        """The task that the first callback which names one names."""
        named = await self.until_called(lambda: [one for one in self.heard() if self.name_in(one)], 1, "a name")
        return self.name_in(named[0])

    async def strangers(self, task_id: str) -> Sequence[Heard]:
        """The callbacks about this task that came to another address, once there are any."""
        given = task_id.rpartition("/")[2].encode()
        return await self.until_called(
            lambda: [x for x in self.listener.heard if given in x.body and x.path != self.callback_path],
            1,
            f"a callback about {task_id} to another address",
        )

    async def until_called(self, find: Callable[[], Sequence[Heard]], count: int, wanted: str) -> Sequence[Heard]:
        """What `find` finds, once it finds so many. Raises `Deviation` naming what was `wanted`."""
        try:
            await self.listener.until(lambda: len(find()) >= count, self.subject.habits.patience)
        except TimeoutError:
            raise Deviation(wanted, f"{len(find())} of {len(self.heard())} callbacks") from None
        return find()

    def lost(self, order: Order) -> Render:
        """The ledger's row of an order whose task nobody knows."""
        return lost(order, self.subject.account.dialect)

    async def _others(self) -> Sequence[str]:
        return [task["id"] for task in await self.books.tasks() if self.mark not in task["prompt"]]

    def _keep(self, answer: Submitted | Checked) -> None:
        """Remember what the ledger would write down."""
        self.subject.kept.append(getattr(answer, "raw", ""))
        if (failure := getattr(answer, "failure", None)) is not None:
            self.subject.kept += [failure.raw, failure.code]
