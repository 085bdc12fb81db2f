"""`ApprovalPolicy`: the form in which a project says who must agree before a final is paid."""

from prefect.blocks.core import Block
from pydantic import ConfigDict

from workprint.policy import Policy


class ApprovalPolicy(Policy, Block):
    """The rules of one project. Its fields are those of `workprint.policy.Policy`, in that order."""

    _block_type_name = "Workprint Approval Policy"
    _block_type_slug = "workprint-approval-policy"
    _description = (
        "Who must agree before a final is paid: roles, quorum, amounts above which more people are asked. Name it "
        "policy-<project>, or policy for every project without one."
    )

    # What stands in a form and is no rule we know must not be taken for one that is kept.
    model_config = ConfigDict(extra="forbid")

    def policy(self) -> Policy:
        """The rules as a plain value."""
        return Policy.model_validate({name: getattr(self, name) for name in Policy.model_fields})
