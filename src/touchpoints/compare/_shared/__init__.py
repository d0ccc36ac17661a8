"""Machinery shared by the comparisons: groups, resampling, statistics and tests."""
