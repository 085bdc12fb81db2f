"""`ObjectStore`: the embedded S3 server as a value one can start and stop."""

import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from deployments.objectstore.keys import load_keys
from workprint.errors import StackError

_READY = "s3 ready on "


class ObjectStore:
    """An S3 server on 127.0.0.1 whose data, keys and logs lie in `home`. `port` 0 takes a free one at every start.

    A context manager. The server lives in its own processes and ends with this one, even when this one is killed.
    """

    def __init__(self, home: Path, port: int = 0) -> None:
        self.home = home
        self.port = port
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start, and return when it answers (about a second). Raises `StackError` with the reason otherwise."""
        command = [sys.executable, "-m", "deployments.objectstore", "--lifeline"]
        command += ["--home", str(self.home), "--port", str(self.port)]
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "supervisor.log").open("w") as log:
            # Its own session: Ctrl-C at the terminal reaches the caller first, who then stops us in order.
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
            )
        self.port = self._read_port(_pipe(self._process.stdout))

    def stop(self) -> None:
        """Stop, and return when the last process has ended. Does nothing when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        _pipe(process.stdin).close()
        process.wait()
        _pipe(process.stdout).close()

    @property
    def endpoint_url(self) -> str:
        """What S3 clients are pointed at."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def access_key(self) -> str:
        """S3 access key id of this installation."""
        return load_keys(self.home).access_key

    @property
    def secret_key(self) -> str:
        """S3 secret key of this installation."""
        return load_keys(self.home).secret_key

    def _read_port(self, stdout: IO[str]) -> int:
        line = stdout.readline()
        if not line.startswith(_READY):
            self.stop()
            reason = (self.home / "supervisor.log").read_text().strip()
            raise StackError(f"the embedded S3 server did not start: {reason or 'it said nothing'}")
        return int(line.rsplit(":", 1)[1])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _pipe(stream: IO[str] | None) -> IO[str]:
    """A stream that was opened with PIPE, for the type checker's sake."""
    if stream is None:
        raise StackError("the embedded S3 server has no pipe to its caller")
    return stream
