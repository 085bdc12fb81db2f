"""The table of faults is whole, told of, and counted."""

from pathlib import Path

import deployments.sandbox
from deployments.sandbox.fault_table import STRIKES, FaultName, Stage
from tests.deployments.sandbox.client import Client, text_body


def test_every_fault_has_its_place() -> None:
    """Each fault strikes at exactly one stage, and every stage has some."""
    assert set(FaultName) == set(STRIKES)
    assert set(Stage) == set(STRIKES.values())
    assert 40 < len(STRIKES)


def test_every_fault_is_told_of_and_tested() -> None:
    """The package's docstring has a line for each fault, and some test sets it by its name."""
    told = deployments.sandbox.__doc__ or ""
    tests = "\n".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [] == [name for name in FaultName if f"\n- {name}: " not in told]
    assert [] == [name for name in FaultName if f'"{name}"' not in tests]


async def test_the_faults_tell_how_often_they_fired(quick: Client) -> None:
    """`fired` counts the tasks a fault has hit, and everything that was set is still shown."""
    await quick.sandbox.faults({"fault": "failed_task", "match": {"prompt": "x"}, "times": 2}, {"fault": "flapping"})
    for _ in range(3):
        await quick.accepted(text_body("x"))
    failed, flapping = (await quick.http.get("/sandbox/faults")).json()
    assert (2, "end", 2, {"nth": None, "prompt": "x", "kind": None, "probability": None}) == (
        failed["fired"], failed["strikes"], failed["times"], failed["match"],
    )  # fmt: skip
    assert (1, "poll") == (flapping["fired"], flapping["strikes"])
