"""The text of Swift's config files for one device, one replica, loopback only."""

from pathlib import Path

from deployments.objectstore.keys import Keys

#: The daemons, in the order they are forked.
KINDS = ("account", "container", "object", "proxy")
#: One device folder below `srv`; its name is part of the rings.
DEVICE = "d1"
#: Bytes per read, for network and disk. Swift's default of 64 KiB costs a trip through the event loop each.
CHUNK = 1048576

_SWIFT = """\
[swift-hash]
swift_hash_path_suffix = {suffix}
[storage-policy:0]
name = gold
default = yes
"""

_COMMON = """\
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {etc}
workers = 0
log_address = /nonexistent
log_level = WARNING
"""

_STORAGE = """\
devices = {srv}
mount_check = false
disable_fallocate = true
[pipeline:main]
pipeline = healthcheck {kind}-server
[filter:healthcheck]
use = egg:swift#healthcheck
[app:{kind}-server]
use = egg:swift#{kind}
replication_server = false
network_chunk_size = {chunk}
disk_chunk_size = {chunk}
keep_cache_size = 0
"""

_PROXY = """\
[pipeline:main]
pipeline = catch_errors healthcheck s3api tempauth bulk slo dlo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
client_chunk_size = {chunk}
object_chunk_size = {chunk}
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:s3api]
use = egg:swift#s3api
s3_acl = no
location = us-east-1
dns_compliant_bucket_names = yes
allow_multipart_uploads = true
max_upload_part_num = 10000
[filter:tempauth]
use = egg:swift#tempauth
user_{account}_workprint = {secret} .admin
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
max_manifest_segments = 10000
concurrency = 4
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
[filter:symlink]
use = egg:swift#symlink
"""


def write_configs(home: Path, keys: Keys, ports: dict[str, int]) -> None:
    """Write swift.conf and the four daemons' files below `home/etc`, mode 0600 because one holds the secret."""
    etc = home / "etc"
    etc.mkdir(parents=True, exist_ok=True)
    _write(etc / "swift.conf", _SWIFT.format(suffix=keys.hash_suffix))
    for kind in KINDS:
        _write(config_path(home, kind), _daemon(kind, home, keys, ports[kind]))


def config_path(home: Path, kind: str) -> Path:
    """Where the config file of one daemon lies."""
    return home / "etc" / f"{kind}-server.conf"


def _daemon(kind: str, home: Path, keys: Keys, port: int) -> str:
    common = _COMMON.format(port=port, etc=home / "etc")
    if kind == "proxy":
        return common + _PROXY.format(account=keys.account, secret=keys.secret_key, chunk=CHUNK)
    return common + _STORAGE.format(kind=kind, srv=home / "srv", chunk=CHUNK)


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)
