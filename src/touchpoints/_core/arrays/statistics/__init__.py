"""Quantiles, intervals, variances, survival and many tests: numbers about numbers."""
