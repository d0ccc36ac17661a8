"""Drafts of a taxonomy and of classification rules, from the names in a log."""
