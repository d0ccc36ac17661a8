"""Attribution by this library, from journeys that are encoded already."""

from __future__ import annotations

import pandas as pd
from attribution_touchpoints import QUESTIONS, journeys_of
from measure_paths import run

run("touchpoints, encoded", read=pd.read_parquet, prepare=journeys_of, questions=QUESTIONS)
