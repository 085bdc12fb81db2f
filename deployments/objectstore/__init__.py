"""The embedded S3 server: OpenStack Swift with s3api, from the package index alone (extra `local`).

Purpose: a real S3 server for `workprint up`, the demo and the tests. One supervisor process owns four Swift daemons
(account, container, object, proxy) on loopback; everything lies in one home folder and survives a restart.

May import: Swift and eventlet, inside the daemons only. Must not: be used as a production store. It keeps one copy, it
speaks plain HTTP on 127.0.0.1, and its `If-None-Match` is not atomic (the bucket block finds that out by itself).

Pitfalls:
- The daemons are forked from the supervisor's main thread: `PR_SET_PDEATHSIG` fires when the *thread* that forked ends.
- A caller holds the supervisor by a pipe on its standard input. When the caller is killed, even by SIGKILL, the pipe
  closes and everything ends. So never hand that pipe to another process.
- Object metadata lives in extended attributes: a home on a file system without `user.*` attributes is refused.
"""

from deployments.objectstore.store import ObjectStore

__all__ = ["ObjectStore"]
