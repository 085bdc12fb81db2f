"""How a task is seen: what is true of it, with its result links."""

import time

from deployments.sandbox import links
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.poll_faults import Questions
from deployments.sandbox.settings import SandboxSettings
from deployments.sandbox.tasks import Status, Task
from deployments.sandbox.values import Look
from deployments.sandbox.voices import VOICES
from deployments.sandbox.voices.voice import Voice


class Views:
    """Looks at tasks. `url` begins every link, `pictures` says whether last frames exist."""

    def __init__(
        self, settings: SandboxSettings, url: str, link_key: str, questions: Questions, *, pictures: bool
    ) -> None:
        self._url, self._link_key, self._questions, self._pictures = url, link_key, questions, pictures
        self._life, self._renew = settings.link_seconds, settings.renew_links

    def true(self, task: Task) -> Look:
        """The task with its first link: the same at every time, and what callbacks carry."""
        dead = self._seconds(task) + 1 if task.fault(FaultName.EXPIRED_LINK) else 0
        return self._look(task, task.updated_at - dead)

    def told(self, task: Task) -> Look:
        """The task for somebody who asks. Where links are renewed, this one was signed just now."""
        if task.status is not Status.SUCCEEDED or not (self._renew or _voice(task).renews_links):
            return self.true(task)
        dead = self._seconds(task) + 1 if self._questions.hit(task, FaultName.EXPIRED_LINK) else 0
        return self._look(task, time.time() - dead)

    def _look(self, task: Task, start: float) -> Look:
        voice = _voice(task)
        swallowed = task.fault(FaultName.LIST_WITHOUT_REFERENCE) is not None
        done = task.status is Status.SUCCEEDED
        return Look(
            task=task,
            base=self._url + voice.prefix,
            created_at=task.created_at,
            updated_at=task.updated_at,
            told_at=time.time(),
            link=self._film(voice, task, start) if done else "",
            link_ends=start + self._seconds(task) if done else 0.0,
            last_frame=self._last_frame(task, start) if done else "",
            reference="" if swallowed else task.params.safety_identifier,
            cost=voice.cost(task.params) if task.charged else None,
        )

    def _film(self, voice: Voice, task: Task, start: float) -> str:
        if unsafe := task.fault(FaultName.UNSAFE_LINK):
            return unsafe.link
        if task.fault(FaultName.COMPLETED_WITHOUT_LINK):
            return ""
        if voice.film_path:
            return self._url + voice.prefix + voice.film_path.format(id=task.id)
        return self._signed(task, f"/files/{task.id}.mp4", start)

    def _last_frame(self, task: Task, start: float) -> str:
        if not (task.params.return_last_frame and self._pictures):
            return ""
        return self._signed(task, f"/files/{task.id}.png", start)

    def _signed(self, task: Task, path: str, start: float) -> str:
        return self._url + links.signed(self._link_key, path, start, self._seconds(task))

    def _seconds(self, task: Task) -> int:
        return self._life or _voice(task).link_seconds


def _voice(task: Task) -> Voice:
    return VOICES[task.params.voice]
