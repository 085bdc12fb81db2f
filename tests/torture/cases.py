"""One case is one campaign with one fault. The list of cases is made of what was enumerated, in order, by seed."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from deployments.sandbox.fault_table import STRIKES, FaultName
from deployments.sandbox.fault_table import Stage as Strikes
from tests.torture.films import Shape
from tests.torture.wires import How

#: Which ledgers there are; every second case takes the other.
DATABASES = ("sqlite", "postgresql")
KINDS = ("draft", "final")
#: Faults of the provider that need its own camera, or a DELETE that no campaign of ours sends.
_OTHERWISE = frozenset({FaultName.ZERO_BYTE_FILE, FaultName.WRONG_DURATION, FaultName.CANCEL_IGNORED})
#: Numbers that make a fault last about as long as our hurried time-outs.
_VALUES: dict[FaultName, dict[str, Any]] = {
    FaultName.ACCEPT_THEN_TIMEOUT: {"hold": 0.2},
    FaultName.SLOW_ANSWER: {"hold": 1.5},
    FaultName.LIST_LAG: {"hold": 1.0},
    FaultName.NEVER_ENDS: {"hold": 2.0},
    FaultName.CALLBACK_LATE: {"hold": 1.0},
    FaultName.SLOW_DOWNLOAD: {"rate": 400_000},
}
#: A fault of the list is only met by whoever looks for a lost submit.
_LOST_SUBMIT = {"fault": "server_error", "created": True}
_CUT = (How.REQUEST_LOST, How.ANSWER_LOST, How.ANSWER_TORN)
#: What can happen between whom. Silence only where the listening side has a time-out that a test can wait for.
LINKS: Mapping[str, tuple[How, ...]] = {
    "provider": (*_CUT, How.SILENCE, How.SLOW),
    "download": (*_CUT, How.SILENCE, How.SLOW),
    "s3": (*_CUT, How.SILENCE, How.ERROR, How.SLOW_DOWN, How.SLOW),
    "ledger": (*_CUT, How.SLOW),
    "prefect": (*_CUT, How.SILENCE),
    "desk": (How.REQUEST_LOST, How.ANSWER_LOST),
}
#: Turns of each of them, by chance, in one round.
_TURNS = 2
#: Points of each round at which a worker is lost without a word.
_SILENT = 8
#: A campaign may come with fewer turns than the one that was counted: polls and signs of life come by the clock.
_SURE = 0.7
#: Two people at one gate; who comes first is left to the machine. Deadline: rescue says no in the same moment.
PEOPLE = (
    *("approve, approve", "approve, reject", "reject, approve", "approve, CLI approve", "approve, CLI reject"),
    "approve, deadline",
)
#: Family of the campaigns with two faults.
PAIR = "two faults at once"
#: Seconds the second worker comes after the first.
_APART = (0.0, 0.2, 0.6)


@dataclass(frozen=True, slots=True)
class Cut:
    """What a wire does in one pass of the run."""

    link: str
    how: How
    pass_: int
    turn: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What campaigns without trouble were seen to pass: points by shape, points of the desk, turns of the wires."""

    points: Mapping[Shape, Sequence[tuple[int, str]]]
    desk: Sequence[str]
    turns: Mapping[tuple[str, int], int]


@dataclass(frozen=True, slots=True)
class Case:
    """Campaign `number` of a seed."""

    number: int
    family: str
    what: str
    database: str
    shape: Shape = Shape.FULL
    #: A pass of the run and the name of a point in it.
    kill: tuple[int, str] | None = None
    #: Nobody reports the death: its lease alone tells.
    silent: bool = False
    #: For the sandbox, all but its prompt.
    faults: tuple[dict[str, Any], ...] = field(default=())
    cut: Cut | None = None
    #: A point of the desk to die at.
    desk: str | None = None
    #: The pass that two workers execute, and how many seconds apart.
    workers: tuple[int, float] | None = None
    #: One of `PEOPLE`.
    people: str = ""
    #: Told again when the moment of its fault did not come: points and turns are a matter of chance now and then.
    again: int = 0

    @property
    def name(self) -> str:
        """How the sandbox's prompt and the Prefect UI show it."""
        return f"number-{self.number}" + f"-again-{self.again}" * bool(self.again)


#: Family, what, and the other fields of a case.
_Fault = tuple[str, str, dict[str, Any]]


