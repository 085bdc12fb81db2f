"""Flows order: what comes after what, and where it waits. They read like the campaign's story.

Purpose: `flows.campaign.campaign` (one brief), `flows.batch.batch` (many briefs on a schedule), `flows.gate` (the wait
for a person).

May import: workprint, tasks, blocks, prefect.
Must not: speak HTTP, SQL or S3; import deployments.

Pitfalls:
- A suspended flow starts again from the top in a new process. Everything before the gate runs twice and must be cheap
  and harmless then: every step asks the ledger first.
- Deployments name flows by module path (`flows.campaign.campaign`). By file path Prefect would load the file a second
  time under another name.
- The key of `suspend_flow_run` must be the same on every pass, or the person's answer is not found again.
"""
