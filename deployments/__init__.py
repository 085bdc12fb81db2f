"""Deployments run: every process one can start.

Purpose: the CLI (`deployments.cli`), the embedded stack (`deployments.stack`), the embedded S3 server
(`deployments.objectstore`), the sandbox provider (`deployments.sandbox`), the desk (`deployments.desk`), sample
briefs, `prefect.yaml`.

May import: everything below.
Must not: hold a rule. What an entry point decides belongs into `workprint`.

Pitfalls:
- Started on another port by flag alone, Prefect's UI still calls port 4200: `PREFECT_SERVER_API_PORT` and
  `PREFECT_UI_API_URL` say where the API is.
- No process may outlive its starter, not even after kill -9.
"""
