"""Comparison of two groups or periods: differences, intervals, permutation tests."""

from touchpoints.compare._shared.pairs import Pair, groups, pair, periods
from touchpoints.compare._shared.testing import Comparison
from touchpoints.compare.credit_differences import CreditDifference, credit
from touchpoints.compare.graph import difference_graph
from touchpoints.compare.measures import funnels, measured, presence, transitions, variants
from touchpoints.compare.time_to import TimeToComparison, time_to
from touchpoints.compare.times import gaps, throughput

__all__ = [
    "Comparison",
    "CreditDifference",
    "Pair",
    "TimeToComparison",
    "credit",
    "difference_graph",
    "funnels",
    "gaps",
    "groups",
    "measured",
    "pair",
    "periods",
    "presence",
    "throughput",
    "time_to",
    "transitions",
    "variants",
]
