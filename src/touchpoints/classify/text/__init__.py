"""Touchpoints from the words of a text."""
