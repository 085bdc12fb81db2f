"""What every test stands on: a clean environment, and real servers by name."""

import os

# At import time, before Prefect reads its settings: a developer's own profile must not leak into the tests.
for _name in [name for name in os.environ if name.startswith(("WORKPRINT_", "PREFECT_"))]:
    del os.environ[_name]

pytest_plugins = ["tests.servers.postgres"]
