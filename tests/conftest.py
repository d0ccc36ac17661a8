"""What every test shares: reproducible hypothesis runs, and the place of the real logs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
LOGS = ROOT.parent / "shared" / "data"

# No deadline: a shared machine is sometimes slow, and a slow draw is no wrong answer.
settings.register_profile(
    "touchpoints",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("touchpoints")


@pytest.fixture(scope="session")
def logs() -> Path:
    """Return the folder of real logs beside the checkout, or skip the test where there is none."""
    if not LOGS.is_dir():
        pytest.skip("no folder of real logs beside this checkout")
    return LOGS
