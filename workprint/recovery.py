"""What became of a submit that nobody answered: how much a provider can tell (its grade), and what its tasks prove.

Two wrong answers cost money: taking a task that is not ours, and calling a task absent that is there. A relay between
us and the provider may strip or rewrite our reference, so "no task carries it" proves nothing by itself: absent is
only what no unclaimed task without a reference of ours could be.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from workprint.brief import Audio, Role
from workprint.errors import InputError
from workprint.models import all_models
from workprint.outcomes import Observation
from workprint.problems import Problem, refuse
from workprint.render import Render
from workprint.spec import Kind

#: Our clock and the provider's may differ by this much: a task further from its POST is not taken by itself.
CLOCK_SKEW = timedelta(minutes=10)
#: How far before the POST the list is read: a provider's clock may be a whole hour off, and absence must be proven.
WINDOW = timedelta(hours=1) + CLOCK_SKEW
#: How the references begin that the ledger gives (`blocks.ledger.ids`). Any other one is a stranger's or a relay's.
_OURS = "wp-rnd_"
#: With these the picture decides the ratio, whatever was asked.
_FRAMES = frozenset({Role.FIRST_FRAME, Role.LAST_FRAME})


class Grade(StrEnum):
    """What a provider offers to find a lost submit again, best first."""

    IDEMPOTENCY_KEY = "idempotency_key"
    CLIENT_ID = "client_id"
    CLIENT_REFERENCE = "client_reference"
    FINGERPRINT = "fingerprint"
    CALLBACK = "callback"
    NOTHING = "nothing"

    @property
    def lists(self) -> bool:
        """Whether the provider's list of tasks can answer."""
        return self not in {Grade.CALLBACK, Grade.NOTHING}

    def sentence(self, language: str = "en") -> str:
        """What it means, in one sentence, `en` or `zh`; any other language reads English."""
        english, chinese = _SENTENCES[self]
        return chinese if language.startswith("zh") else english


_SENTENCES: dict[Grade, tuple[str, str]] = {
    Grade.IDEMPOTENCY_KEY: (
        "The provider makes one task of all requests with the same key, and finds it by that key.",
        "供应商对同一个幂等键的请求只创建一个任务，并可按该键查到它。",
    ),
    Grade.CLIENT_ID: (
        "The provider keeps our own id of a task unique, and finds the task by it.",
        "供应商保证我们的任务编号唯一，并可按该编号查到任务。",
    ),
    Grade.CLIENT_REFERENCE: (
        "The provider shows our reference in its list of tasks: a lost submit is found there, or proven absent.",
        "供应商在任务列表中回显我们的编号：丢失的提交可在其中找到，或被证实不存在。",
    ),
    Grade.FINGERPRINT: (
        "The provider lists tasks without our reference: exactly one that fits is taken, several are put to a person.",
        "供应商的任务列表不含我们的编号：唯一匹配的任务会被认领，多个匹配则由人决定。",
    ),
    Grade.CALLBACK: (
        "Only a callback carries our reference: a lost submit is found when it comes, else a person decides.",
        "只有回调带有我们的编号：回调到达时即可找回丢失的提交，否则由人决定。",
    ),
    Grade.NOTHING: (
        "The provider can neither list its tasks nor name ours: a person decides about every lost submit.",
        "供应商既不能列出任务，也不能指认我们的任务：每个丢失的提交都由人决定。",
    ),
}


@dataclass(frozen=True, slots=True)
class Found:
    """The render's task. `how`: what it was known by, for the event."""

    task: Observation
    how: str


