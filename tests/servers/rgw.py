"""A one-node Ceph RADOS Gateway: one that runs already (environment `TEST_RGW=endpoint,key,secret`), or our own."""

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.servers.s3 import S3Server

_SCRIPTS = Path(__file__).parents[2] / "scripts" / "rgw"
_PROGRAMS = ("radosgw", "ceph-osd", "ceph-mon", "ceph")


@pytest.fixture(scope="session")
def rgw() -> Iterator[S3Server]:
    """One RGW for the whole session. Without the programs (or root): an error in CI, a skip elsewhere."""
    if given := os.environ.get("TEST_RGW"):
        yield S3Server(*given.split(","))
        return
    if os.geteuid() != 0 or not all(shutil.which(program) for program in _PROGRAMS):
        if os.environ.get("CI"):
            pytest.fail("CI must have Ceph, and root: apt-get install radosgw ceph-osd ceph-mon ceph-common")
        pytest.skip("no Ceph on this machine: apt-get install radosgw ceph-osd ceph-mon ceph-common")
    with rgw_server() as server:
        yield server


@contextmanager
def rgw_server() -> Iterator[S3Server]:
    """Start a gateway with keys of its own; stop it and remove its data at the end."""
    # A short path: Ceph's admin sockets lie below it, and the name of a socket may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="wp-rgw-"))
    port, access_key, secret_key = _free_port(), secrets.token_hex(8), secrets.token_hex(20)
    keys = {"RGW_ACCESS_KEY": access_key, "RGW_SECRET_KEY": secret_key}
    try:
        subprocess.run(
            [_SCRIPTS / "start.sh", folder, str(port)],
            check=True,
            env={**os.environ, **keys},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        yield S3Server(f"http://127.0.0.1:{port}", access_key, secret_key)
    finally:
        subprocess.run([_SCRIPTS / "stop.sh", folder], check=False, stdin=subprocess.DEVNULL)
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    """Below 60000, because the monitor takes this port plus 3000."""
    for port in range(20_000 + secrets.randbelow(20_000), 60_000):
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")
