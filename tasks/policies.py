"""The approval policy that holds for a project, from its Prefect block."""

from collections.abc import Awaitable, Callable

from blocks.approval_policy import ApprovalPolicy
from tasks import optional_blocks
from workprint.policy import OPEN, Policy

#: `policy-<project>`, else `policy`.
POLICY = "policy"
#: Seconds for which a policy that was read counts as the one in force.
FRESH = 5.0
#: Gives the approval policy of a project.
Policies = Callable[[str], Awaitable[Policy]]


async def policy_of(project: str) -> Policy:
    """The project's own policy, else the one for every project, else `workprint.policy.OPEN`.

    Raises `BlockUnreadable` when a policy may be there and cannot be read: then nobody may approve.
    """
    block = await optional_blocks.of_project(ApprovalPolicy, POLICY, project)
    return block.policy() if block is not None else OPEN


def shared(read: Policies = policy_of) -> Policies:
    """The same, where one reading serves everybody for `FRESH` seconds: the finals of a campaign are sent together."""
    return optional_blocks.shared(read, FRESH)