@dataclass(frozen=True, slots=True)
class Absent:
    """No task of the window can be the render's. Counts only once the list cannot lag behind the POST any more."""

    raw: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can say. `candidates`: the tasks that could be it."""

    reason: str
    candidates: tuple[Observation, ...] = ()


Recovered = Found | Absent | Unknown


def posted_at(render: Render) -> datetime:
    """When the last POST began, by our clock."""
    return render.submitted_at or render.created_at


def match(
    render: Render,
    tasks: Sequence[Observation],
    claimed: Collection[str],
    grade: Grade,
    *,
    rivals: Iterable[Render] = (),
    draft_task_id: str = "",
) -> Recovered:
    """What the provider's tasks of the window (from `WINDOW` before the POST) say of an unknown render.

    `claimed`: ids of tasks that belong to renders of the ledger. `rivals`: other renders whose task is not known yet;
    a task that could be one of theirs is not taken. `draft_task_id`: of a native final, the task of its draft.
    """
    if ours := [task for task in tasks if task.client_ref == render.client_ref]:
        return _by_reference(ours, claimed)
    if not grade.lists:
        return Unknown(grade.sentence())
    possible = tuple(t for t in tasks if t.task_id not in claimed and _could_be(render, t, draft_task_id))
    fitting = [task for task in possible if not contradictions(render, task, draft_task_id)]
    others = [rival for rival in rivals if rival.id != render.id]
    if len(fitting) == 1 and _telling(render, fitting[0]) and not _wanted_by(others, fitting[0]):
        return Found(fitting[0], "the only unclaimed task that fits what was asked")
    if possible:
        return Unknown(f"{len(possible)} tasks without our reference could be it: {_names(possible)}", possible)
    return Absent(f"none of {len(tasks)} tasks of the window can be {render.client_ref}")


def contradictions(render: Render, task: Observation, draft_task_id: str = "") -> tuple[str, ...]:
    """What the provider says of the task that cannot be true of the render, a few words each; empty when it fits."""
    said = {"model": task.model, **asdict(task.asked)}
    wanted = _wanted(render, draft_task_id)
    return tuple(
        f"{name} is {said[name]}, not {value}"
        for name, value in wanted.items()
        if said[name] not in {None, ""} and value != "" and str(said[name]).casefold() != str(value).casefold()
    )


def check_adoption(render: Render, task: Observation, owner: str | None, draft_task_id: str = "") -> None:
    """Raise `InputError` when a person must not adopt this task for this render. `owner`: the render that has it."""
    refuse(_problem(reason) for reason in _objections(render, task, owner, draft_task_id))


def not_unknown(render: Render) -> InputError:
    """The error of a wish about an unknown render that is none (any more)."""
    rule = f"render {render.id} is {render.state}, not unknown"
    fix = f"nothing is left to decide; `workprint trace {render.id}` tells its life"
    return InputError([Problem("render", rule, fix, zh=f"该渲染当前状态为 {render.state}，无需再处理。")])


def _objections(render: Render, task: Observation, owner: str | None, draft_task_id: str) -> Iterable[str]:
    if owner is not None:
        yield f"task {task.task_id} belongs to render {owner}"
    if _another_renders(render, task):
        yield f"task {task.task_id} carries the reference of another render: {task.client_ref}"
    if _too_old(render, task):
        yield f"task {task.task_id} was made at {task.created_at}, before the submit at {posted_at(render)}"
    if task.client_ref != render.client_ref:
        yield from (f"task {task.task_id}: {said}" for said in contradictions(render, task, draft_task_id))


def _problem(reason: str) -> Problem:
    fix = "`workprint unknown list --ask` shows the tasks that could be it"
    return Problem("task", reason, fix, zh="该任务不可能属于此渲染；请用 `workprint unknown list --ask` 查看候选任务。")


def _by_reference(ours: Sequence[Observation], claimed: Collection[str]) -> Recovered:
    if len(ours) > 1:
        return Unknown(f"{len(ours)} tasks carry our reference: {_names(ours)}", tuple(ours))
    if ours[0].task_id in claimed:
        return Unknown(f"task {ours[0].task_id} carries our reference and belongs to another render already")
    return Found(ours[0], "by our client reference")


def _could_be(render: Render, task: Observation, draft_task_id: str) -> bool:
    """Generous on purpose: it decides about absence. A relay may rename models, and put its own reference over ours."""
    if _another_renders(render, task) or _too_old(render, task):
        return False
    same_seed = task.asked.seed == render.spec.seed
    return same_seed or (not task.client_ref and not contradictions(render, task, draft_task_id))


def _telling(render: Render, task: Observation) -> bool:
    """Whether the task says enough to be taken: no reference of a stranger, its model, a fact, and when it was made."""
    facts = [value for value in asdict(task.asked).values() if value not in {None, ""}]
    made_in_time = task.created_at is not None and abs(task.created_at - posted_at(render)) <= CLOCK_SKEW
    return not task.client_ref and bool(task.model and facts) and made_in_time


def _wanted_by(rivals: Iterable[Render], task: Observation) -> bool:
    return any(_could_be(rival, task, "") and not contradictions(rival, task) for rival in rivals)


def _another_renders(render: Render, task: Observation) -> bool:
    return task.client_ref.startswith(_OURS) and task.client_ref != render.client_ref


def _too_old(render: Render, task: Observation) -> bool:
    """Made before the POST, whichever clock is right. Providers count whole seconds."""
    earliest = posted_at(render).replace(microsecond=0) - WINDOW
    return task.created_at is not None and task.created_at < earliest


def _takes_seed(render: Render) -> bool:
    """A model that takes none may still tell the one it drew; of a model nobody knows, nothing is expected."""
    return any(facts.seed for facts in all_models(render.dialect) if facts.name == render.spec.model)


def _wanted(render: Render, draft_task_id: str) -> dict[str, str | int | bool]:
    """What a provider would echo of this render; empty where nobody can tell beforehand."""
    spec = render.spec
    by_picture = any(reference.role in _FRAMES for reference in spec.references)
    return {
        "model": spec.model,
        "duration": spec.duration,
        "resolution": spec.resolution,
        "ratio": "" if by_picture else spec.ratio,
        "seed": spec.seed if _takes_seed(render) else "",
        "audio": spec.audio is Audio.GENERATE,
        "draft": spec.native and spec.kind is Kind.DRAFT,
        "draft_task_id": draft_task_id,
    }


def _names(tasks: Iterable[Observation]) -> str:
    return ", ".join(task.task_id for task in tasks)
