"""How a task is shown: what is true of it, with its result links."""

import time
from typing import Any

from deployments.sandbox import links
from deployments.sandbox.fault_table import FaultName
from deployments.sandbox.poll_faults import Questions
from deployments.sandbox.settings import SandboxSettings
from deployments.sandbox.tasks import Status, Task, task_object


class Views:
    """Shows tasks. `url` begins every link, `pictures` says whether last frames exist."""

    def __init__(
        self, settings: SandboxSettings, url: str, link_key: str, questions: Questions, *, pictures: bool
    ) -> None:
        self._url, self._link_key, self._questions, self._pictures = url, link_key, questions, pictures
        self._life, self._renew = settings.link_seconds, settings.renew_links

    def shown(self, task: Task) -> dict[str, Any]:
        """The task object with its first link: the same at every time, and what callbacks carry."""
        dead = self._life + 1 if task.fault(FaultName.EXPIRED_LINK) else 0
        return self._object(task, task.updated_at - dead)

    def told(self, task: Task) -> dict[str, Any]:
        """The task object for somebody who asks. Where links are renewed, this one was signed just now."""
        if not self._renew or task.status is not Status.SUCCEEDED:
            return self.shown(task)
        dead = self._life + 1 if self._questions.hit(task, FaultName.EXPIRED_LINK) else 0
        return self._object(task, time.time() - dead)

    def _object(self, task: Task, start: float) -> dict[str, Any]:
        content = self._content(task, start) if task.status is Status.SUCCEEDED else {}
        shown = task_object(task, content)
        if task.fault(FaultName.LIST_WITHOUT_REFERENCE):
            shown.pop("safety_identifier", None)
        return shown

    def _content(self, task: Task, start: float) -> dict[str, str]:
        content = {"video_url": self._link(f"/files/{task.id}.mp4", start)}
        if unsafe := task.fault(FaultName.UNSAFE_LINK):
            content["video_url"] = unsafe.link
        if task.fault(FaultName.COMPLETED_WITHOUT_LINK):
            del content["video_url"]
        if task.params.return_last_frame and self._pictures:
            content["last_frame_url"] = self._link(f"/files/{task.id}.png", start)
        return content

    def _link(self, path: str, start: float) -> str:
        return self._url + links.signed(self._link_key, path, start, self._life)
