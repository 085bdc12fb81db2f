"""`make bench`: every measurement in one table of Markdown; `python -m tests.benchmarks campaign` runs one part alone.

The parts: `campaign` (orchestration), `archive` (landing files), `ledger` (renders a second). Only ratios taken in one
run mean something; absolute figures belong to the machine in the first line.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator

from tests.benchmarks import archive, campaign, ledger
from tests.benchmarks.machine import machine

Row = tuple[str, str, str, str]
HEAD = "| what | measured | target | compared with |\n|---|---|---|---|"


def main(names: list[str]) -> int:
    """Run the named parts, or all. Exit code 2 for a part that there is not."""
    if unknown := [name for name in names if name not in PARTS]:
        print(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}", file=sys.stderr)
        return 2
    before = machine()
    rows = [row for name in names or PARTS for row in PARTS[name]()]
    print(f"\nMachine before: {before}\n\n{HEAD}")
    print("\n".join(f"| {' | '.join(row)} |" for row in rows))
    print(f"\nMachine after: {machine()}")
    return 0


def _campaign() -> Iterator[Row]:
    found = asyncio.run(campaign.measure())
    ours, bare, calls = found["ours"], found["bare"], found["bare_without_media"]
    sized = f"{found['variants']} variants, median of {found['rounds']}"
    yield (
        f"orchestration, wall: {sized}",
        f"{found['wall_ratio']} times ({ours['wall']:.1f} s; rounds {found['wall_ratios']})",
        f"at most {campaign.MOST_WALL}",
        f"bare script: {bare['wall']:.1f} s (without media work {calls['wall']:.1f} s)",
    )
    yield (
        "orchestration, CPU of the flow process above the bare script",
        f"{found['cpu_above_ms_per_variant']} ms a variant ({ours['cpu']:.1f} s in all)",
        f"at most {campaign.MOST_CPU:.0f} ms",
        f"bare script: {bare['cpu']:.1f} s (without media work {calls['cpu']:.1f} s)",
    )
    yield (
        "orchestration, CPU of the servers above the bare script",
        f"Prefect {found['prefect_server_above_ms_per_variant']} ms, "
        f"S3 {found['s3_server_above_ms_per_variant']} ms a variant",
        "none",
        f"bare script: Prefect idle {bare['prefect']:.1f} s, S3 {bare['s3']:.1f} s",
    )
    yield (
        "the same through the worker, with two process starts and the polls between them",
        f"{found['deployed_wall_ratio']} times ({found['deployed_wall']:.1f} s)",
        "none",
        f"bare script: {bare['wall']:.1f} s",
    )


def _archive() -> Iterator[Row]:
    for name, found in archive.measure().items():
        yield (
            f"archive, {name.replace('_', ' ')}",
            f"{found['ratio']} times ({found['ours_mib_s']} MiB/s, peak {found['ours_peak_mib']} MiB)",
            "at least 1.0, peak at most 160 MiB",
            f"rclone: {found['rclone_mib_s']} MiB/s, peak {found['rclone_peak_mib']} MiB",
        )


def _ledger() -> Iterator[Row]:
    for name, found in asyncio.run(ledger.measure()).items():
        if isinstance(found, dict):
            yield (
                f"ledger, {name}",
                f"{found['renders_per_second']} renders/s through their whole life",
                f"at least {ledger.TARGET}",
                f"own CPU {found['own_cpu_ms_per_render']} ms a render",
            )


PARTS: dict[str, Callable[[], Iterator[Row]]] = {"campaign": _campaign, "archive": _archive, "ledger": _ledger}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
