"""Numeric kernels: arrays and ints in, arrays out, no labels.

One question a file: ``segments`` what is taken or summed by journey, ``ordering`` rows into
journeys in time order, ``counting`` touchpoints and transitions, ``sequences`` which journeys are
alike, and so on.
"""
