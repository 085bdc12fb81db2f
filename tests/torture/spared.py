"""Work that is the same in every campaign is done once: the two films are known, and so is what becomes of them.

Pictures of the draft and the judgement of the films are made by the real functions, once, before the zygote forks. A
child that asks for the same of the same bytes is given that; any other file, such as one cut short, is worked on anew.
Nothing of Prefect's events is sent or heard: they draw the UI, and no campaign reads them.
"""

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tests.torture.films import DRAFT, FINAL, film_in

#: What was made, by what was asked: the function's name, the bytes' SHA-256, and how.
_MADE: dict[tuple[str, ...], Any] = {}


def prepare(folder: Path) -> None:
    """Make everything that campaigns over these films will ask for."""
    from blocks.media import previews
    from blocks.moderators import moderate_video
    from tests.torture.films import caption, expected, variant

    draft = film_in(folder, DRAFT)
    sheet = [previews.SheetItem(variant(), draft, caption())]
    _MADE[_asked("sheet", [draft], variant(), caption())] = previews.contact_sheet(sheet)
    _MADE[_asked("webp", [draft])] = previews.animated_webp(draft)
    for resolution in (DRAFT, FINAL):
        path, wanted = film_in(folder, resolution), expected(resolution)
        _MADE[_asked("judge", [path], repr(wanted))] = moderate_video(path, wanted)


def arm() -> None:
    """In this process, give what is there already."""
    from prefect import flow_engine
    from prefect.events.clients import NullEventsClient
    from prefect.events.worker import EventsWorker

    from tasks import moderate, preview

    EventsWorker.set_client_override(NullEventsClient)
    # A thread, a loop and a websocket an execution, to hear of a suspension that nobody orders here.
    flow_engine.observe_flow_run_suspension = lambda *_: nullcontext()  # type: ignore[assignment]
    sheet, webp, judge = preview.contact_sheet, preview.animated_webp, moderate.moderate_video
    preview.contact_sheet = lambda items: _given(  # type: ignore[attr-defined]
        _asked("sheet", [i.path for i in items], *(word for i in items for word in (i.name, i.caption))),
        lambda: sheet(items),
    )
    preview.animated_webp = lambda path: _given(_asked("webp", [path]), lambda: webp(path))  # type: ignore[attr-defined]
    moderate.moderate_video = lambda path, wanted: _given(  # type: ignore[attr-defined]
        _asked("judge", [path], repr(wanted)), lambda: judge(path, wanted)
    )


def _asked(what: str, paths: list[Path], *how: str) -> tuple[str, ...]:
    return (what, *(hashlib.sha256(path.read_bytes()).hexdigest() for path in paths), *how)


def _given(asked: tuple[str, ...], make: Callable[[], Any]) -> Any:
    return _MADE[asked] if asked in _MADE else make()
