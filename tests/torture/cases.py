"""One case is one campaign with one fault. The list of cases is made of what was enumerated, in order, by seed."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from deployments.sandbox.fault_table import STRIKES, FaultName
from deployments.sandbox.fault_table import Stage as Strikes

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


@dataclass(frozen=True, slots=True)
class Case:
    """Campaign `number` of a seed. `kill` is a pass of the run and the name of a point in it."""

    number: int
    family: str
    what: str
    database: str
    kill: tuple[int, str] | None = None
    faults: tuple[dict[str, Any], ...] = field(default=())

    @property
    def name(self) -> str:
        """How the sandbox's prompt and the Prefect UI show it."""
        return f"number-{self.number}"


def cases(points: Sequence[tuple[int, str]], seed: int, count: int) -> list[Case]:
    """So many cases; each round goes through all faults in an order of its own."""
    found: list[Case] = []
    for turn in range(count):
        if len(found) >= count:
            break
        faults = [*_kills(points), *_sandbox()]
        random.Random(f"{seed} {turn}").shuffle(faults)  # noqa: S311  # an order, not a secret
        for family, what, more in faults[: count - len(found)]:
            number = len(found)
            database = DATABASES[(number + turn) % len(DATABASES)]
            found.append(Case(number, family, what, database, **more))
    return found


def _kills(points: Iterable[tuple[int, str]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for pass_, point in points:
        channel = point.split()[0]
        yield f"kill -9 at {channel}", f"pass {pass_}: {point}", {"kill": (pass_, point)}


def _sandbox() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for fault, stage in STRIKES.items():
        if fault in _OTHERWISE:
            continue
        for kind in KINDS:
            aimed = [{"fault": fault.value, "match": {"kind": kind}, **_VALUES.get(fault, {})}]
            if stage is Strikes.LIST:
                aimed.append({**_LOST_SUBMIT, "match": {"kind": kind}})
            yield f"provider {stage}", f"{fault} of the {kind}", {"faults": tuple(aimed)}
