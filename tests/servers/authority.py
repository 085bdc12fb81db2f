"""A list of certificate authorities with one entry: nobody in the tests speaks TLS to the world, and loading all the
world's authorities takes 30 ms of every new client (Prefect makes many).
"""

import os
import tempfile
from pathlib import Path

import certifi

_END = "-----END CERTIFICATE-----\n"


def one_authority() -> Path:
    """The file, made when it is missing; written in full before it gets its name."""
    path = Path(tempfile.gettempdir()) / "workprint-one-authority.pem"
    if not path.exists():
        text = Path(certifi.where()).read_text(encoding="utf-8")
        part = path.with_name(f"{path.name}.{os.getpid()}")
        part.write_text(text[: text.index(_END)] + _END, encoding="utf-8")
        part.replace(path)
    return path
