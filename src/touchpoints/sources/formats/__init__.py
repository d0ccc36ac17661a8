"""A reader for each format: one file, one function of the same name."""
