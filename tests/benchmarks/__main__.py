"""`make bench`: every measurement in one table of Markdown; `python -m tests.benchmarks campaign` runs one part alone.

The parts: `campaign` (orchestration), `archive` (landing files), `ledger` (renders a second), `callbacks` (taken in a
second), `watcher` (10,000 renders in flight), `nudge` (from callback to noticed end), `rescue` (one pass
over 1,000,000 renders), `room` (200 guests of the screening room while drafts are rendered). Only ratios taken in one
run mean something; absolute figures belong to the machine in the first line.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from typing import Any

from tests.benchmarks import archive, callbacks, campaign, ledger, nudge, rescue, room, watcher
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


def _callbacks() -> Iterator[Row]:
    for name, found in asyncio.run(callbacks.measure()).items():
        if isinstance(found, dict):
            yield (
                f"callbacks committed a second, {name}",
                f"{found['ratio']} times ({found['desk_per_second']}/s; rounds {found['ratios']})",
                f"at least {callbacks.LEAST_RATIO}",
                f"bare Starlette application: {found['bare_per_second']}/s",
            )
            yield (
                f"answer to a callback, {name}, {callbacks.FEW} callers with a pause of {callbacks.PAUSE} s",
                f"median {found['answer_ms_p50']} ms, 99 of 100 within {found['answer_ms_p99']} ms",
                f"within {callbacks.MOST_ANSWER:.0f} ms",
                "none",
            )


def _watcher() -> Iterator[Row]:
    found = asyncio.run(watcher.measure())
    traced, polls, callback, saved = (found[name] for name in ("memory", "polls", "callbacks", "saved"))
    yield (
        f"watcher, {traced['in_flight']} renders in flight: memory a render with its waiter",
        f"{traced['kib_a_render']} KiB traced; resident set {polls['kib_a_render']} and {callback['kib_a_render']} KiB",
        f"at most {watcher.MOST_KIB} KiB",
        "none",
    )
    yield (
        "watcher, CPU a minute",
        f"{callback['cpu_seconds_a_minute']} s with callbacks",
        "none",
        f"without callbacks: {polls['cpu_seconds_a_minute']} s",
    )
    yield (
        "watcher, questions that callbacks save",
        f"{saved['questions_a_minute']:.0%} of questions, {saved['requests_a_minute']:.0%} of requests "
        f"({callback['questions_a_minute']} in {callback['requests_a_minute']} requests a minute)",
        "none",
        f"without callbacks: {polls['questions_a_minute']} in {polls['requests_a_minute']} requests a minute",
    )


def _nudge() -> Iterator[Row]:
    for name, found in asyncio.run(nudge.measure()).items():
        yield (
            f"from a callback at the desk to the end of the wait, {name}",
            f"median {found['p50']} s, 99 of 100 within {found['p99']} s",
            f"within {nudge.MOST:.0f} s",
            "none",
        )


def _rescue() -> Iterator[Row]:
    for name, found in asyncio.run(rescue.measure()).items():
        if isinstance(found, dict):
            yield (
                f"one pass of rescue over {rescue.RENDERS:,} renders, {name}",
                f"median {found['pass_seconds']} s, slowest {found['slowest_seconds']} s",
                f"within {rescue.MOST:.0f} s",
                f"own CPU {found['own_cpu_seconds']} s",
            )


def _room() -> Iterator[Row]:
    found = asyncio.run(room.measure())
    alone, busy, crowd = found["alone"], found["rendering"], found["crowd"]
    meanwhile = (
        f"{found['guests']} guests for {busy['seconds']:.0f} s, {busy['drafts_rendered']} drafts rendered meanwhile"
    )
    yield (
        f"screening room, {meanwhile}: any answer",
        f"{_answers(busy, 'all')}; {_wrong(busy)}; desk {busy['cpu']['desk']} of a core, load {busy['cpu']['load']}",
        f"95 of 100 within {room.MOST:.0f} ms, no error",
        f"nothing rendered: {_answers(alone, 'all')}, {_wrong(alone)} (95 of 100: "
        f"{busy['all']['p95'] / alone['all']['p95']:.1f} times); /healthz {_answers(busy, 'healthz')}",
    )
    for kind in ("page", "watched", "film", "comment"):
        yield f"the same: {kind}", _answers(busy, kind), "none", f"nothing rendered: {_answers(alone, kind)}"
    yield (
        f"screening room, all {found['guests']} come within {room.CROWD:.0f} s while drafts are rendered",
        f"{_answers(crowd, 'all')}; the page {_answers(crowd, 'page')}; {_wrong(crowd)}; "
        f"the last has everything after {crowd['seconds']} s",
        "no error",
        f"/healthz {_answers(crowd, 'healthz')}",
    )


def _answers(of: dict[str, Any], kind: str) -> str:
    took = of[kind]
    return f"p50 {took['p50']:.0f} ms, p95 {took['p95']:.0f} ms, p99 {took['p99']:.0f} ms of {took['count']}"


def _wrong(of: dict[str, Any]) -> str:
    return ", ".join(f"{number} x {what}" for what, number in of["errors"].items()) or "no error"


PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "campaign": _campaign,
    "archive": _archive,
    "ledger": _ledger,
    "callbacks": _callbacks,
    "watcher": _watcher,
    "nudge": _nudge,
    "rescue": _rescue,
    "room": _room,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
