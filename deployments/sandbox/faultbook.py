"""The faults that are set: which task each hits, and how often it has."""

import json
import random
from collections.abc import Callable
from pathlib import Path

from deployments.sandbox.fault_table import STRIKES, FaultName
from deployments.sandbox.faults import Fault, read_faults


class _Armed:
    """A fault and how often it was tried and used."""

    def __init__(self, fault: Fault, rng: random.Random) -> None:
        self.fault, self.fired, self._rng, self._seen = fault, 0, rng, 0

    def fires(self, prompt: str, kind: str) -> bool:
        """Whether it hits this task; counts the task."""
        match = self.fault.match
        if (match.prompt is not None and match.prompt not in prompt) or (match.kind not in {None, kind}):
            return False
        self._seen += 1
        hit = match.nth is None or self._seen == match.nth
        if match.probability is not None:
            hit = self._rng.random() < match.probability and hit
        hit = hit and (self.fault.times == 0 or self.fired < self.fault.times)
        self.fired += hit
        return hit


class FaultBook:
    """The faults that are set. They count from the moment they are set, and do not survive a restart."""

    def __init__(self, seed: int, path: Path | None = None) -> None:
        self._seed = seed
        self._armed: list[_Armed] = []
        if path is not None:
            self.set(read_faults(path.read_bytes()))

    def set(self, faults: list[Fault]) -> None:
        """Put these in place of all that were set."""
        self._armed = []
        self.add(faults)

    def add(self, faults: list[Fault]) -> None:
        """Set these as well."""
        for place, fault in enumerate(faults, len(self._armed)):
            rng = random.Random(f"{self._seed} {place} {fault.fault}")  # noqa: S311 - chance on request, not a secret
            self._armed.append(_Armed(fault, rng))

    def strike(
        self, prompt: str, kind: str, applies: Callable[[FaultName], bool] = lambda _: True
    ) -> tuple[Fault, ...]:
        """What goes wrong with this task. Asked once a task; a fault that does not apply to it does not count it."""
        able = (armed for armed in self._armed if applies(armed.fault.fault))
        return tuple(armed.fault for armed in able if armed.fires(prompt, kind))

    def shown(self) -> list[dict[str, object]]:
        """What is set, where it strikes and how many tasks it has hit (`fired`), as JSON values."""
        return [
            {**json.loads(armed.fault.model_dump_json()), "strikes": STRIKES[armed.fault.fault], "fired": armed.fired}
            for armed in self._armed
        ]
