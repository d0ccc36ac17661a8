"""Quantiles, confidence intervals, variances, survival curves and permutations."""
