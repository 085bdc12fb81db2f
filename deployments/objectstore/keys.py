"""The secrets of one installation: made once, readable by their owner only."""

import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Keys:
    """What a client signs with, and the salt that decides where Swift puts an object."""

    account: str
    secret_key: str
    #: Changing it would lose every stored object: Swift's paths are salted hashes.
    hash_suffix: str

    @property
    def access_key(self) -> str:
        """S3 access key id: Swift's tempauth calls its users `account:user`."""
        return f"{self.account}:workprint"


def load_keys(home: Path) -> Keys:
    """The keys of this home, generated on first use. The file has mode 0600."""
    path = home / "keys.json"
    if not path.exists():
        _write_new(path, Keys(secrets.token_hex(8), secrets.token_hex(24), secrets.token_hex(16)))
    return Keys(**json.loads(path.read_text()))


def _write_new(path: Path, keys: Keys) -> None:
    """Write beside and link into place, so that two starters agree on one set of keys."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"keys.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(asdict(keys), file)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other starter was first; its keys hold
    finally:
        draft.unlink()
