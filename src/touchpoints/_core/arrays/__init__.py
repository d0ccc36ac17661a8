"""Numeric kernels: functions from arrays and integers to arrays, without labels.

Each module answers one question: ``segments`` selects and sums rows by journey, ``sorting`` puts
rows into journeys in time order, ``counting`` counts touchpoints and transitions, ``sequences``
finds journeys with equal sequences, ``distances`` compares sequences, and ``statistics`` computes
quantiles, intervals, variances and survival curves.
"""
