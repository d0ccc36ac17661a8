"""A first draft of a taxonomy and of rules, from the names in a log."""
