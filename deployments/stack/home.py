"""The home of an installation: one folder with its data, secrets, logs and lock."""

import fcntl
import json
import os
import secrets
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from workprint.errors import StackError

#: Where the home is when nobody says otherwise: in the current folder.
DEFAULT_HOME = ".workprint"


@dataclass(frozen=True, slots=True)
class Home:
    """The folder of one installation. Removing it removes everything Workprint ever stored here."""

    root: Path

    @classmethod
    def find(cls) -> "Home":
        """The folder named by `WORKPRINT_HOME`, else `.workprint` in the current folder. Nothing is created."""
        return cls(Path(os.environ.get("WORKPRINT_HOME") or DEFAULT_HOME).expanduser().absolute())

    @property
    def logs(self) -> Path:
        """One file per process, of its latest start; the start before lies beside it as `.1`."""
        return self.root / "logs"

    @property
    def prefect(self) -> Path:
        """PREFECT_HOME of every process of the stack: the server's database and the persisted results."""
        return self.root / "prefect"

    @property
    def s3(self) -> Path:
        """The embedded S3 server's data."""
        return self.root / "s3"

    @property
    def sandbox(self) -> Path:
        """The sandbox provider's tasks, files and bill."""
        return self.root / "sandbox"

    @property
    def demo(self) -> Path:
        """Where the demo puts the films for a person to open."""
        return self.root / "demo"

    @property
    def assets(self) -> Path:
        """Copies of the files that briefs given at this terminal refer to: where flows may read local files."""
        return self.root / "assets"

    @property
    def work(self) -> Path:
        """An empty folder, where every process starts: Prefect copies the worker's folder for each flow run."""
        return self.root / "work"

    @property
    def ledger(self) -> Path:
        """The ledger's SQLite file."""
        return self.root / "ledger.db"

    @property
    def ledger_url(self) -> str:
        """The ledger's database URL."""
        return f"sqlite:///{self.ledger}"

    @property
    def state_file(self) -> Path:
        """Ports, process ids and URLs of the stack that runs here."""
        return self.root / "stack.json"

    def create(self) -> None:
        """Make the folders, readable by the owner only."""
        for folder in (self.root, self.logs, self.prefect, self.s3, self.sandbox, self.assets, self.work):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def log(self, name: str) -> Path:
        """The log file of one process."""
        return self.logs / f"{name}.log"

    def lock(self) -> int:
        """Take this home for one stack; returns the descriptor that holds it until the last copy is closed.

        Raises `StackError` when another stack has it: also for the seconds in which one is still stopping.
        """
        self.create()
        descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not _locked(descriptor, fcntl.LOCK_EX):
            os.close(descriptor)
            raise StackError(
                f"another stack starts, runs or stops in {self.root}",
                fix="wait for it, stop it with Ctrl-C where it runs, or set WORKPRINT_HOME to another folder",
            )
        return descriptor

    def taken(self) -> bool:
        """Whether a stack holds this home now."""
        if not (self.root / "lock").exists():
            return False
        descriptor = os.open(self.root / "lock", os.O_RDWR)
        try:
            return not _locked(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def secrets(self) -> "Secrets":
        """This installation's secrets, generated on first use (0600); what a newer version adds is made then."""
        self.create()
        file = self.root / "secrets.json"
        kept = json.loads(file.read_text()) if file.exists() else {}
        found = {**_new_secrets(), **kept}
        if found != kept:
            write_private(file, json.dumps(found))
        return Secrets(**found)


@dataclass(frozen=True, slots=True)
class Secrets:
    """Random, per installation. The S3 keys are the object store's own."""

    sandbox_key: str
    #: Standard Webhooks: `whsec_` and the base64 of 32 random bytes.
    callback_secret: str
    #: What the screening room's links, cookies and forms are signed with.
    room_key: str

    def __repr__(self) -> str:
        return "Secrets(...)"


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def write_private(file: Path, text: str) -> None:
    """Write a file that only the owner may read, whole or not at all."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)
    draft.replace(file)


def _new_secrets() -> dict[str, str]:
    return {
        "sandbox_key": secrets.token_urlsafe(32),
        "callback_secret": f"whsec_{b64encode(secrets.token_bytes(32)).decode()}",
        "room_key": secrets.token_urlsafe(48),
    }
