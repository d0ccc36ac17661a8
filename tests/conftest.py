"""What every test shares: the profiles of hypothesis, and the place of the real logs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).parents[1]
LOGS = ROOT.parent / "shared" / "data"

# The same draws on every run and every machine, so that a red test is red because of the change.
# No deadline: a shared machine is sometimes slow, and a slow draw is no wrong answer.
settings.register_profile(
    "touchpoints",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
# Other draws on every run, and many: chosen by TOUCHPOINTS_HYPOTHESIS=nightly.
settings.register_profile(
    "nightly", settings.get_profile("touchpoints"), derandomize=False, max_examples=1_000
)
# A few draws of each, to try the suite on one more Python: TOUCHPOINTS_HYPOTHESIS=quick.
settings.register_profile("quick", settings.get_profile("touchpoints"), max_examples=5)
settings.load_profile(os.environ.get("TOUCHPOINTS_HYPOTHESIS", "touchpoints"))


@pytest.fixture(scope="session")
def logs() -> Path:
    """Return the folder of real logs beside the checkout, or skip the test where there is none."""
    if not LOGS.is_dir():
        pytest.skip("no folder of real logs beside this checkout")
    return LOGS
