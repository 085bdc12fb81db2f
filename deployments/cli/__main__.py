"""`python -m deployments.cli`: the same as `workprint`."""

from deployments.cli import main

main()
