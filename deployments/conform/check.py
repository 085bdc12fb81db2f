"""What a check is."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from deployments.conform.case import Case
from deployments.conform.needs import Need

Run = Callable[[Case], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Check:
    """One promise. `live`: a server that nobody can break on purpose can be asked too. `alone`: after all others, by
    itself: what it breaks would be in their way.
    """

    id: str
    english: str
    chinese: str
    run: Run
    needs: tuple[Need, ...] = ()
    live: bool = False
    alone: bool = False


class Group:
    """The checks of one subject, in the order they are written."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._checks: list[Check] = []

    @property
    def checks(self) -> Sequence[Check]:
        """All of them."""
        return tuple(self._checks)

    def check(self, chinese: str, *needs: Need, live: bool = False, alone: bool = False) -> Callable[[Run], Run]:
        """Add a function: its name is the check's, its docstring the promise in English."""

        def added(run: Run) -> Run:
            name = f"{self._name}.{run.__name__}"
            self._checks.append(Check(name, (run.__doc__ or "").strip(), chinese, run, needs, live, alone))
            return run

        return added