def cases(seen: Seen, seed: int, count: int, turn: int = 0) -> list[Case]:
    """So many cases of round `turn`; each round goes through all faults in an order of its own.

    Every second campaign is shortened where its fault allows it, in the next round the others. All that is chosen for a
    fault follows from its name, so that a point more or less changes nothing for the others.
    """
    faults = sorted(_all(seen, f"{seed} {turn}"), key=lambda fault: _lot(seed, turn, fault[1]))
    faults *= -(-count // len(faults))
    if turn:
        faults = [_paired(fault, other) for fault, other in pairwise([*faults, faults[0]])]
    return [
        _case(seen, turn * count + place, fault, _lot(seed, fault[1]) + turn)
        for place, fault in enumerate(faults[:count])
    ]


def _case(seen: Seen, number: int, fault: _Fault, lot: int) -> Case:
    family, what, more = fault
    rest = {"database": DATABASES[lot % 2], **more}
    shape = _short(rest, seen) if (lot >> 1) % 2 else Shape.FULL
    return Case(number, family, what, shape=shape, **rest)


def _lot(*words: object) -> int:
    """Drawn by name: the same in every run."""
    return int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:8])


def _share(*words: object) -> float:
    """Between 0 and 1, drawn by name."""
    return _lot(*words) / 2**64


def _all(seen: Seen, seed: str) -> Iterator[_Fault]:
    points = seen.points[Shape.FULL]
    yield from _kills(points)
    yield from _sandbox()
    yield from _silent(points, seed)
    yield from _cuts(seen, seed)
    for point in seen.desk:
        yield "kill -9 of the desk", f"the desk at {point}", {"desk": point}
    for pass_ in (1, 2):
        for apart in _APART:
            yield "two workers on one run", f"pass {pass_}, {apart} s apart", {"workers": (pass_, apart)}
    for people in PEOPLE:
        yield "two people at one gate", people, {"people": people}


def _paired(fault: _Fault, other: _Fault) -> _Fault:
    """Two faults in one campaign, where they do not claim the same."""
    if fault[2].keys() & other[2].keys():
        return fault
    return PAIR, f"{fault[1]}; {other[1]}", {**fault[2], **other[2]}


def _short(more: Mapping[str, Any], seen: Seen) -> Shape:
    """The shortest campaign that still meets the fault."""
    if set(more) <= {"database", "kill", "silent", "faults"} and "kill" in more:
        if more["kill"][0] == 1:
            return Shape.REJECTED
        return Shape.DIRECT if more["kill"] in seen.points[Shape.DIRECT] else Shape.FULL
    if set(more) == {"database", "faults"}:
        return Shape.REJECTED if more["faults"][0]["match"]["kind"] == "draft" else Shape.DIRECT
    if set(more) == {"database", "cut"} and more["cut"].pass_ == 1:
        return Shape.REJECTED
    return Shape.FULL


def _kills(points: Iterable[tuple[int, str]]) -> Iterator[_Fault]:
    for pass_, point in points:
        channel = point.split()[0]
        yield f"kill -9 at {channel}", f"pass {pass_}: {point}", _kill(pass_, point)


def _kill(pass_: int, point: str) -> dict[str, Any]:
    """To be seen at work, a task must take its time."""
    more: dict[str, Any] = {"kill": (pass_, point)}
    if "processing" in point:
        fault = FaultName.NEVER_ENDS
        more["faults"] = ({"fault": fault, "match": {"kind": KINDS[pass_ - 1]}, **_VALUES[fault]},)
    return more


def _silent(points: Sequence[tuple[int, str]], seed: str) -> Iterator[_Fault]:
    """A worker that dies with its machine: nobody says so. A few points each round."""
    for pass_, point in sorted(points, key=lambda point: _lot(seed, point))[:_SILENT]:
        yield "worker lost, nobody tells", f"pass {pass_}: {point}", {**_kill(pass_, point), "silent": True}


def _cuts(seen: Seen, seed: str) -> Iterator[_Fault]:
    for link, hows in LINKS.items():
        for how in hows:
            for pass_ in (1, 2):
                most = max(1, int(seen.turns[link, pass_] * _SURE))
                shares = (_share(seed, link, how, pass_, number) for number in range(_TURNS))
                for turn in sorted({1 + int(share * most) for share in shares}):
                    yield _cut(Cut(link, how, pass_, turn))


def _cut(cut: Cut) -> _Fault:
    ends = "provider - desk" if cut.link == "desk" else f"flow - {cut.link}"
    more: dict[str, Any] = {"cut": cut}
    if cut.link == "ledger":
        more["database"] = "postgresql"
    trouble = "S3 500, 503, slow" if cut.link == "s3" and cut.how not in _CUT else f"network {ends}"
    return trouble, f"{ends}, pass {cut.pass_}, turn {cut.turn}: {cut.how}", more


def _sandbox() -> Iterator[_Fault]:
    for fault, stage in STRIKES.items():
        if fault in _OTHERWISE:
            continue
        for kind in KINDS:
            aimed = [{"fault": fault.value, "match": {"kind": kind}, **_VALUES.get(fault, {})}]
            if stage is Strikes.LIST:
                aimed.append({**_LOST_SUBMIT, "match": {"kind": kind}})
            yield f"provider {stage}", f"{fault} of the {kind}", {"faults": tuple(aimed)}
