"""All checks, in the order they are told."""

from collections.abc import Sequence

from deployments.conform import (
    callbacks,
    cancel,
    drafts,
    errors,
    limits,
    links,
    money,
    recovery,
    safety,
    states,
    submit,
)
from deployments.conform.check import Check

_GROUPS = (submit, states, errors, recovery, callbacks, links, cancel, drafts, money, safety, limits)
CHECKS: Sequence[Check] = tuple(check for module in _GROUPS for check in module.GROUP.checks)
