"""The stack: everything Workprint needs, on one machine, from one command.

Purpose: bring up a Prefect server on SQLite, the embedded S3 server, the sandbox provider, the desk and one worker in
dependency order; register blocks, the work pool and the deployments; and leave no process behind, however it ends.

    supervisor (`workprint up`, `workprint demo`): starts, waits, registers, reports
        `-- warden: the parent of every process; ends them all when its pipe from the supervisor closes
                |-- prefect server   |-- s3   |-- sandbox   |-- desk   `-- worker -- one process per flow run

Layout: `home` (the folder), `ports`, `state` (stack.json), `plan` (what is started, and how), `warden` and `processes`
(the process guard), `leash` (its end in the supervisor), `registration` (blocks and deployments), `supervisor` (the
order of it all).

May import: everything below `deployments`, and `deployments.objectstore`.
Must not: import prefect before `supervisor.use_server` said which server; hold a rule about campaigns.

Pitfalls:
- Everything listens on 127.0.0.1 only. The stack has no users and no TLS: a machine of one's own, never a server.
- A shell that starts us in the background ignores SIGINT, children inherit that, and a Prefect worker that ignores
  SIGINT never stops: the warden gives every child the default handlers back.
"""
