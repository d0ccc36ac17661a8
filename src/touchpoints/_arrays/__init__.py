"""Numeric kernels: arrays and ints in, arrays out, no labels.

``segments`` offsets and what is taken or summed by journey · ``ordering`` rows into journeys in
time order · ``counting`` touchpoints, transitions and gaps · ``sequences`` which journeys are alike.
"""
