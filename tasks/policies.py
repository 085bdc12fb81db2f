"""The approval policy that holds for a project, from its Prefect block."""

from blocks.approval_policy import ApprovalPolicy
from tasks.optional_blocks import of_project
from workprint.policy import OPEN, Policy

#: `policy-<project>`, else `policy`.
POLICY = "policy"


async def policy_of(project: str) -> Policy:
    """The project's own policy, else the one for every project, else `workprint.policy.OPEN`.

    Raises `BlockUnreadable` when a policy may be there and cannot be read: then nobody may approve.
    """
    block = await of_project(ApprovalPolicy, POLICY, project)
    return block.policy() if block is not None else OPEN
