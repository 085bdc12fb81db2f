"""Sample briefs, and the picture they show. `workprint demo` runs `showcase.yaml`."""
